"""What crosses the border of a group of steps: the values that its templates read from outside, and
the wires that lead in and out."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal

from msgspec import Struct, field

from designer.document.editing import EditRefused
from designer.document.rename import free_id
from engine import (
    Dependency,
    Reference,
    Step,
    TemplateError,
    dependencies,
    parse_expression,
    parse_template,
)

JoinMode = Literal["all", "any"]
_PART = r"\s*(?:\.\s*(?P<d{0}>\w+)|\[\s*(?P<q{0}>['\"])(?P<n{0}>.*?)(?P=q{0})\s*\])"
_TWO = re.compile("steps" + _PART.format(1) + _PART.format(2))
_PLAIN = re.compile(r"[A-Za-z_]\w*\Z")
_OWN_ROOTS = frozenset({"secrets", "loop", "output"})
"""What means the same inside a sub-workflow."""
_FOREIGN = {
    "execution": "an execution of its own is what a sub-workflow has",
    "workflow": "it would be the sub-workflow's",
}


class Wanted(Struct):
    """Values that a group reads from outside: input name -> expression outside."""

    given: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Expression outside -> input name."""

    def name(self, wish: str, expression: str) -> str:
        """The input that carries an expression."""
        if expression not in self.names:
            name = free_id(wish.replace("-", "_"), set(self.given))
            self.names[expression], self.given[name] = name, expression
        return self.names[expression]

    def keep(self, name: str, expression: str, said: str) -> None:
        """An input that must have just this name. Raises EditRefused where another took it."""
        if self.given.setdefault(name, expression) != expression:
            raise EditRefused(
                f"{said} and {self.given[name]} would both be the input {name} of the sub-workflow."
            )
        self.names[expression] = name


def accessor(root: str, *names: str) -> str:
    """``root.a.b``, with brackets where a name needs them."""
    parts = (f".{name}" if _PLAIN.match(name) else f"['{name}']" for name in names)
    return root + "".join(parts)


def references_of(text: str, bare: bool) -> list[Reference]:
    """The references of a template, the last first, so that each can be replaced in its turn.
    Raises EditRefused where the template has errors."""
    if "{{" not in text and not bare:
        return []
    try:
        template = parse_expression(text) if bare else parse_template(text)
    except TemplateError as error:
        raise EditRefused(f"Mend this template first: {text.strip()[:60]} ({error}).") from error
    return sorted(template.references, key=lambda one: -one.start)


def rewritten(text: str, bare: bool, swap: Callable[[tuple[str | int, ...]], str | None]) -> str:
    """A template with the beginnings of some references replaced: ``swap`` gives, for a path, what
    stands for its first three parts under ``steps``, else for its first part. Raises EditRefused
    where the text cannot be told apart."""
    result = text
    for found in references_of(text, bare):
        new = swap(found.path)
        if new is None:
            continue
        if found.path[0] != "steps":
            end = found.start + len(str(found.path[0]))
        elif match := _TWO.match(result, found.start):
            end = match.end()
        else:
            raise EditRefused(f"This reads a step in a way that cannot be moved: {text[:60]}")
        result = result[: found.start] + new + result[end:]
    return result


def inner_swap(
    inside: frozenset[str], wanted: Wanted
) -> Callable[[tuple[str | int, ...]], str | None]:
    """How references of the group's steps are written in the sub-workflow; gathers what they
    want."""

    def swap(path: tuple[str | int, ...]) -> str | None:
        root = str(path[0])
        if root in _OWN_ROOTS:
            return None
        if root in _FOREIGN:
            raise EditRefused(f"A step reads {_said(path)}: {_FOREIGN[root]}.")
        if root == "trigger":
            return accessor("input", wanted.name("trigger", "trigger"))
        if root == "steps":
            return _step_swap(path, inside, wanted)
        if len(path) < 2 or not isinstance(path[1], str):
            raise EditRefused(f"A step reads all of {root}; name the fields that it needs.")
        wanted.keep(path[1], accessor(root, path[1]), _said(path[:2]))
        return None

    return swap


def _step_swap(path: tuple[str | int, ...], inside: frozenset[str], wanted: Wanted) -> str | None:
    if len(path) > 1 and path[1] in inside:
        return None
    if len(path) < 3:
        raise EditRefused(f"A step reads {_said(path)}; name the field of the step that it needs.")
    step, attribute = str(path[1]), str(path[2])
    wish = step if attribute == "output" else f"{step}_{attribute}"
    return accessor("input", wanted.name(wish, accessor("steps", step, attribute)))


def outer_swap(
    inside: frozenset[str], sub: str, offered: Wanted
) -> Callable[[tuple[str | int, ...]], str | None]:
    """How references to the group's steps are written outside; gathers what must be offered."""

    def swap(path: tuple[str | int, ...]) -> str | None:
        if path[0] != "steps" or len(path) < 2 or path[1] not in inside:
            return None
        if len(path) < 3:
            raise EditRefused(f"{_said(path)} is read as a whole; name the field that is needed.")
        step, attribute = str(path[1]), str(path[2])
        wish = step if attribute == "output" else f"{step}_{attribute}"
        name = offered.name(wish, accessor("steps", step, attribute))
        return accessor(accessor("steps", sub), "output", "output", name)

    return swap


def _said(path: tuple[str | int, ...]) -> str:
    return accessor(str(path[0]), *(str(part) for part in path[1:]))


class Waits(Struct, frozen=True):
    """What the group as a whole waits for, and what each step inside waits for among the others."""

    border: tuple[Dependency, ...]
    join: JoinMode
    inner: Mapping[str, tuple[Dependency, ...]]


def waits_of(steps: Iterable[Step], inside: frozenset[str]) -> Waits:
    """Raises EditRefused where the group cannot start as one."""
    siblings = tuple(steps)
    waits = dependencies(siblings)
    chosen = [step for step in siblings if step.id in inside]
    inner = {s.id: tuple(w for w in waits[s.id] if w.step in inside) for s in chosen}
    outer = {s.id: tuple(w for w in waits[s.id] if w.step not in inside) for s in chosen}
    heads = [step for step in chosen if not inner[step.id]]
    border = outer[heads[0].id]
    for step in heads[1:]:
        if set(outer[step.id]) != set(border) or (len(border) > 1 and step.join != heads[0].join):
            raise EditRefused(
                f"{heads[0].title} and {step.title} wait for different things outside; "
                "a sub-workflow starts as one."
            )
    join: JoinMode = heads[0].join if len(border) > 1 else "all"
    for step in chosen:
        mixed = step not in heads and outer[step.id]
        if mixed and (not set(mixed) <= set(border) or "any" in (join, step.join)):
            raise EditRefused(
                f"{step.title} waits for {mixed[0].step} outside, but not the steps before it; "
                "a sub-workflow starts as one."
            )
    return Waits(border, join, inner)


def check_ways_out(
    steps: Iterable[Step], inside: frozenset[str], inner: Mapping[str, tuple[Dependency, ...]]
) -> frozenset[str]:
    """The steps outside that wait for the group. Raises EditRefused where one waits for more than
    that the group completed."""
    siblings = tuple(steps)
    known = {step.id: step for step in siblings}
    waits = dependencies(siblings)
    sure: dict[str, bool] = {}
    followers: set[str] = set()
    for step in siblings:
        for wait in waits[step.id] if step.id not in inside else ():
            if wait.step not in inside:
                continue
            title = known[wait.step].title
            if wait.port != "success":
                raise EditRefused(
                    f"The wire from {title} ({wait.port}) to {step.title} leaves the group; "
                    "of a sub-workflow only its success can be told."
                )
            if not is_sure(wait.step, known, inner, sure):
                raise EditRefused(
                    f"{step.title} waits for {title}, which may be skipped while the rest "
                    "completes; a sub-workflow completes as one."
                )
            followers.add(step.id)
    return frozenset(followers)


def is_sure(
    key: str,
    known: Mapping[str, Step],
    inner: Mapping[str, tuple[Dependency, ...]],
    sure: dict[str, bool],
) -> bool:
    """Whether a step always runs when the group does."""
    pending = [key]
    while pending:
        one = pending[-1]
        step = known[one]
        due = [w.step for w in inner[one] if w.step not in sure]
        if one in sure:
            pending.pop()
        elif _is_conditional(step) or any(wait.port != "success" for wait in inner[one]):
            sure[one] = False
        elif due and not set(due) <= set(pending):
            pending.extend(due)
        else:
            sure[one] = all(sure.get(wait.step, False) for wait in inner[one])
    return sure[key]


def _is_conditional(step: Step) -> bool:
    return not step.enabled or step.when is not None or step.join != "all"


def template_values(wanted: Wanted) -> dict[str, str]:
    """Input or output name -> the template that gives it."""
    return {name: "{{" + expression + "}}" for name, expression in wanted.given.items()}
