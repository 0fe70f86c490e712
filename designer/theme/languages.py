"""What is a keyword, a text or a comment in each language that is shown in colours."""

import re

from msgspec import Struct

TEMPLATE = re.compile(r"\{\{.*?\}\}")
TRIPLE_QUOTES = ('"' * 3, "'" * 3)


class Rule(Struct, frozen=True):
    """What matches is a token of this kind; a group named ``token`` narrows it."""

    kind: str
    pattern: re.Pattern[str]


class Language(Struct, frozen=True):
    """Rules in order, earlier ones win; ``fences`` open and close texts over several lines."""

    rules: tuple[Rule, ...] = ()
    fences: tuple[str, ...] = ()
    block_scalars: bool = False


def _words(words: str, flags: int = 0) -> Rule:
    return Rule("keyword", re.compile(rf"\b(?:{'|'.join(words.split())})\b", flags))


def _rule(kind: str, *patterns: str) -> Rule:
    return Rule(kind, re.compile("|".join(patterns)))


_DOUBLE = r'"(?:\\.|[^"\\])*"?'
_SINGLE = r"'(?:\\.|[^'\\])*'?"
_TEXTS = _rule("string", _DOUBLE, _SINGLE)
_NUMBERS = _rule(
    "number", r"(?<![\w.])-?(?:0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\b"
)
_HASH = _rule("comment", r"(?:(?<=\s)|^)#.*")
_YAML_NAME = r"(?:\"[^\"]*\"|'[^']*'|[^\s#'\"\[{&*!|>%@][^#:]*?)"

_PYTHON = """
    and as assert async await break case class continue def del elif else except finally for from
    global if import in is lambda match nonlocal not or pass raise return try while with yield
    True False None"""
_JAVASCRIPT = """
    async await break case catch class const continue default delete do else export extends false
    finally for from function if import in instanceof let new null of return static super switch
    this throw true try typeof undefined var void while yield"""
_BASH = """
    if then elif else fi for in do done while until case esac function return exit local export
    set unset shift readonly trap source"""
_SQL = """
    select from where and or not in is null insert into values update set delete join left right
    inner outer on group by order having limit offset as distinct case when then else end with
    union all returning create table desc asc like between"""

LANGUAGES: dict[str, Language] = {
    "text": Language(),
    "python": Language((_TEXTS, _HASH, _words(_PYTHON), _NUMBERS), fences=TRIPLE_QUOTES),
    "javascript": Language(
        (
            _rule("string", _DOUBLE, _SINGLE, r"`(?:\\.|[^`\\])*`?"),
            _rule("comment", r"//.*", r"/\*.*?\*/"),
            _words(_JAVASCRIPT),
            _NUMBERS,
        )
    ),
    "bash": Language(
        (
            _TEXTS,
            _HASH,
            _rule("key", r"\$\{[^}]*\}?", r"\$\w+", r"\$[@*#?$!]"),
            _words(_BASH),
            _NUMBERS,
        )
    ),
    "sql": Language(
        (
            _TEXTS,
            _rule("comment", r"--.*"),
            _rule("key", r"(?<!:):\w+"),
            _words(_SQL, re.IGNORECASE),
            _NUMBERS,
        )
    ),
    "json": Language(
        (
            _rule("key", r'(?P<token>"(?:\\.|[^"\\])*")\s*:'),
            _rule("string", _DOUBLE),
            _words("true false null"),
            _NUMBERS,
        )
    ),
    "yaml": Language(
        (
            _HASH,
            _rule("key", rf"^\s*(?:-\s+)*(?!-\s)(?P<token>{_YAML_NAME})\s*:(?=\s|$)"),
            _rule("key", r"(?<=[{,])\s*(?P<token>[\w.-]+)\s*:(?=\s)"),
            _TEXTS,
            _rule("keyword", r"(?<=[:\-\[,]\s)(?:true|false|null|~)(?=\s*(?:$|[,\]}#]))"),
            _rule("keyword", r"(?:(?<=\s)|^)[&*][\w-]+", r"^(?:---|\.\.\.)\s*$", r"<<(?=\s*:)"),
            _rule("number", r"(?<=[:\-\[,]\s)-?\d[\d_]*(?:\.\d+)?(?=\s*(?:$|[,\]}#]))"),
        ),
        block_scalars=True,
    ),
    "expression": Language((_TEXTS, _words("and or not in is if else true false null"), _NUMBERS)),
}
"""Name -> rules. What is not here is shown as plain text."""


_KEYWORDS = {"python": _PYTHON, "javascript": _JAVASCRIPT, "bash": _BASH, "sql": _SQL}


def keywords(language: str) -> tuple[str, ...]:
    """The keywords of a language, for completion; none for one that has no list."""
    return tuple(_KEYWORDS.get(language, "").split())


def language_of(runtime: str) -> str:
    """The language of a script's runtime."""
    return {"node": "javascript", "bash": "bash", "sh": "bash"}.get(runtime, "python")
