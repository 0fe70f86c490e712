"""Steps that wait for an event: who they are, and whom an event concerns."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from engine.core.commands import Listen


class Listener(Struct, frozen=True):
    """A step that waits for an event."""

    execution_id: str
    order: Listen


class Listeners:
    """The waiting steps of an engine, by the type of the event."""

    def __init__(self) -> None:
        self._by_type: dict[str, dict[tuple[str, str], Listener]] = {}

    def add(self, execution_id: str, order: Listen) -> None:
        """A step waits from now on; a later order of the same step takes the place of this one."""
        known = self._by_type.setdefault(order.type, {})
        known[execution_id, order.key] = Listener(execution_id, order)

    def take(self, type_: str, data: Any, execution_id: str | None = None) -> list[Listener]:
        """The steps that an event concerns, of one execution or of all; they wait no longer."""
        known = self._by_type.get(type_, {})
        found = [
            listener
            for listener in known.values()
            if execution_id in (None, listener.execution_id) and _fits(listener.order.match, data)
        ]
        for listener in found:
            del known[listener.execution_id, listener.order.key]
        if not known:
            self._by_type.pop(type_, None)
        return found

    def forget(self, execution_id: str) -> None:
        """An execution has ended, or goes elsewhere."""
        for type_, known in list(self._by_type.items()):
            for place in [place for place in known if place[0] == execution_id]:
                del known[place]
            if not known:
                del self._by_type[type_]


def _fits(match: Mapping[str, Any], data: Any) -> bool:
    """Whether the data has these fields with these values; a dotted name looks inside."""
    return all(_field(data, name) == value for name, value in match.items())


def _field(data: Any, name: str) -> Any:
    if isinstance(data, Mapping) and name in data:
        return data[name]
    for part in name.split("."):
        if not isinstance(data, Mapping) or part not in data:
            return None
        data = data[part]
    return data
