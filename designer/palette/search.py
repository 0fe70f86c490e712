"""Fuzzy search: how well a few typed letters fit a name."""


def rank(query: str, title: str, name: str, description: str) -> int | None:
    """Lower is better, None does not fit: the start of the title or name, the start of a word in
    it, inside it, its letters in order, then a word of the description."""
    wanted = query.casefold()
    shown = (title.casefold(), name.casefold())
    if any(text.startswith(wanted) for text in shown):
        return 0
    if any(word.startswith(wanted) for text in shown for word in _words(text)):
        return 1
    if any(wanted in text for text in shown):
        return 2
    spans = [span for text in shown if (span := letters_span(wanted, text)) is not None]
    if spans:
        return 10 + min(spans)
    if len(wanted) > 2 and any(word.startswith(wanted) for word in _words(description.casefold())):
        return 1000
    return None


def letters_span(wanted: str, text: str) -> int | None:
    """How far apart the letters of ``wanted`` stand in ``text``, in order; None if they do not."""
    letters = wanted.replace(" ", "")
    best: int | None = None
    for start, letter in enumerate(text):
        if letter != letters[:1]:
            continue
        at = start
        for wanted_letter in letters[1:]:
            at = text.find(wanted_letter, at + 1)
            if at < 0:
                break
        else:
            span = at - start
            best = span if best is None else min(best, span)
    return best


def _words(text: str) -> list[str]:
    return text.replace("-", " ").replace("_", " ").split()
