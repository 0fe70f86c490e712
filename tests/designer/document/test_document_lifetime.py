import gc
import weakref

from PySide6.QtCore import QCoreApplication

from designer.document import Document
from designer.document.collector import Collector, collect_on_qt_thread


class Ring:
    """Garbage that only the cyclic collector frees."""

    def __init__(self):
        self.itself = self


def test_cyclic_garbage_is_freed_on_the_qt_thread_only(blank, qtbot):
    assert not gc.isenabled()
    collector = QCoreApplication.instance().findChild(Collector)
    kept = [[] for _ in range(2 * gc.get_threshold()[0])]
    ring = weakref.ref(Ring())
    collector.collect()
    assert ring() is None
    assert kept


def test_there_is_one_collector_however_many_documents(qtbot):
    for _ in range(3):
        Document.new()
        collect_on_qt_thread()
    assert len(QCoreApplication.instance().findChildren(Collector)) == 1


def test_a_document_may_go_while_its_text_is_checked(qtbot):
    # So many steps that the check is surely seen under way between two looks.
    text = "steps:\n" + "".join(f"  - {{id: s{i}, type: script}}\n" for i in range(3000))
    gone = []
    for _ in range(5):
        document = Document.from_text(text)
        qtbot.waitUntil(lambda document=document: document._checker._running is not None)
        gone.append(weakref.ref(document))
        del document
    gc.collect()
    last = Document.from_text(text)
    qtbot.waitUntil(lambda: not last.checking)
    assert [ref() for ref in gone] == [None] * 5


def test_a_view_that_went_is_not_asked_to_write(blank):
    class View:
        def flush(self):
            raise AssertionError("it is gone")

    class Living:
        written = 0

        def flush(self):
            self.written += 1

    gone, living = View(), Living()
    blank.add_pending(living.flush)
    blank.add_pending(gone.flush)
    del gone
    blank.settle()
    assert living.written == 1
