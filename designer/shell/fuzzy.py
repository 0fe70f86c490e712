"""Fuzzy search: finds the letters of a query in order, and likes starts of words."""


def score(query: str, text: str) -> int | None:
    """How well ``query`` fits ``text``, higher is better; None when its letters are not all there.

    Each word of the query is looked for by itself, so that their order does not matter.
    """
    total = 0
    folded = text.casefold()
    for word in query.casefold().split():
        found = _word_score(word, folded)
        if found is None:
            return None
        total += found
    return total - len(text) // 8


def _word_score(word: str, text: str) -> int | None:
    whole = text.find(word)
    if whole >= 0:
        at_start = whole == 0 or not text[whole - 1].isalnum()
        return 100 + (50 if at_start else 0) + len(word) * 5
    place, points = -1, 0
    for letter in word:
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        starts_word = found == 0 or not text[found - 1].isalnum()
        points += 8 if found == place + 1 or starts_word else 1
        place = found
    return points
