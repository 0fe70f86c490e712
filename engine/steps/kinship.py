"""Which process belongs to which attempt, also one that left its parent and its session.

A process descends from its attempt's command, or it is an orphan that the supervisor adopted. An
orphan is known by an earlier look, by its session, by the mark in its environment; at last by there
being one attempt only that can have left it. An orphan that several may have left (it cleared its
environment besides) belongs to none, and is over when the last of these is.
"""

import os
from collections.abc import Collection, Mapping

from engine.steps.charge import Charge
from engine.steps.process_tree import MARK, Member, Tree, below, environment


class Kinship:
    """Remembers the orphans that no attempt can be named for."""

    def __init__(self) -> None:
        self._suspects: dict[tuple[int, int], frozenset[str]] = {}
        """Orphan (id and start) -> the marks of the attempts that may have left it."""

    @property
    def any_strays(self) -> bool:
        return bool(self._suspects)

    def sort(
        self, charges: Collection[Charge], tree: Tree
    ) -> tuple[dict[Charge, list[Member]], list[Member]]:
        """The members of each attempt, and what belongs to none that still runs."""
        own = {charge.pid: charge for charge in charges if charge.pid}
        members: dict[Charge, list[Member]] = {charge: [] for charge in charges}
        over: list[Member] = []
        marks = {charge.mark: charge for charge in charges}
        suspects: dict[tuple[int, int], frozenset[str]] = {}
        for child in tree.get(os.getpid(), ()):
            family = [child, *below(child.pid, tree)]
            owner = own.get(child.pid) or _owner(child, own, marks)
            if owner:
                members[owner] += family
                continue
            name = (child.pid, child.started)
            left = self._suspects.get(name, frozenset(marks)) & marks.keys()
            if len(left) == 1:
                members[marks[next(iter(left))]] += family
            elif not left:
                over += family
            suspects[name] = frozenset(left)
        self._suspects = suspects
        _add_grouped(members, tree)
        for charge, found in members.items():
            charge.known = frozenset((member.pid, member.started) for member in found)
        return members, over


def _owner(orphan: Member, own: Mapping[int, Charge], marks: Mapping[str, Charge]) -> Charge | None:
    if orphan.session in own:
        return own[orphan.session]
    name = (orphan.pid, orphan.started)
    known = next((charge for charge in own.values() if name in charge.known), None)
    if known:
        return known
    variables = environment(orphan.pid).split(b"\0")
    found = next((v for v in variables if v.startswith(f"{MARK}=".encode())), b"")
    return marks.get(found.partition(b"=")[2].decode(errors="replace"))


def _add_grouped(members: dict[Charge, list[Member]], tree: Tree) -> None:
    """What an attempt's control group holds is its own, whatever the family says."""
    if any(charge.is_grouped for charge in members):
        everyone = {member.pid: member for children in tree.values() for member in children}
        for charge, found in members.items():
            there = {member.pid for member in found}
            found += [everyone[p] for p in charge.grouped() if p in everyone and p not in there]
