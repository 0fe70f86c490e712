"""The interpreter: walks an expression's syntax tree over data, within a budget.

Nothing here reaches a Python attribute or calls anything but the words of ``language``.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NoReturn, cast

from jinja2 import nodes

from engine.definition.template.errors import TemplateError, close_names, name_list
from engine.definition.template.function import Function
from engine.definition.template.language import (
    FILTERS,
    FUNCTIONS,
    TESTS,
    methods_of,
)
from engine.definition.template.limits import Budget, Limits
from engine.definition.template.lists import joined_text
from engine.definition.template.operators import BINARY, COMPARE
from engine.definition.template.secrets import has_mark
from engine.definition.template.values import is_number, kind_of, measure, whole_number
from engine.definition.template.volatile import Volatile


class Missing:
    """A name that is not in the data; an error unless the template asked for it."""

    __slots__ = ("candidates", "message", "node")

    def __init__(self, node: nodes.Node, message: str, candidates: tuple[str, ...] = ()) -> None:
        self.node = node
        self.message = message
        self.candidates = candidates


class RefusedError(ValueError):
    """Something cannot be done at a node; becomes a TemplateError with the node's place."""

    def __init__(self, node: nodes.Node, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.node = node
        self.message = message
        self.candidates = candidates


class Evaluation:
    """One evaluation of one template: data, budget, and where time and ids come from."""

    def __init__(
        self,
        context: Mapping[str, Any],
        limits: Limits,
        volatile: Volatile | None = None,
        hints: Mapping[int, str] | None = None,
    ) -> None:
        self.budget = Budget(limits)
        self._context = context
        self._limits = limits
        self._volatile = volatile
        self._hints = hints or {}

    def value(self, node: nodes.Node) -> Any:
        """What an expression gives. Raises RefusedError."""
        try:
            self.budget.step()
            return _EVALUATE[type(node).__name__](self, node)
        except RefusedError:
            raise
        except RecursionError:
            raise RefusedError(node, "the expression or its data is nested too deeply") from None
        except (ValueError, TypeError, ArithmeticError, LookupError, MemoryError) as error:
            raise RefusedError(node, _words(error)) from error

    def result(self, node: nodes.Node) -> Any:
        """What an expression gives, if it is not too large. Raises RefusedError."""
        value = self.value(node)
        if isinstance(node, nodes.Const) or _is_path(node):
            return value  # data as they are
        try:
            measure(value, self._limits, self.budget)
        except ValueError as error:
            raise RefusedError(node, str(error)) from error
        return value

    # What implementations of filters and functions may ask for; see function.Run.

    def filter(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        function = FILTERS.get(name)
        if function is None:
            raise ValueError(f'there is no filter "{name[:40]}"')
        self.budget.step()
        if not function.takes_secrets:
            _refuse_secrets(name, value, *args)
        return self._apply(function, value, *args, **kwargs)

    def test(self, name: str, value: Any, *args: Any) -> bool:
        function = TESTS.get(name)
        if function is None:
            raise ValueError(f'there is no test "{name[:40]}"')
        self.budget.step()
        if not function.takes_secrets:
            _refuse_secrets(name, value, *args)
        return bool(self._apply(function, value, *args))

    def _apply(self, function: Function, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return function.call(self, value, *args, **kwargs)
        except TypeError as error:
            problem = function.misfit(len(args) + 1, list(kwargs))
            raise ValueError(f"{problem or error}; write {function.signature}") from error

    def member(self, value: Any, key: str | int) -> Any:
        found = _member(value, key)
        if isinstance(found, _Absent):
            raise ValueError(found.message)
        return found

    def dig(self, value: Any, path: str | int, default: Any = None) -> Any:
        for name, index in _steps(path):
            self.budget.step()
            if type(value) is dict and name in value:  # the usual case, kept short
                value = value[name]
                continue
            in_list = index is not None and isinstance(value, list | tuple)
            value = _member(value, index if in_list else name)
            if isinstance(value, _Absent):
                return default
        return default if value is None else value

    def now(self) -> datetime:
        moment = self._source("now").now()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def uuid(self) -> str:
        return self._source("uuid").uuid()

    def _source(self, name: str) -> Volatile:
        if self._volatile is None:
            raise ValueError(f"{name}() cannot be used here")
        return self._volatile

    # Names and members

    def look_up(self, node: nodes.Node) -> Any:
        """What a name or member stands for; Missing where the data has no such name."""
        if isinstance(node, nodes.Name):
            self.budget.step()
            return self._name(node)
        if not isinstance(node, nodes.Getattr | nodes.Getitem):
            return self.value(node)
        base = self.look_up(node.node)
        if isinstance(base, Missing):
            return base
        self.budget.step()
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            return self._slice(base, node.arg)
        key = node.attr if isinstance(node, nodes.Getattr) else self.value(node.arg)
        found = _member(base, key)
        if isinstance(found, _Absent):
            hint = self._hints.get(node.lineno)
            meant = f"; did you mean {hint}?" if hint else ""
            candidates = (hint, *found.candidates) if hint else found.candidates
            return Missing(node, f"{_described(node.node)} {found.message}{meant}", candidates)
        return found

    def _name(self, node: nodes.Name) -> Any:
        if node.name in self._context:
            return self._context[node.name]
        hint = self._hints.get(node.lineno)
        near = close_names(node.name, self._context)
        if hint:
            return Missing(node, f'"{node.name}" is not defined; did you mean {hint}?', (hint,))
        if not self._context:
            return Missing(node, f'"{node.name}" is not defined; there are no names here', near)
        meant = f'; did you mean "{near[0]}"?' if near else ";"
        names = name_list(self._context)
        return Missing(node, f'"{node.name}" is not defined{meant} there are: {names}', near)

    def _slice(self, base: Any, node: nodes.Slice) -> Any:
        if base is None:
            return None
        if not isinstance(base, str | list | tuple):
            raise ValueError(f"{kind_of(base)} has no slices")
        _refuse_secrets("a slice", base)
        bounds = [
            None if part is None else self._bound(part)
            for part in (node.start, node.stop, node.step)
        ]
        if bounds[2] == 0:
            raise ValueError("the step of a slice is not 0")
        part = base[slice(*bounds)]
        if isinstance(part, str):
            return self.budget.made(part)
        self.budget.items(len(part), 8)
        return list(part)

    def _bound(self, node: nodes.Node) -> int | None:
        bound = self.value(node)
        if bound is None or (isinstance(bound, int) and not isinstance(bound, bool)):
            return bound
        raise ValueError(f"a slice is made with whole numbers, not {kind_of(bound)}")

    def _asked(self, node: nodes.Node) -> Any:
        found = self.look_up(node)
        if isinstance(found, Missing):
            raise RefusedError(found.node, found.message, found.candidates)
        return found

    # Literals

    def _const(self, node: nodes.Const) -> Any:
        return node.value

    def _list(self, node: nodes.List | nodes.Tuple) -> list[Any]:
        self.budget.memory(64 + 8 * len(node.items))
        return [self.value(item) for item in node.items]

    def _dict(self, node: nodes.Dict) -> dict[str, Any]:
        self.budget.memory(64 + 100 * len(node.items))
        made: dict[str, Any] = {}
        for pair in node.items:
            key = self.value(pair.key)
            if isinstance(key, bool) or not isinstance(key, str | int | float):
                raise RefusedError(pair, f"a name in a mapping is a text, not {kind_of(key)}")
            made[str(key)] = self.value(pair.value)
        return made

    # Operators

    def _binary(self, node: nodes.BinExpr) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        kind = type(node).__name__
        if kind != "Add":
            _refuse_secrets(node.operator, left, right)
        return BINARY[kind](self.budget, left, right)

    def _and(self, node: nodes.And) -> Any:
        left = self.value(node.left)
        return self.value(node.right) if left else left

    def _or(self, node: nodes.Or) -> Any:
        left = self.value(node.left)
        return left or self.value(node.right)

    def _not(self, node: nodes.Not) -> bool:
        return not self.value(node.node)

    def _sign(self, node: nodes.Neg | nodes.Pos) -> Any:
        number = self.value(node.node)
        if not is_number(number):
            raise RefusedError(node, f"{kind_of(number)} has no sign")
        if isinstance(number, int):
            whole_number(number)
        return -number if isinstance(node, nodes.Neg) else +number

    def _compare(self, node: nodes.Compare) -> bool:
        left = self.value(node.expr)
        for operand in node.ops:
            right = self.value(operand.expr)
            _refuse_secrets("a comparison", left, right)
            if not COMPARE[operand.op](self.budget, left, right):
                return False
            left = right
        return True

    def _concat(self, node: nodes.Concat) -> str:
        return joined_text(self, [self.value(part) for part in node.nodes])

    def _condition(self, node: nodes.CondExpr) -> Any:
        if self.value(node.test):
            return self.value(node.expr1)
        return None if node.expr2 is None else self.value(node.expr2)

    # Words of the language

    def _filter(self, node: nodes.Filter) -> Any:
        assert node.node is not None  # the parser gives every filter here something to work on
        if node.name in {"default", "d"}:
            found = self.look_up(node.node)
            value = None if isinstance(found, Missing) else found
        else:
            value = self.value(node.node)
        args, kwargs = self._arguments(node)
        return self.filter(node.name, value, *args, **kwargs)

    def _test(self, node: nodes.Test) -> bool:
        if node.name in {"defined", "undefined"}:
            missing = isinstance(self.look_up(node.node), Missing)
            return missing == (node.name == "undefined")
        value = self.value(node.node)
        args, _ = self._arguments(node)
        return self.test(node.name, value, *args)

    def _call(self, node: nodes.Call) -> Any:
        target = node.node
        if isinstance(target, nodes.Name):
            args, kwargs = self._arguments(node)
            _refuse_secrets(target.name, *args)
            return FUNCTIONS[target.name].call(self, *args, **kwargs)
        method = cast("nodes.Getattr", target)
        value = self.value(method.node)
        if value is None:
            return None
        function = methods_of(value).get(method.attr)
        if function is None:
            known = methods_of(value)
            words = f"; it has: {name_list(known)}" if known else ""
            raise RefusedError(method, f'{kind_of(value)} has no method "{method.attr}"{words}')
        args, kwargs = self._arguments(node)
        problem = function.misfit(len(args) + 1, list(kwargs))
        if problem:
            raise RefusedError(node, f"{problem}; write {function.signature}")
        if not function.takes_secrets:
            _refuse_secrets(method.attr, value, *args, *kwargs.values())
        return function.call(self, value, *args, **kwargs)

    def _arguments(
        self, node: nodes.Call | nodes.Filter | nodes.Test
    ) -> tuple[list[Any], dict[str, Any]]:
        args = [self.value(arg) for arg in node.args]
        names = {str(keyword.key): self.value(keyword.value) for keyword in node.kwargs}
        return args, names


class _Absent:
    """Why a value has nothing under a key."""

    __slots__ = ("candidates", "message")

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        self.message = message
        self.candidates = candidates


def _is_path(node: nodes.Node) -> bool:
    """Whether an expression only looks up a name and what is in it."""
    while isinstance(node, nodes.Getattr | nodes.Getitem):
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
            return False
        node = node.node
    return isinstance(node, nodes.Name)


@lru_cache(maxsize=256)
def _steps(path: str | int) -> tuple[tuple[str, int | None], ...]:
    """The parts of a dotted path: each as a name and, if it is one, as an index."""
    parts = str(path)[:1000].split(".")
    return tuple((part, int(part[:9]) if part.isdecimal() else None) for part in parts)


def _member(value: Any, key: Any) -> Any:
    """What data has under a key or at an index; null in null; _Absent where there is nothing."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _entry(value, key)
    if isinstance(value, list | tuple | str) and isinstance(key, int):
        _refuse_secrets("an index", value)
        if -len(value) <= key < len(value):
            return value[key]
        return _Absent(f"has {len(value)} items, so none at index {key}")
    if isinstance(value, list | tuple | str) and isinstance(key, str):
        hint = "items, by index or filter" if not isinstance(value, str) else "no names in it"
        return _Absent(f'is {kind_of(value)}: it has {hint}, and no "{key[:40]}"')
    return _Absent(f"is {kind_of(value)}: there is nothing in it")


def _entry(mapping: Mapping[Any, Any], key: Any) -> Any:
    if isinstance(key, str | int | float) and key in mapping:
        return mapping[key]
    name = str(key)[:200] if isinstance(key, str | int | float) else None
    if name is None:
        return _Absent(f"is looked into by a name, not by {kind_of(key)}")
    if name in mapping:
        return mapping[name]
    known = [str(other) for other in mapping]
    near = close_names(name, known)
    meant = f'; did you mean "{near[0]}"?' if near else ";"
    return _Absent(f'has no "{name}"{meant} it has: {name_list(known)}', near)


def _described(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return str(node.name)
    if isinstance(node, nodes.Getattr):
        return f"{_described(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_described(node.node)}[{node.arg.value!r}]"
    return "this"


def _words(error: Exception) -> str:
    """Why an operation failed, in words of ours."""
    if isinstance(error, TemplateError):
        return error.message
    if isinstance(error, ArithmeticError):
        return "the number is too large, or no number"
    return str(error) or type(error).__name__


def _refuse_secrets(word: str, *values: Any) -> None:
    for value in values:
        if isinstance(value, str) and has_mark(value):
            _no_secret(word)


def _no_secret(word: str) -> NoReturn:
    raise ValueError(
        f"a secret is put into a value as it is and cannot be used with {word}; it is only known "
        "when the step runs"
    )


_EVALUATE: dict[str, Callable[[Evaluation, Any], Any]] = {
    "Name": Evaluation._asked,
    "Getattr": Evaluation._asked,
    "Getitem": Evaluation._asked,
    "Const": Evaluation._const,
    "List": Evaluation._list,
    "Tuple": Evaluation._list,
    "Dict": Evaluation._dict,
    "And": Evaluation._and,
    "Or": Evaluation._or,
    "Not": Evaluation._not,
    "Neg": Evaluation._sign,
    "Pos": Evaluation._sign,
    "Compare": Evaluation._compare,
    "Concat": Evaluation._concat,
    "CondExpr": Evaluation._condition,
    "Filter": Evaluation._filter,
    "Test": Evaluation._test,
    "Call": Evaluation._call,
    **dict.fromkeys(BINARY, Evaluation._binary),
}
