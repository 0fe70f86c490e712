"""A template made ready: literal parts and checked trees. Imported with the first ``{{``."""

from collections.abc import Mapping
from typing import Any

from jinja2 import nodes

from engine.definition.template.errors import TemplateError
from engine.definition.template.evaluate import Evaluation, RefusedError
from engine.definition.template.limits import Limits
from engine.definition.template.references import Reference, calls_volatile, find_references
from engine.definition.template.syntax import hyphenated, parse, place_of
from engine.definition.template.tokens import Expression
from engine.definition.template.values import to_text
from engine.definition.template.volatile import Volatile


class Compiled:
    """The parts of one template, and what is known of them without data."""

    def __init__(self, text: str, parts: list[str | Expression]) -> None:
        self.text = text
        self._parts: list[str | tuple[nodes.Expr, Expression]] = []
        self._hints: dict[int, str] = {}
        references: list[Reference] = []
        self.calls_volatile = False
        for part in parts:
            if isinstance(part, str):
                self._parts.append(part)
                continue
            tree = parse(part, text)
            hints = hyphenated(part.tokens)
            self._hints.update(hints)
            references += find_references(tree, part.tokens, hints)
            self.calls_volatile = self.calls_volatile or calls_volatile(tree)
            self._parts.append((tree, part))
        self.references = tuple(references)

    def evaluate(
        self,
        context: Mapping[str, Any],
        volatile: Volatile | None,
        limits: Limits,
        *,
        as_value: bool,
    ) -> Any:
        """The value of the one expression, or the text of all parts. Raises TemplateError."""
        run = Evaluation(context, limits, volatile, self._hints)
        if as_value:
            return self._value(run, 0)
        made: list[str] = []
        size = 0
        for index, part in enumerate(self._parts):
            text = part if isinstance(part, str) else self._text(run, index)
            made.append(text)
            size += len(text)
            if size > limits.output:
                raise TemplateError(
                    f"the text is larger than {limits.output // 2**20} MB", 0, 0, text=self.text
                )
        return "".join(made)

    def _value(self, run: Evaluation, index: int) -> Any:
        part = self._parts[index]
        assert not isinstance(part, str)  # the caller picked an expression
        tree, expression = part
        try:
            return run.result(tree)
        except RefusedError as error:
            raise self._error(error, expression) from error.__cause__

    def _text(self, run: Evaluation, index: int) -> str:
        value = self._value(run, index)
        try:
            return to_text(value, run.budget)
        except ValueError as error:
            part = self._parts[index]
            assert not isinstance(part, str)  # the caller picked an expression
            raise TemplateError(str(error), part[1].start, part[1].end, text=self.text) from error

    def _error(self, error: RefusedError, expression: Expression) -> TemplateError:
        start, end = place_of(error.node, expression.tokens)
        return TemplateError(error.message, start, end, error.candidates, self.text)
