"""What the palette offers: every step and trigger type of the installation, in groups."""

import json
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from designer.palette.search import rank
from engine import Catalogue

GROUPS = {
    "start": "Start",
    "do": "Do",
    "data": "Data",
    "decide": "Decide",
    "tell": "Tell",
    "think": "Think",
    "ask": "Ask",
}
"""Group -> its title, in the order of the palette."""
NOT_YET = "Can be drawn and saved; this version cannot run it yet."


class Entry(Struct, frozen=True, kw_only=True):
    """One type that can be added."""

    kind: Literal["step", "trigger"]
    type: str
    title: str
    group: str
    icon: str
    description: str
    runnable: bool

    @property
    def mime(self) -> bytes:
        """What a drag of this entry carries."""
        key = "type" if self.kind == "step" else "trigger"
        return json.dumps({key: self.type}).encode()

    @property
    def tip(self) -> str:
        """Plain text that says what it does, and that it cannot run yet where that is so."""
        return self.description if self.runnable else f"{self.description}\n\n{NOT_YET}"


def read_entries(catalogue: Catalogue) -> tuple[Entry, ...]:
    """All entries, group by group; in a group those that run come first."""
    triggers = [
        Entry(
            kind="trigger",
            type=kind.type,
            title=kind.title,
            group="start",
            icon=kind.icon,
            description=kind.description,
            runnable=kind.runnable,
        )
        for kind in catalogue.trigger_types.values()
    ]
    steps = [
        Entry(
            kind="step",
            type=kind.type,
            title=kind.title,
            group=kind.group,
            icon=kind.icon,
            description=kind.description,
            runnable=kind.runnable,
        )
        for kind in catalogue.step_types.values()
    ]
    order = list(GROUPS)
    return tuple(
        sorted(
            [*triggers, *steps],
            key=lambda e: (order.index(e.group) if e.group in order else 99, not e.runnable),
        )
    )


def find(entries: Iterable[Entry], query: str) -> tuple[Entry, ...]:
    """The entries that fit a search, best first; all of them for an empty one."""
    wanted = query.strip()
    if not wanted:
        return tuple(entries)
    found = []
    for place, entry in enumerate(entries):
        score = rank(wanted, entry.title, entry.type, entry.description)
        if score is not None:
            found.append((score, not entry.runnable, place, entry))
    return tuple(entry for _, _, _, entry in sorted(found, key=lambda one: one[:3]))
