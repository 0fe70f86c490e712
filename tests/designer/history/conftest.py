import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from designer.document import Document
from designer.theme import Theme

PLAIN = "name: Plain\nsteps:\n  - {id: one, type: transform, config: {expression: '1'}}\n"


@pytest.fixture
def document(qtbot):
    return Document.from_text(PLAIN)


@pytest.fixture
def theme(qapp):
    theme = Theme("light")
    theme.apply(qapp)
    return theme
