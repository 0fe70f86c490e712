"""A real canvas on a real document, and hands that work it with real mouse and key events."""

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.canvas import CanvasView
from designer.document import Document
from designer.theme import Theme

ORDERS = """version: "1.0"
name: Nightly orders
steps:
  - id: fetch
    name: Fetch orders
    type: http
    config: {url: "https://shop.example.com/orders"}
  - id: enough
    name: Enough rows?
    type: condition
    depends_on: [fetch]   # all of them
    config: {expression: "steps.fetch.output.json.count > 100"}
  - id: clean
    name: Clean the data
    type: script
    depends_on: [enough.true]
    config: {script: "print(1)"}
  - id: tell
    name: Tell the team
    type: email
    depends_on: [enough.false]
    config: {to: ops@example.com, subject: Few, body: Few}
  - id: lone
    name: Lone
    type: transform
    config: {expression: "1"}
triggers:
  - {type: schedule, name: Nightly, config: {cron: "0 2 * * *"}}
designer:
  positions:
    "trigger:Nightly": [0, 96]
    fetch: [280, 96]
    enough: [560, 96]
    clean: [840, 0]
    tell: [840, 200]
    lone: [280, 304]
"""


class Hands:
    """Works a canvas as a person does. Places are widget pixels; nodes are named by their key."""

    def __init__(self, canvas: CanvasView) -> None:
        self.canvas = canvas

    def spot(self, key: str, dx: float = 100.0, dy: float = 20.0) -> QPoint:
        """A place on a node's card, in scene units from its top left corner."""
        x, y = self.canvas.scene.position(key)
        return self.pixel(x + dx, y + dy)

    def pixel(self, x: float, y: float) -> QPoint:
        vx, vy = self.canvas.viewport.to_view(x, y)
        return QPoint(round(vx), round(vy))

    def output(self, key: str, port: str) -> QPoint:
        return self.pixel(*self.canvas.scene.output_of(self.canvas.scene.index[key], port))

    def input(self, key: str) -> QPoint:
        return self.pixel(*self.canvas.scene.input_of(self.canvas.scene.index[key]))

    def on_wire(self, src: str, port: str, dst: str, part: float = 0.5) -> QPoint:
        curve = self.canvas.scene.curves[self.canvas.scene.edge_index[(src, port, dst)]]
        a, b, c, d = (1 - part) ** 3, 3 * part * (1 - part) ** 2, 3 * part**2 * (1 - part), part**3
        x, y = a * curve[0] + b * curve[1] + c * curve[2] + d * curve[3]
        return self.pixel(float(x), float(y))

    def click(
        self, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.mouseClick(self.canvas, Qt.MouseButton.LeftButton, modifiers, at)

    def press(
        self,
        at: QPoint,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.mousePress(self.canvas, button, modifiers, at)

    def move(
        self, at: QPoint, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        if modifiers == Qt.KeyboardModifier.NoModifier:
            QTest.mouseMove(self.canvas, at)
            return
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        place = self.canvas.mapToGlobal(at)
        event = QMouseEvent(QEvent.Type.MouseMove, at, place, none, left, modifiers)
        QApplication.sendEvent(self.canvas, event)

    def release(
        self,
        at: QPoint,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        QTest.mouseRelease(self.canvas, button, modifiers, at)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        self.press(start, button, modifiers)
        self.move(start + (end - start) / 2, modifiers)
        self.move(end, modifiers)
        self.release(end, button, modifiers)

    def key(
        self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def wheel(
        self,
        at: QPoint,
        angle: int = 0,
        pixels: QPoint | None = None,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        event = QWheelEvent(
            QPointF(at),
            QPointF(self.canvas.mapToGlobal(at)),
            pixels or QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)

    def drop(self, at: QPoint, payload: str) -> QDropEvent:
        """Drags something in from the palette and lets it go."""
        data = QMimeData()
        data.setData("application/x-treadle-step", payload.encode())
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.canvas, QDragEnterEvent(at, copy, data, left, none))
        QApplication.sendEvent(self.canvas, QDragMoveEvent(at, copy, data, left, none))
        event = QDropEvent(QPointF(at), copy, data, left, none)
        QApplication.sendEvent(self.canvas, event)
        return event


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    made = Theme("light")
    yield made
    made.deleteLater()


@pytest.fixture
def document(qapp: QApplication) -> Iterator[Document]:
    made = Document.from_text(ORDERS)
    yield made
    made.deleteLater()
    gc.collect()


@pytest.fixture
def canvas(qtbot: QtBot, document: Document, theme: Theme) -> CanvasView:
    view = CanvasView(document, theme)
    qtbot.addWidget(view)
    view.resize(1200, 700)
    view.show()
    qtbot.waitExposed(view)
    return view


@pytest.fixture
def hands(canvas: CanvasView) -> Hands:
    return Hands(canvas)
