"""The quick fixes of a step's problems in its menu on the canvas."""

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from designer.canvas import CanvasView
from designer.document import Document, DocumentError, trigger_name
from engine import Problem

MOST = 5
"""Fixes that a menu offers."""


class Fixing(QObject):
    """Each fix is one step of undo, as in the list of problems."""

    def __init__(self, document: Document, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._document = document
        self._canvas = canvas
        canvas.node_menu_opening.connect(self._fill)

    def _fill(self, menu: QMenu, key: str) -> None:
        if not self._canvas.editable:
            return
        trigger = trigger_name(key)
        found = [
            problem
            for problem in self._document.problems
            if problem.fix is not None
            and (problem.step_id == key if trigger is None else problem.trigger == trigger)
        ]
        first = menu.actions()[0] if menu.actions() else None
        actions = [self._action(menu, problem) for problem in found[:MOST]]
        if actions and first is not None:
            menu.insertActions(first, actions)
            menu.insertSeparator(first)
        else:
            menu.addActions(actions)

    def _action(self, menu: QMenu, problem: Problem) -> QAction:
        title = problem.fix.title if problem.fix is not None else ""
        action = QAction(f"Fix: {title}".replace("&", "&&"), menu)
        action.setToolTip(problem.message)
        action.triggered.connect(lambda: self._fix(problem))
        return action

    def _fix(self, problem: Problem) -> None:
        if problem.fix is None:
            return
        try:
            self._document.perform(problem.fix.title, (problem.fix.splices,), origin="fix")
        except DocumentError as error:
            self._canvas.quick_message.emit(str(error))
