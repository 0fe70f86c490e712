"""How fast a large workflow is drawn, edited and checked, beside a bare QPainter pass and a
QGraphicsScene that draw the same boxes and wires.

Run as a program: ``python tests/benchmarks/canvas.py [--json] [--counts 10000]``. Frames, edits and
opening are processor time of the painting thread, which a busy machine does not spoil as it does
wall clock; checks are wall clock from an edit to its problems, ``stall_ms`` the longest time that
the event loop was held up meanwhile. Ratios are the other's median over the canvas's.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil
from PySide6.QtCore import QEventLoop, QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QGraphicsItem,
    QGraphicsPathItem,
    QGraphicsScene,
    QGraphicsView,
    QStyleOptionGraphicsItem,
    QWidget,
)

from designer.canvas import CanvasView, NodeState
from designer.canvas.gestures.move import Move
from designer.canvas.placement import lay_out
from designer.document import Document
from designer.theme import Theme

WIDTH, HEIGHT = 1600, 900
FRAMES = 60
EDITS = 40
CHECKS = 5
COUNTS = (1_000, 10_000)
MAIN = 10_000
"""The figures of this many steps go without the number in their names."""
ZOOMS: tuple[float | None, ...] = (1.0, 0.4, None)
"""None fits the whole drawing."""
STATUSES = ("completed", "running", "failed", "skipped", "pending")


def workflow_text(count: int) -> str:
    """A workflow of ``count`` placed steps with about 1.2 wires each, most to the next column."""
    columns = max(int(count**0.5 * 0.8), 5)
    lines, places = ["steps:"], ["designer:", "  positions:"]
    for i in range(count):
        column, row = i % columns, i // columns
        lines.append(f"  - id: s{i}\n    name: Fetch orders {i}\n    type: transform")
        lines.append('    config: {expression: "1"}')
        sources = [f"s{i - 1}"] if column else []
        if column and row and i % 5 == 0:
            sources.append(f"s{i - 1 - columns}")
        lines.append(f"    depends_on: [{', '.join(sources)}]")
        places.append(f"    s{i}: [{column * 280}, {row * 104}]")
    return "\n".join([*lines, *places]) + "\n"


def timed(frames: int, work: Callable[[int], None]) -> list[float]:
    """Milliseconds of each frame, sorted; the first two warm up."""
    times = []
    for n in range(frames + 2):
        begun = time.thread_time()
        work(n)
        times.append((time.thread_time() - begun) * 1000)
    return sorted(times[2:])


def p99(times: list[float]) -> float:
    return quantiles(times, n=100)[-1]


def resident() -> float:
    """Megabytes of memory that this process holds."""
    return psutil.Process().memory_info().rss / 2**20


def zoom_name(zoom: float | None) -> str:
    return "fit" if zoom is None else f"{zoom}"


def spot(count: int, zoom: float | None) -> str:
    return f"{'' if count == MAIN else f'_{count}'}@{zoom_name(zoom)}"


def canvas_figures(app: QApplication, theme: Theme, count: int) -> dict[str, float]:
    """Pan, zoom and drag at each zoom, opening and layout, on a real canvas."""
    before = resident()
    begun = time.thread_time()
    document = Document.from_text(workflow_text(count))
    view = CanvasView(document, theme)
    view.resize(WIDTH, HEIGHT)
    view.show()
    app.processEvents()
    figures = {f"open_{count}.s": time.thread_time() - begun}
    view.set_states(
        {n.key: NodeState(STATUSES[i % 5], 1.2) for i, n in enumerate(document.nodes())}
    )
    target = QPixmap(WIDTH, HEIGHT)
    for zoom in ZOOMS:
        look_at(view, zoom)
        name = spot(count, zoom)

        def pan(n: int) -> None:
            view.look(view.viewport.panned(7 if n % 2 else -5, 3 if n % 2 else -2))
            view.render(target)

        def turn(n: int) -> None:
            factor = 1.05 if n % 2 else 1 / 1.05
            view.look(view.viewport.zoomed(view.viewport.zoom * factor, (800.0, 450.0)))
            view.render(target)

        drags = (("drag1", drag_of(view, target, 1)), ("drag200", drag_of(view, target, 200)))
        for kind, work in (("pan", pan), ("zoom", turn), *drags):
            times = timed(FRAMES, work)
            figures[f"{kind}{name}.p50_ms"] = median(times)
            figures[f"{kind}{name}.p99_ms"] = p99(times)
        bare = timed(20, lambda n: bare_pass(view, target))
        figures[f"bare{name}.p50_ms"] = median(bare)
        document.selection.clear()
    begun = time.thread_time()
    lay_out(document.nodes(), document.edges())
    figures[f"layout_{count}.ms"] = (time.thread_time() - begun) * 1000
    figures[f"memory_{count}.mb"] = resident() - before
    figures |= edit_figures(app, document, count) | check_figures(app, document, count)
    view.close()
    return figures


def bare_pass(view: CanvasView, target: QPixmap) -> None:
    """The boxes and straight wires that are in view, by plain calls of QPainter."""
    scene, seen, zoom = view.scene, view.viewport.seen(WIDTH, HEIGHT), view.viewport.zoom
    painter = QPainter(target)
    painter.fillRect(0, 0, WIDTH, HEIGHT, QColor("#F4F6F8"))
    painter.scale(zoom, zoom)
    painter.translate(-seen[0], -seen[1])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= 0.35)
    painter.setPen(QPen(QColor("#7F8B9D"), max(2.0, 1.0 / zoom)))
    curves = scene.curves[scene.wires_in(seen)]
    painter.drawLines([QLineF(*a, *d) for a, d in curves[:, (0, 3)].tolist()])
    painter.setPen(QPen(QColor("#CBD1DA"), 1.5))
    painter.setBrush(QColor("#FFFFFF"))
    for i in scene.nodes_in(seen).tolist():
        rect = QRectF(*scene.rects[i].tolist())
        if zoom < 0.35:
            painter.drawRect(rect)
            continue
        painter.drawRoundedRect(rect, 9, 9)
        painter.drawText(rect.topLeft() + QPointF(60, 26), scene.nodes[i].title)
        painter.drawText(rect.topLeft() + QPointF(60, 44), scene.nodes[i].subtitle)
    painter.end()


def edit_figures(app: QApplication, document: Document, count: int) -> dict[str, float]:
    """The Qt thread's time for an edit of one step, with the canvas that shows it."""

    def edit(n: int) -> None:
        at = (n * 7919) % count
        document.set_value(("steps", at, "name"), f"Named {n}")
        app.processEvents()

    times = timed(EDITS, edit)
    return {f"edit_{count}.p50_ms": median(times), f"edit_{count}.p99_ms": p99(times)}


def check_figures(app: QApplication, document: Document, count: int) -> dict[str, float]:
    """Milliseconds from an edit to its problems, and how long the loop stood still in them."""
    waited, longest = [], 0.0
    wait = QEventLoop.ProcessEventsFlag.WaitForMoreEvents
    for n in range(CHECKS + 1):
        while document.checking:
            app.processEvents(wait)
        document.set_value(("steps", n * 11, "depends_on"), [f"none{n}"])
        begun = last = time.perf_counter()
        while document.checking:
            app.processEvents(wait)
            now = time.perf_counter()
            if n:
                longest = max(longest, now - last)
            last = now
        waited.append((last - begun) * 1000)
    return {
        f"check_{count}.ms": median(waited[1:]),
        f"check_{count}.stall_ms": longest * 1000,
    }


def look_at(view: CanvasView, zoom: float | None) -> None:
    bounds = view.scene.bounds()
    assert bounds is not None
    if zoom is None:
        view._navigation.fit(bounds, smoothly=False)
    else:
        middle = (bounds[0] + bounds[2] / 2, bounds[1] + bounds[3] / 2)
        view._navigation.zoom_to(zoom, smoothly=False)
        view._navigation.centre(middle, smoothly=False)


def drag_of(view: CanvasView, target: QPixmap, most: int) -> Callable[[int], None]:
    """Frames of a drag of so many nodes, those in view first; nothing is edited."""
    seen = view.scene.nodes_in(view.viewport.seen(WIDTH, HEIGHT))[:most]
    keys = [view.scene.nodes[i].key for i in seen.tolist()]
    gesture: list[Move] = []

    def frame(n: int) -> None:
        if not gesture:
            view.document.selection.set(keys)
            gesture.append(Move(view, QPointF(800, 450), keys[0]))
        at = QPointF(800 + 5 * (n % 9), 450 + 3 * (n % 7))
        gesture[0].move(at, Qt.KeyboardModifier.NoModifier)
        view.render(target)
        if n == FRAMES + 1:
            gesture[0].cancel()

    return frame


class Box(QGraphicsItem):
    """The baseline's node: a rounded box with two lines of text."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def boundingRect(self) -> QRectF:
        return QRectF(-2, -2, 212, 64)

    def paint(
        self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None
    ) -> None:
        painter.setPen(QPen(QColor("#CBD1DA"), 1.5))
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawRoundedRect(QRectF(0, 0, 208, 60), 9, 9)
        painter.setPen(QColor("#1B2430"))
        painter.drawText(QPointF(60, 26), self._title)
        painter.drawText(QPointF(60, 44), "one expression")


def baseline_figures(canvas: CanvasView, count: int) -> dict[str, float]:
    """The same boxes and wires as items of a QGraphicsScene, panned at the same zooms."""
    scene = QGraphicsScene()
    for node, rect in zip(canvas.scene.nodes, canvas.scene.rects.tolist(), strict=True):
        box = Box(node.title)
        box.setPos(rect[0], rect[1])
        scene.addItem(box)
    for a, b, c, d in canvas.scene.curves.tolist():
        path = QPainterPath(QPointF(*a))
        path.cubicTo(QPointF(*b), QPointF(*c), QPointF(*d))
        wire = QGraphicsPathItem(path)
        wire.setPen(QPen(QColor("#7F8B9D"), 2))
        scene.addItem(wire)
    view = QGraphicsView(scene)
    view.setRenderHint(QPainter.RenderHint.Antialiasing)
    view.resize(WIDTH, HEIGHT)
    target = QPixmap(WIDTH, HEIGHT)
    figures = {}
    for zoom in ZOOMS:
        look_at(canvas, zoom)
        seen = canvas.viewport

        def pan(n: int, seen: object = seen) -> None:
            shown = canvas.viewport.panned(7 if n % 2 else -5, 0)
            source = QRectF(*shown.seen(WIDTH, HEIGHT))
            painter = QPainter(target)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            scene.render(painter, QRectF(0, 0, WIDTH, HEIGHT), source)
            painter.end()

        times = timed(3, pan)
        figures[f"graphicsscene{spot(count, zoom)}.p50_ms"] = median(times)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--counts", type=int, nargs="*", default=list(COUNTS))
    options = parser.parse_args()
    app = QApplication([])
    theme = Theme("light")
    figures: dict[str, float] = {}
    ratios: dict[str, float] = {}
    for count in options.counts:
        figures |= canvas_figures(app, theme, count)
        document = Document.from_text(workflow_text(count))
        canvas = CanvasView(document, theme)
        canvas.resize(WIDTH, HEIGHT)
        figures |= baseline_figures(canvas, count)
        for name in (spot(count, zoom) for zoom in ZOOMS):
            for other in ("bare", "graphicsscene"):
                own = figures[f"pan{name}.p50_ms"]
                ratios[f"pan{name}.{other}"] = figures[f"{other}{name}.p50_ms"] / own
    rounded = {
        "figures": {key: round(value, 2) for key, value in figures.items()},
        "ratios": {key: round(value, 2) for key, value in ratios.items()},
    }
    if options.json:
        print(json.dumps(rounded))
        return
    for part, values in rounded.items():
        print(part)
        for key, value in values.items():
            print(f"  {key:36} {value:>10}")


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # widgets are not taken down one by one
