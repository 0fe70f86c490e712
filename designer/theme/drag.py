"""Values on their way from a data tree into a field, as the expression that gives them."""

import re

from PySide6.QtCore import QMimeData

MIME = "application/x-treadle-expression"
"""The expression without braces; as plain text it goes with them, for every other program."""
_NAME = re.compile(r"[A-Za-z_]\w*")
_PLACES = re.compile(r"\[\d+\]")


def expression_mime(expression: str) -> QMimeData:
    """What a drag carries for an expression."""
    mime = QMimeData()
    mime.setData(MIME, expression.encode())
    mime.setText(f"{{{{ {expression} }}}}")
    return mime


def dropped_expression(mime: QMimeData) -> str:
    """The expression that a drag carries; empty for none."""
    return bytes(mime.data(MIME).data()).decode("utf-8", "replace") if mime.hasFormat(MIME) else ""


def name_for(expression: str) -> str:
    """What an entry for this value may be called: ``orders`` for ``steps.fetch.output.orders[0]``,
    the step's id for its whole output."""
    words = _NAME.findall(_PLACES.sub("", expression))
    while len(words) > 1 and words[-1] in ("output", "json", "result"):
        words.pop()
    return words[-1] if words else "value"
