import pytest

from designer.document import Document
from designer.inspector import InspectorView
from designer.theme import Theme

TEXT = """\
name: Nightly
steps:
  - id: fetch
    name: Fetch orders
    type: http
    config:
      url: https://example.com   # the supplier
      headers: {Accept: text/csv}
  - id: clean
    type: script
    depends_on: [fetch]
    config:
      runtime: bash
      script: |
        echo hi
    input_mapping:
      rows: "{{ steps.fetch.output.json }}"   # all of them
triggers:
  - {type: schedule, name: Every night, config: {cron: "0 2 * * *", timezone: Asia/Shanghai}}
"""


class Bench:
    """A document with its inspector, shown."""

    def __init__(self, qtbot, text):
        self.document = Document.from_text(text)
        self.view = InspectorView(Theme("light"), self.document)
        qtbot.addWidget(self.view)
        self.view.resize(352, 900)
        self.view.show()
        qtbot.waitUntil(lambda: not self.document.checking)

    def select(self, *keys):
        self.document.selection.set(keys)
        return self

    def row(self, *path):
        """The row of a field, in whichever form has it."""
        for tab in self.view._book.tabs:
            self.view._book.build(tab)
        for form in self.view._book.forms:
            for row in form.rows():
                if row.field.path == path:
                    return row
        raise KeyError(path)

    def flush(self):
        self.document.settle()


@pytest.fixture
def bench(qtbot):
    return Bench(qtbot, TEXT)


@pytest.fixture
def bench_of(qtbot):
    return lambda text: Bench(qtbot, text)
