"""Filters over text."""

from typing import Any

from engine.definition.template.arguments import as_items, as_scalar, as_text, as_whole
from engine.definition.template.format import percent_format
from engine.definition.template.function import Run, Shelf
from engine.definition.template.values import to_text

shelf = Shelf("filter")
_MAX_WIDTH = 10_000
_LINE_ENDS = tuple("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
WHITE = tuple(char for code in range(0x3001) if (char := chr(code)).isspace())


@shelf.add("upper", example="{{ 'a' | upper }} gives A")
def upper(run: Run, value: Any) -> str:
    """The text in capitals."""
    return run.budget.made(as_text(value).upper())


@shelf.add("lower", example="{{ 'A' | lower }} gives a")
def lower(run: Run, value: Any) -> str:
    """The text in small letters."""
    return run.budget.made(as_text(value).lower())


@shelf.add("capitalize", example="{{ 'ada' | capitalize }} gives Ada")
def capitalize(run: Run, value: Any) -> str:
    """The text with its first letter as a capital and the others small."""
    return run.budget.made(as_text(value).capitalize())


@shelf.add("title", example="{{ 'ada king' | title }} gives Ada King")
def title(run: Run, value: Any) -> str:
    """The text with a capital at the start of every word."""
    return run.budget.made(as_text(value).title())


@shelf.add("trim", "strip", example="{{ ' a ' | trim }} gives a")
def trim(run: Run, value: Any, chars: str | None = None) -> str:
    """The text without white space, or without the given characters, at both ends."""
    return run.budget.made(
        as_text(value).strip(None if chars is None else as_text(chars, "chars")[:1000])
    )


@shelf.add("replace", example="{{ 'a-b' | replace('-', '+') }} gives a+b")
def replace(run: Run, value: Any, old: Any, new: Any, count: int | None = None) -> str:
    """The text with every (or the first count) old replaced by new."""
    text, before, after = as_text(value), as_text(old, "old"), as_text(new, "new")
    limit = -1 if count is None else as_whole(count, "count", 0)
    hits = text.count(before)
    hits = hits if limit < 0 else min(hits, limit)
    run.budget.memory(4 * (len(text) + hits * max(len(after) - len(before), 0)))
    return text.replace(before, after, limit)


@shelf.add("split", example="{{ 'a,b' | split(',') }} gives ['a', 'b']")
def split(run: Run, value: Any, separator: str | None = None, maxsplit: int = -1) -> list[str]:
    """The parts of the text between separators, or between white space."""
    text = as_text(value)
    if separator == "":
        raise ValueError("the separator is empty; | list gives the characters")
    mark = None if separator is None else as_text(separator, "separator")
    take_pieces(run, text, WHITE if mark is None else (mark,))
    return text.split(mark, as_whole(maxsplit, "maxsplit", -1))


@shelf.add("lines", example="{{ text | lines }}")
def lines(run: Run, value: Any) -> list[str]:
    """The lines of the text, without their ends."""
    text = as_text(value)
    take_pieces(run, text, _LINE_ENDS)
    return text.splitlines()


def take_pieces(run: Run, text: str, separators: tuple[str, ...]) -> None:
    """Takes from the budget what cutting a text at all of these separators costs."""
    run.budget.items(1 + sum(text.count(mark) for mark in separators), 64)
    run.budget.memory(len(text) if text.isascii() else 4 * len(text))


@shelf.add("join", example="{{ ['a', 'b'] | join(', ') }} gives a, b", takes_secrets=True)
def join(run: Run, value: Any, separator: str = "", attribute: str | None = None) -> str:
    """The items as one text, with the separator between them."""
    items = as_items(run, value)
    if attribute is not None:
        items = [run.dig(item, attribute) for item in items]
    mark = as_text(separator, "separator")
    parts = [to_text(item, run.budget) for item in items]
    run.budget.memory(4 * (sum(map(len, parts)) + len(mark) * len(parts)))
    return mark.join(parts)


@shelf.add("string", example="{{ 5 | string }}", takes_secrets=True)
def string(run: Run, value: Any) -> str:
    """The value as text: JSON for anything but text."""
    return to_text(value, run.budget)


@shelf.add("format", example="{{ '%s of %.1f' | format('a', 2) }} gives a of 2.0")
def format_(run: Run, value: Any, *args: Any, **names: Any) -> str:
    """The pattern with its %s, %d, %.2f or %(name)s fields filled in."""
    return percent_format(run, as_text(value), args, names)


@shelf.add("truncate", example="{{ 'a long text' | truncate(6) }} gives a lon…")
def truncate(
    run: Run, value: Any, length: int = 255, killwords: bool = True, end: str = "…"
) -> str:
    """The text cut to a length, the end mark included; killwords=false cuts between words."""
    text, mark = as_text(value), as_text(end, "end")
    size = as_whole(length, "length", 0)
    if len(text) <= size:
        return text
    head = text[: max(size - len(mark), 0)]
    if not killwords and " " in head:
        head = head.rsplit(" ", 1)[0]
    return run.budget.made(head + mark)


@shelf.add("center", example="{{ 'a' | center(5) }}")
def center(run: Run, value: Any, width: int = 80) -> str:
    """The text in the middle of a width."""
    return run.budget.made(as_text(value).center(as_whole(width, "width", 0, _MAX_WIDTH)))


@shelf.add("indent", example="{{ text | indent(2) }}")
def indent(run: Run, value: Any, width: int = 4, first: bool = False) -> str:
    """The text with its lines (the first only if asked) moved in."""
    text, room = as_text(value), " " * as_whole(width, "width", 0, 200)
    run.budget.memory(4 * (len(text) + len(room) * (text.count("\n") + 1)))
    return (room if first else "") + text.replace("\n", f"\n{room}")


@shelf.add("wordcount", example="{{ 'a b' | wordcount }} gives 2")
def wordcount(run: Run, value: Any) -> int:
    """How many words the text has."""
    return len(split(run, value))


@shelf.add("escape", "e", example="{{ '<' | escape }} gives &lt;")
def escape(run: Run, value: Any) -> str:
    """The value as text that is safe inside HTML."""
    from html import escape as html_escape

    text = to_text(as_scalar(value), run.budget)
    run.budget.memory(6 * len(text))
    return html_escape(text)
