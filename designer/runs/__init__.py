"""Executions, live and past: their states, logs, data and course in time."""

from designer.runs.execution_view import CanvasMaker, StateCanvas
from designer.runs.filters import Filter
from designer.runs.inbox import Inbox
from designer.runs.node_actions import RunMenu, run_menu
from designer.runs.page import RunsPage
from designer.runs.panel import RunPanel
from designer.runs.run_controls import RunControls
from designer.runs.run_form import RunForm, asks_for_input
from designer.runs.session import RunSession, Spawn

__all__ = [
    "CanvasMaker",
    "Filter",
    "Inbox",
    "RunControls",
    "RunForm",
    "RunMenu",
    "RunPanel",
    "RunSession",
    "RunsPage",
    "Spawn",
    "StateCanvas",
    "asks_for_input",
    "run_menu",
]
