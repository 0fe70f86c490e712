"""Sticky notes: stuck on, written in place, dragged, resized, and drawn without fetching anything."""

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from designer.canvas import CanvasView
from designer.canvas.paint.note import NoteText
from designer.canvas.shape_fields import NoteField
from designer.document import Document
from designer.document.shapes import NoteView, read_notes

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def note_of(document: Document) -> NoteView:
    return read_notes(document.workflow)[0]


def stick(hands, text: str = "Slow **API**") -> NoteView:
    hands.key(Qt.Key.Key_S, SHIFT)
    field = hands.canvas.findChild(NoteField)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return, CONTROL)
    return note_of(hands.canvas.document)


def test_shift_s_sticks_a_note_that_is_written_at_once(hands, document: Document) -> None:
    before = document.text.partition("\ndesigner:")[0]
    note = stick(hands)
    assert note.text == "Slow **API**"
    assert document.text.partition("\ndesigner:")[0] == before


def test_a_double_click_edits_a_note_and_escape_keeps_what_was_written(
    hands, canvas: CanvasView, document: Document
) -> None:
    x, y, width, height = stick(hands, "One").box
    at = hands.pixel(x + width / 2, y + height / 2)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    field = next(f for f in canvas.findChildren(NoteField) if f.isVisible())
    QTest.keyClicks(field, " and two")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert note_of(document).text == "One and two"
    document.undo()
    assert note_of(document).text == "One"


def test_a_note_is_dragged_and_resized(hands, document: Document) -> None:
    x, y, width, height = stick(hands).box
    start = hands.pixel(x + 60, y + 60)
    hands.drag(start, start + QPoint(0, 48))
    moved = note_of(document).box
    assert moved[1] > y and moved[2:] == (width, height)
    edge = hands.pixel(moved[0] + width, moved[1] + height / 2)
    hands.drag(edge, edge + QPoint(64, 0))
    assert note_of(document).box[2] > width
    document.undo()
    document.undo()
    assert note_of(document).box == (x, y, width, height)


def test_delete_removes_a_selected_note(hands, document: Document) -> None:
    x, y, _, _ = stick(hands).box
    hands.click(hands.pixel(x + 60, y + 60))
    hands.key(Qt.Key.Key_Delete)
    assert read_notes(document.workflow) == ()
    assert "notes" not in document.text


def test_a_note_inside_a_frame_moves_with_it(hands, canvas, document: Document) -> None:
    note = stick(hands)
    document.selection.set((), (), [note.key])
    hands.key(Qt.Key.Key_G, CONTROL)
    field = next(one for one in canvas.findChildren(QLineEdit) if one.isVisible())
    QTest.keyClick(field, Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Down)
    assert note_of(document).box[1] == note.box[1] + 8


def test_a_note_fetches_no_picture(qapp) -> None:
    note = NoteText()
    note.setMarkdown("![x](file:///etc/hostname)")
    kind = QTextDocument.ResourceType.ImageResource
    assert note.loadResource(kind, QUrl("file:///etc/hostname")) is None
    assert note.resource(kind, QUrl("file:///etc/hostname")) is None
