"""What may come next at the cursor of an expression, the likeliest first."""

import json
import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from designer.document.expressions.known import Known
from designer.theme.offers import Offer, OfferKind
from engine import FILTERS, FUNCTIONS, METHODS, TESTS, Function

MOST_OFFERS = 80
WORDS = ("and", "or", "not", "in", "is", "if", "else", "true", "false", "null")
_STEP = r"""\.\w+|\[\s*(?:-?\d+|'[^'\n]*'|"[^"\n]*")\s*\]"""
_PATH = re.compile(rf"(?<![\w.\]\)'\"])([A-Za-z_]\w*(?:{_STEP})*)(\.|\[\s*['\"]?)(\w*)$")
_PARTS = re.compile(r"""\.(\w+)|\[\s*(?:(-?\d+)|'([^'\n]*)'|"([^"\n]*)")\s*\]|^([A-Za-z_]\w*)""")
_FILTER = re.compile(r"\|\s*(\w*)$")
_TEST = re.compile(r"\bis\s+(?:not\s+)?(\w*)$")
_EXPECTS = re.compile(r"(?:^|[-(,+*/%~=<>:\[]|\b(?:and|or|not|in|if|else))\s*$")
_WORD = re.compile(r"(?<![\w.])([A-Za-z_]\w*)?$")


class _Typed(Struct, frozen=True):
    """What stands before the cursor: its own text, and where in the whole text it begins."""

    head: str
    offset: int

    def start(self, word: str) -> int:
        return self.offset + len(self.head) - len(word)


def completions(text: str, cursor: int, scope: Known, *, bare: bool = False) -> list[Offer]:
    """The offers at a cursor; none outside of ``{{ }}``, but where the whole text is an expression
    (``bare``)."""
    opened = _opened(text, cursor, bare)
    if opened is None:
        return []
    typed = _Typed(text[opened:cursor], opened)
    found = _filters(typed) or _tests(typed) or _members(typed, scope)
    if found is None and not _in_text(typed.head):
        found = _names(typed, scope)
    return list(found or ())[:MOST_OFFERS]


def _opened(text: str, cursor: int, bare: bool) -> int | None:
    """Where the expression around the cursor begins."""
    start = max(text.rfind(mark, 0, cursor) for mark in ("{{", "{%"))
    if start >= 0 and text.find("}}", start, cursor) < 0 and text.find("%}", start, cursor) < 0:
        return start + 2
    return 0 if bare and "{{" not in text else None


def _in_text(head: str) -> bool:
    """Whether the cursor stands in a quoted text."""
    return any(mark in re.sub(r"'[^']*'|\"[^\"]*\"", "", head) for mark in "'\"")


def _filters(typed: _Typed) -> list[Offer] | None:
    match = _FILTER.search(typed.head)
    if match is None or _in_text(typed.head):
        return None
    start = typed.start(match[1])
    return _ranked(match[1], (_called(word, start) for word in FILTERS.values()))


def _tests(typed: _Typed) -> list[Offer] | None:
    match = _TEST.search(typed.head)
    if match is None or _in_text(typed.head):
        return None
    start = typed.start(match[1])
    return _ranked(match[1], (_called(word, start) for word in TESTS.values()))


def _members(typed: _Typed, scope: Known) -> list[Offer] | None:
    """What the path before the cursor holds: ``steps.fetch.output.json.items[0].``"""
    match = _PATH.search(typed.head)
    if match is None:
        return None
    path, mark, word = match.groups()
    if _in_text(typed.head) and mark[-1] not in "'\"":
        return []
    found = scope.follow(path_of(path))
    if found is None:
        return []
    start = typed.start(mark + word)
    offers = (_member(key, child, start) for key, child in found.members())
    if mark != "." or found.entries is not None:
        return _ranked(word, offers)
    methods = METHODS.get(found.type_name, {})
    called = (_called(method, start, before=".") for method in methods.values())
    return [*_ranked(word, offers), *_ranked(word, called)]


def _member(key: str | int, child: Known, start: int) -> Offer:
    return Offer(
        text=subscript(key),
        start=start,
        title=str(key) if isinstance(key, str) else f"[{key}]",
        kind=_kind(child),
        detail=child.words,
        about=child.help,
        goes_on=child.is_mapping or child.is_list,
    )


def _names(typed: _Typed, scope: Known) -> list[Offer]:
    match = _WORD.search(typed.head)
    if match is None:
        return []
    word = match[1] or ""
    if not word and not _EXPECTS.search(typed.head):
        return []
    start = typed.start(word)
    roots = [
        Offer(
            text=name, start=start, title=name, kind=_kind(known), about=known.help,
            detail="" if known.kind == "step" else known.words, goes_on=True,
        )
        for name, known in (scope.entries or {}).items()
    ]  # fmt: skip
    deep = _deep(word, scope, start) if len(word) > 1 else []
    functions = [_called(function, start) for function in FUNCTIONS.values()]
    words = [Offer(text=one, start=start, title=one, kind="word") for one in WORDS if word]
    return [*_ranked(word, roots), *_ranked(word, [*deep, *functions, *words])]


def _deep(word: str, scope: Known, start: int) -> Iterator[Offer]:
    """Steps, variables and inputs that can be named at once, without their first word."""
    for root in ("steps", "variables", "input"):
        holder = scope.child(root)
        for key, child in holder.members() if holder is not None else ():
            text = root + subscript(key) + (".output" if root == "steps" else "")
            yield Offer(
                text=text, start=start, title=str(key), kind=_kind(child),
                detail=text, about=child.help, goes_on=True,
            )  # fmt: skip


def _called(function: Function, start: int, before: str = "") -> Offer:
    takes = "(" in function.signature
    needed = takes and not function.signature.endswith("()")
    return Offer(
        text=before + function.name + ("()" if takes else ""),
        start=start,
        title=function.name,
        kind="filter" if function.kind in ("filter", "test") else "function",
        detail=function.signature,
        about=function.doc,
        back=int(needed),
    )


def _ranked(word: str, offers: Iterable[Offer]) -> list[Offer]:
    """Those that begin with a word, then those that hold it; in their order for no word."""
    wanted = word.casefold()
    first, rest = [], []
    for offer in offers:
        title = offer.title.casefold()
        if title.startswith(wanted):
            first.append(offer)
        elif wanted in title:
            rest.append(offer)
    if len(first) == 1 and first[0].title == word and not (first[0].goes_on or first[0].back):
        first = []  # nothing is left to be typed
    return [*first, *rest]


def _kind(known: Known) -> OfferKind:
    if known.kind == "step":
        return "step"
    if known.kind == "secret":
        return "secret"
    return "list" if known.is_list else "mapping" if known.is_mapping else "value"


def path_of(text: str) -> tuple[str | int, ...]:
    """The keys and indices of a path as it is written."""
    path: list[str | int] = []
    for named, index, single, double, root in _PARTS.findall(text):
        path.append(int(index) if index else named or single or double or root)
    return tuple(path)


def subscript(key: str | int) -> str:
    """How an expression goes on to a key or an index: ``.orders``, ``[0]``, ``["my-step"]``."""
    if isinstance(key, str) and key.isidentifier():
        return f".{key}"
    return f"[{json.dumps(key, ensure_ascii=False)}]"


def joined(path: Iterable[str | int]) -> str:
    """A path from its root as an expression writes it."""
    first, *rest = path
    return str(first) + "".join(map(subscript, rest))
