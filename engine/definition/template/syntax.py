"""From words to a syntax tree: Jinja's parser, fed with our words so that nodes know their place.

A node's ``lineno`` is the offset of its first character in the template.
"""

from functools import cache
from typing import Any, Final

from jinja2 import Environment, nodes
from jinja2.exceptions import TemplateSyntaxError
from jinja2.lexer import Token as ParserToken
from jinja2.lexer import TokenStream
from jinja2.parser import Parser

from engine.definition.template.errors import TemplateError, close_names, name_list
from engine.definition.template.function import Function
from engine.definition.template.language import (
    FILTERS,
    FUNCTIONS,
    METHODS,
    TESTS,
)
from engine.definition.template.limits import MAX_DEPTH
from engine.definition.template.tokens import Expression, Token

_SUPPORTED: Final = frozenset(
    (
        *("Name", "Const", "Tuple", "List", "Dict", "Pair", "Getattr", "Getitem", "Slice"),
        *("Filter", "Test", "Call", "Keyword", "CondExpr", "And", "Or", "Not"),
        *("Compare", "Operand", "Concat", "Neg", "Pos"),
        *("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"),
    )
)


def parse(expression: Expression, text: str) -> nodes.Expr:
    """The syntax tree of an expression, checked: known filters, tests and functions, depth.

    Raises TemplateError with the place.
    """
    tokens = expression.tokens
    if not tokens:
        raise TemplateError(
            "there is no expression here", expression.start, expression.end, text=text
        )
    _refuse_hyphens(tokens, text)
    tree = _run_parser(expression, text)
    _check(tree, tokens, text)
    return tree


def hyphenated(tokens: tuple[Token, ...]) -> dict[int, str]:
    """Offset of a word in ``a.b-c`` -> how that is written if ``b-c`` is one name: ``a['b-c']``.

    The words are the dot before, by which a node knows its place, and the names after hyphens.
    """
    found: dict[int, str] = {}
    for index, token in enumerate(tokens):
        if token.kind == "dot" and index and index + 1 < len(tokens):
            name, after = _joined(tokens, index + 1)
            base = tokens[index - 1]
            for part in (token, *tokens[index + 3 : after : 2]) if name else ():
                found[part.start] = f"{base.value}['{name}']"
    return found


def _joined(tokens: tuple[Token, ...], index: int) -> tuple[str, int]:
    """A name with hyphens that begins at ``index`` ("" if it has none), and the index after it."""
    name, end = str(tokens[index].value), tokens[index].end
    after = index + 1
    while after + 1 < len(tokens) and tokens[after].kind == "sub" and tokens[after].start == end:
        part = tokens[after + 1]
        if part.start != tokens[after].end or part.kind not in {"name", "integer"}:
            break
        name, end, after = f"{name}-{part.value}", part.end, after + 2
    return (name if after > index + 1 else ""), after


def _refuse_hyphens(tokens: tuple[Token, ...], text: str) -> None:
    for index in range(len(tokens) - 2):
        first, dot, second = tokens[index : index + 3]
        if first.value != "steps" or dot.kind != "dot" or second.kind != "name":
            continue
        if index and tokens[index - 1].kind == "dot":
            continue
        name, after = _joined(tokens, index + 2)
        if name:
            raise TemplateError(
                f"steps.{name} reads as a subtraction; write steps['{name}']",
                first.start,
                tokens[after - 1].end,
                (f"steps['{name}']",),
                text,
            )


@cache
def _environment() -> Environment:
    return Environment(autoescape=False)  # noqa: S701  (only its parser is used)


def _run_parser(expression: Expression, text: str) -> nodes.Expr:
    tokens = expression.tokens
    end = tokens[-1].end
    stream = [ParserToken(token.start, token.kind, token.value) for token in tokens]
    stream.append(ParserToken(end, "eof", ""))
    parser = Parser(_environment(), "")
    parser.stream = TokenStream(iter(stream), None, None)
    try:
        tree: nodes.Expr = parser.parse_tuple()
        if parser.stream.current.type != "eof":
            parser.fail(f"unexpected {parser.stream.current.value!r}", parser.stream.current.lineno)
    except TemplateSyntaxError as error:
        start = min(error.lineno, end)
        message = (
            (error.message or "this cannot be read")
            .replace("unexpected 'end of template'", "the expression ends too early")
            .replace("end of template", "end")
        )
        raise TemplateError(
            message[:1].lower() + message[1:200], start, token_end(tokens, start), text=text
        ) from None
    except RecursionError:
        raise TemplateError(
            "the expression is nested too deeply", expression.start, expression.end, text=text
        ) from None
    return tree


def token_end(tokens: tuple[Token, ...], start: int) -> int:
    """The end of the word that begins at ``start``."""
    return next((token.end for token in tokens if token.start >= start), start)


def _check(tree: nodes.Node, tokens: tuple[Token, ...], text: str) -> None:
    pending: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise TemplateError(
                f"the expression is nested deeper than {MAX_DEPTH} levels; do it in steps",
                tokens[0].start,
                tokens[-1].end,
                text=text,
            )
        try:
            _check_node(node)
        except TemplateError as error:
            start, end = place_of(node, tokens)
            raise TemplateError(error.message, start, end, error.candidates, text) from None
        pending.extend((child, depth + 1) for child in node.iter_child_nodes())


def place_of(node: nodes.Node, tokens: tuple[Token, ...]) -> tuple[int, int]:
    """Start and end of the words that a finding about a node is about."""
    if isinstance(node, nodes.Call):
        node = node.node
    start = node.lineno if isinstance(node.lineno, int) else tokens[0].start
    if isinstance(node, nodes.Getattr | nodes.Getitem):
        start += 1
    elif isinstance(node, nodes.Test):
        after = (t.start for t in tokens if t.start > start and t.value != "not")
        start = next(after, start)
    elif isinstance(node, nodes.BinExpr | nodes.Compare | nodes.Concat):
        places = [part.lineno for part in node.find_all(nodes.Expr) if part.lineno is not None]
        return min(places), token_end(tokens, max(places))
    return start, token_end(tokens, start)


def _check_node(node: nodes.Node) -> None:
    kind = type(node).__name__
    if kind not in _SUPPORTED:
        raise TemplateError(f"templates have no {kind.lower()}")
    if isinstance(node, nodes.Filter):
        _check_call(_known(node.name, FILTERS, "filter"), node, 1)
    elif isinstance(node, nodes.Test):
        _check_call(_known(node.name, TESTS, "test"), node, 1)
    elif isinstance(node, nodes.Call):
        _check_target(node)


def _check_target(node: nodes.Call) -> None:
    target = node.node
    if isinstance(target, nodes.Name):
        _check_call(_known(target.name, FUNCTIONS, "function"), node, 0)
    elif isinstance(target, nodes.Getattr):
        if not any(target.attr in methods for methods in METHODS.values()):
            known = {name for methods in METHODS.values() for name in methods}
            raise _unknown(target.attr, known, "method")
    else:
        raise TemplateError("only a function or a method of a text, list or mapping is called")


def _known(name: str, table: dict[str, Function], kind: str) -> Function:
    function = table.get(name)
    if function is None:
        raise _unknown(name, table, kind)
    return function


def _unknown(name: str, known: Any, kind: str) -> TemplateError:
    near = close_names(name, known)
    hint = f'did you mean "{near[0]}"?' if near else f"there are: {name_list(known)}"
    return TemplateError(f'there is no {kind} "{name}"; {hint}', candidates=near)


def _check_call(function: Function, node: Any, given: int) -> None:
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        raise TemplateError(f"{function.name} takes no * or ** arguments; name them one by one")
    names = [keyword.key for keyword in node.kwargs]
    problem = function.misfit(len(node.args) + given, names)
    if problem:
        raise TemplateError(f"{problem}; write {function.signature}")
