import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest

from designer.document import Document

ORDERS = """\
# Orders, every night.
version: "1.0"
name: 'Nightly orders'   # shown in the list

variables: {least: 100}

steps:
  # Where the orders come from.
  - id: fetch
    name: "Fetch orders"
    type: http
    config:
      url: https://example.com/orders   # the supplier
      headers: {Accept: application/json}

  - id: enough
    type: condition
    depends_on: [fetch]
    config: {expression: steps.fetch.output.json.count > variables.least}

  - id: clean
    name: Clean the data
    type: script
    depends_on:
      - enough.true    # only then
      - fetch
    config:
      script: |
        import json, sys
        print(json.load(sys.stdin)["rows"])
    input_mapping:
      rows: "{{ steps.fetch.output.json.orders }}"
    compensate: undo

  - {id: undo, type: script, config: {script: "print('undone')"}}

on_failure: [undo]
triggers:
  - type: schedule
    name: Every night
    config: {cron: "0 2 * * *"}
    input: {from: "{{ steps.fetch.output }}"}

designer:
  positions:
    fetch: [0, 0]
    enough: [260, 0]   # in the middle
    trigger:Every night: [-240, 0]
"""


@pytest.fixture
def orders(qtbot):
    """A document with two steps, a condition, a handler, a trigger and comments."""
    return Document.from_text(ORDERS)


@pytest.fixture
def blank(qtbot):
    return Document.new()
