"""Template text cut into literal parts and expressions, and expressions into words and signs."""

import re
from typing import Any, Final, NamedTuple

from engine.definition.template.errors import TemplateError
from engine.definition.template.limits import (
    MAX_BRACKETS,
    MAX_EXPRESSION,
    MAX_TEXT,
    MAX_TOKENS,
)


class Token(NamedTuple):
    """A word or sign; ``kind`` is the name that the syntax parser knows it by."""

    kind: str
    value: Any
    start: int
    end: int


class Expression(NamedTuple):
    """One ``{{ }}`` of a template, or a bare expression: its words, and where it stands."""

    tokens: tuple[Token, ...]
    start: int
    end: int


_SPACE = re.compile(r"\s+")
_NAME = re.compile(r"[^\W\d]\w*")
_NUMBER = re.compile(
    r"0[xX][0-9a-fA-F]{1,80}(?!\w)|0[oO][0-7]{1,80}(?!\w)|0[bB][01]{1,200}(?!\w)"
    r"|[0-9](?:_?[0-9])*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
)
_INDEX = re.compile(r"[0-9]+")
_STRING = re.compile(r"'[^'\\]*(?:\\.[^'\\]*)*'|\"[^\"\\]*(?:\\.[^\"\\]*)*\"", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[\\'\"abfnrtv\n]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})")
_TAGS = re.compile(r"\{[{%#]")
_SIGNS: Final = {
    "//": "floordiv", "**": "pow", "==": "eq", "!=": "ne", ">=": "gteq", "<=": "lteq",
    "+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod", "~": "tilde", "|": "pipe",
    ".": "dot", ",": "comma", ":": "colon", "=": "assign", ">": "gt", "<": "lt",
    "(": "lparen", ")": "rparen", "[": "lbracket", "]": "rbracket", "{": "lbrace", "}": "rbrace",
}  # fmt: skip
_CLOSING: Final = {")": "(", "]": "[", "}": "{"}
_ESCAPES: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def split_template(text: str) -> list[str | Expression]:
    """The literal parts and expressions of a template, in order. Raises TemplateError."""
    if len(text) > MAX_TEXT:
        raise TemplateError(f"a template has at most {MAX_TEXT:,} characters", text="")
    parts: list[str | Expression] = []
    position, trim = 0, False
    while (tag := _TAGS.search(text, position)) is not None:
        if tag[0] != "{{":
            raise statement_error(tag[0], tag.start(), text)
        expression = read_expression(text, tag.end(), tag.start())
        before = text[position : tag.start()]
        parts.append(_trimmed(before, left=trim, right=_is_trim(text, tag.end())))
        parts.append(expression)
        position, trim = expression.end, text[expression.end - 3] == "-"
    parts.append(_trimmed(text[position:], left=trim, right=False))
    return [part for part in parts if part != ""]


def read_expression(text: str, position: int, opened: int | None = None) -> Expression:
    """The words of an expression up to its ``}}``, or up to the text's end if none was ``opened``.

    Raises TemplateError with the place of what cannot be read.
    """
    tokens: list[Token] = []
    brackets: list[Token] = []
    start = position
    if opened is not None and _is_trim(text, position):
        position += 1
    while True:
        if (space := _SPACE.match(text, position)) is not None:
            position = space.end()
        if opened is not None and not brackets and text.startswith("}}", position):
            if tokens and tokens[-1].kind == "sub" and tokens[-1].end == position:
                tokens.pop()
            return Expression(tuple(tokens), opened, position + 2)
        if position >= len(text):
            return Expression(tuple(tokens), *_end(text, start, opened, brackets))
        token = _next_token(text, position, tokens)
        _keep_brackets(token, brackets, text)
        tokens.append(token)
        position = token.end
        if position - start > MAX_EXPRESSION or len(tokens) > MAX_TOKENS:
            raise TemplateError(
                f"an expression has at most {MAX_EXPRESSION:,} characters and {MAX_TOKENS:,} "
                "words; do it in a script step",
                start,
                position,
                text=text,
            )


def statement_error(tag: str, start: int, text: str) -> TemplateError:
    """What is told of ``{%`` and ``{#``."""
    what = "statements" if tag == "{%" else "comments"
    return TemplateError(
        f"templates have no {what}; a literal {tag} is written {{{{ '{tag}' }}}}",
        start,
        start + 2,
        text=text,
    )


def _end(text: str, start: int, opened: int | None, brackets: list[Token]) -> tuple[int, int]:
    if opened is not None:
        raise TemplateError(
            "{{ is never closed by }}; a literal {{ is written {{ '{{' }}",
            opened,
            opened + 2,
            text=text,
        )
    if brackets:
        last = brackets[-1]
        raise TemplateError(f"{last.value} is never closed", last.start, last.end, text=text)
    return start, len(text)


def _is_trim(text: str, position: int) -> bool:
    return text.startswith("-", position) and text[position + 1 : position + 2].isspace()


def _trimmed(part: str, *, left: bool, right: bool) -> str:
    part = part.lstrip() if left else part
    return part.rstrip() if right else part


def _next_token(text: str, position: int, before: list[Token]) -> Token:
    if (name := _NAME.match(text, position)) is not None:
        return Token("name", name[0], position, name.end())
    char = text[position]
    if char in "0123456789":
        return _number(text, position, after_dot=bool(before) and before[-1].kind == "dot")
    if char in "'\"":
        return _string(text, position)
    for length in (2, 1):
        sign = text[position : position + length]
        if sign in _SIGNS:
            return Token(_SIGNS[sign], sign, position, position + len(sign))
    raise TemplateError(
        f'"{char}" means nothing in an expression', position, position + 1, text=text
    )


def _number(text: str, position: int, *, after_dot: bool) -> Token:
    match = (_INDEX if after_dot else _NUMBER).match(text, position)
    assert match is not None  # the caller saw a digit
    written, end = match[0].replace("_", ""), match.end()
    if len(written) > 200:
        raise TemplateError("a number has at most 200 digits", position, end, text=text)
    if text[end : end + 1].isidentifier():
        raise TemplateError(
            f'"{text[position : end + 1]}…" is no number and no name', position, end + 1, text=text
        )
    if written[:2].lower() in {"0x", "0o", "0b"}:
        return Token("integer", int(written, 0), position, end)
    if written.isdecimal():
        return Token("integer", int(written), position, end)
    value = float(written)
    if value in (float("inf"), float("-inf")):
        raise TemplateError("this number is too large", position, end, text=text)
    return Token("float", value, position, end)


def _string(text: str, position: int) -> Token:
    match = _STRING.match(text, position)
    if match is None:
        raise TemplateError(
            f"the text that begins here has no closing {text[position]}",
            position,
            position + 1,
            text=text,
        )
    value = _ESCAPE.sub(_unescape, match[0][1:-1])
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise TemplateError(
            "\\ud800 to \\udfff are halves of a character; write it whole, as \\U0001F600",
            position,
            match.end(),
            text=text,
        )
    return Token("string", value, position, match.end())


def _unescape(match: re.Match[str]) -> str:
    word = match[0][1:]
    if word[0] in "xuU":
        code = int(word[1:], 16)
        return chr(code) if code <= 0x10FFFF else match[0]
    return "" if word == "\n" else _ESCAPES.get(word, word)


def _keep_brackets(token: Token, brackets: list[Token], text: str) -> None:
    if token.kind in {"lparen", "lbracket", "lbrace"}:
        brackets.append(token)
        if len(brackets) > MAX_BRACKETS:
            raise TemplateError(
                f"brackets are nested deeper than {MAX_BRACKETS} levels",
                token.start,
                token.end,
                text=text,
            )
    elif token.kind in {"rparen", "rbracket", "rbrace"}:
        if not brackets or brackets[-1].value != _CLOSING[token.value]:
            what = brackets[-1].value if brackets else ""
            problem = f"does not close {what}" if what else "closes nothing"
            raise TemplateError(f"{token.value} {problem}", token.start, token.end, text=text)
        brackets.pop()
