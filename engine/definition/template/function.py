"""One declaration for each filter, test, function and method: code, words and signature."""

import inspect
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from msgspec import Struct

from engine.definition.template.limits import Budget

Implementation = TypeVar("Implementation", bound=Callable[..., Any])


class Run(Protocol):
    """What an implementation sees of the evaluation that it is part of."""

    budget: Budget

    def filter(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Applies a filter by its name."""

    def test(self, name: str, value: Any, *args: Any) -> bool:
        """Applies a test by its name."""

    def member(self, value: Any, key: str | int) -> Any:
        """What a mapping has under a name, or a list at an index. Raises ValueError if nothing."""

    def dig(self, value: Any, path: str | int, default: Any = None) -> Any:
        """What stands at a dotted path in data; the default where there is nothing."""

    def now(self) -> Any:
        """The recorded time, aware."""

    def uuid(self) -> str:
        """The recorded unique id."""


class Function(Struct, frozen=True):
    """A word of the template language. Documentation and completion are made from these.

    ``call`` takes the run, then (but for functions) the value that it works on, then the arguments.
    """

    name: str
    kind: str
    signature: str
    doc: str
    example: str
    call: Callable[..., Any]
    takes_secrets: bool = False

    def misfit(self, positional: int, names: list[str]) -> str:
        """Why a call with so many arguments and these names does not fit; "" if it does."""
        try:
            inspect.signature(self.call).bind(None, *[None] * positional, **dict.fromkeys(names))
        except TypeError as error:
            return f"{self.name}: {error}".replace("'", '"')
        return ""


class Shelf:
    """Collects the words of one kind, as decorated functions."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.functions: dict[str, Function] = {}

    def add(
        self, *names: str, example: str, takes_secrets: bool = False
    ) -> Callable[[Implementation], Implementation]:
        """Declares a function under its first name; further names mean the same."""

        def declare(call: Implementation) -> Implementation:
            doc = " ".join((call.__doc__ or "").split())
            for name in names:
                signature = self._signature(name, call)
                self.functions[name] = Function(
                    name, self.kind, signature, doc, example, call, takes_secrets
                )
            return call

        return declare

    def _signature(self, name: str, call: Callable[..., Any]) -> str:
        skipped = 1 if self.kind == "function" else 2
        parameters = list(inspect.signature(call).parameters.values())[skipped:]
        words = ", ".join(_parameter(parameter) for parameter in parameters)
        return f"{name}({words})" if words or self.kind in {"function", "method"} else name


def _parameter(parameter: inspect.Parameter) -> str:
    name = parameter.name.rstrip("_")
    if parameter.kind is parameter.VAR_POSITIONAL:
        return f"*{name}"
    if parameter.kind is parameter.VAR_KEYWORD:
        return f"**{name}"
    if parameter.default is parameter.empty:
        return name
    if type(parameter.default) is object:  # a mark for "not given"
        return f"{name}?"
    words = {"None": "null", "True": "true", "False": "false"}
    default = repr(parameter.default)
    return f"{name}={words.get(default, default)}"
