"""How well a few typed letters fit a name."""


def score(query: str, text: str) -> float | None:
    """Higher is better; None when the letters do not all occur in order. Words' beginnings count
    most."""
    query, text = query.casefold().strip(), text.casefold()
    if not query:
        return 0.0
    found = text.find(query)
    if found >= 0:
        begins = found == 0 or not text[found - 1].isalnum()
        return 100.0 - found + (50.0 if begins else 0.0) - len(text) / 100
    total, place = 0.0, -1
    for letter in query:
        if letter.isspace():
            continue
        nearest = text.find(letter, place + 1)
        if nearest < 0:
            return None
        fresh = nearest == 0 or not text[nearest - 1].isalnum()
        total += 6.0 if fresh else 3.0 if nearest == place + 1 else 1.0
        place = nearest
    return total - len(text) / 100
