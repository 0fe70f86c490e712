"""What each action does, by part of the window."""

from collections.abc import Callable

from designer.canvas.arranging import AXES, Axis
from designer.canvas.arranging import SIDES as ALIGN_SIDES
from designer.canvas.arranging import Side as AlignSide
from designer.shell.actions import Actions
from designer.shell.activation import Activation
from designer.shell.design_page import DesignPage, Side
from designer.shell.files import FileDesk
from designer.shell.look import look_handlers
from designer.shell.memory import Memory
from designer.shell.run_control import RunControl
from designer.shell.space import DocumentSpace
from designer.theme import Theme

TABS = ("log", "data", "timeline", "problems", "yaml", "history")
Handlers = dict[str, Callable[[], object]]


def on_current(desk: FileDesk, do: Callable[[DocumentSpace], object]) -> Callable[[], object]:
    """Does something with the document on the screen, if there is one."""

    def act() -> None:
        if desk.current is not None:
            do(desk.current)

    return act


def file_handlers(desk: FileDesk) -> Handlers:
    return {
        "new": desk.new,
        "open": desk.ask_open,
        "save": on_current(desk, desk.save),
        "save-as": on_current(desk, desk.ask_save_as),
        "reload": on_current(desk, desk.reload),
        "close-tab": on_current(desk, desk.close),
    }


def edit_handlers(desk: FileDesk) -> Handlers:
    return {
        "undo": on_current(desk, lambda space: space.canvas.undo()),
        "redo": on_current(desk, lambda space: space.canvas.redo()),
        "cut": on_current(desk, lambda space: space.canvas.cut()),
        "copy": on_current(desk, lambda space: space.canvas.copy()),
        "paste": on_current(desk, lambda space: space.canvas.paste()),
        "duplicate": on_current(desk, lambda space: space.canvas.duplicate()),
        "delete": on_current(desk, lambda space: space.canvas.delete_selection()),
        "select-all": on_current(desk, lambda space: space.canvas.select_all()),
        "quick-add": on_current(desk, lambda space: space.canvas.add_at_pointer()),
        "open-node": on_current(desk, lambda space: space.canvas.activate_current()),
        "rename": on_current(desk, lambda space: space.canvas.rename_current()),
        "frame": on_current(desk, lambda space: space.canvas.frame_selection()),
        "unframe": on_current(desk, lambda space: space.canvas.unframe()),
        "collapse": on_current(desk, lambda space: space.canvas.collapse()),
        "expand": on_current(desk, lambda space: space.canvas.expand_wanted.emit()),
        "fold": on_current(desk, lambda space: space.canvas.fold()),
        "note": on_current(desk, lambda space: space.canvas.add_note()),
        "toggle-enabled": on_current(desk, lambda space: space.canvas.toggle_enabled()),
    }


def arrange_handlers(desk: FileDesk) -> Handlers:
    """What can be done with the places and wires of the selected nodes."""

    def align(side: AlignSide) -> Callable[[], object]:
        return on_current(desk, lambda space: space.canvas.arranging.align(side))

    def distribute(axis: Axis) -> Callable[[], object]:
        return on_current(desk, lambda space: space.canvas.arranging.distribute(axis))

    found: Handlers = {f"align-{side}": align(side) for side in ALIGN_SIDES}
    found |= {f"distribute-{axis}": distribute(axis) for axis in AXES}
    return found | {
        "insert-step": on_current(desk, lambda space: space.canvas.insert_into_wire()),
        "detach": on_current(desk, lambda space: space.canvas.arranging.detach()),
        "delete-join": on_current(desk, lambda space: space.canvas.arranging.delete_joining()),
        "toggle-grid": on_current(desk, lambda space: space.canvas.arranging.toggle_grid()),
    }


def run_handlers(desk: FileDesk, control: RunControl, activation: Activation) -> Handlers:
    return {
        "run": on_current(desk, control.run),
        "stop": on_current(desk, control.stop),
        "pause-run": on_current(desk, control.pause),
        "retry-run": on_current(desk, control.retry),
        "validate": on_current(desk, control.validate),
        "toggle-active": activation.toggle,
    }


def view_handlers(desk: FileDesk, design: DesignPage, theme: Theme, memory: Memory) -> Handlers:
    def tab(key: str) -> Callable[[], object]:
        return lambda: design.show_tab(key)

    found = look_handlers(theme, memory)
    found |= {f"show-{key}": tab(key) for key in TABS}
    return found | {
        "fit": on_current(desk, lambda space: space.canvas.fit()),
        "fit-selection": on_current(desk, lambda space: space.canvas.fit_selection()),
        "zoom-in": on_current(desk, lambda space: space.canvas.zoom_in()),
        "zoom-out": on_current(desk, lambda space: space.canvas.zoom_out()),
        "actual-size": on_current(desk, lambda space: space.canvas.actual_size()),
        "tidy-down": on_current(desk, lambda space: space.canvas.tidy_down()),
        "tidy": on_current(desk, lambda space: space.canvas.tidy()),
        "find-step": design.find_step,
        "find": design.show_search,
        "find-next": lambda: design.find_next(1),
        "find-previous": lambda: design.find_next(-1),
        "outline": design.show_outline,
    }


def fold_handler(actions: Actions, design: DesignPage, side: Side) -> Callable[[], object]:
    """Folds or unfolds a panel as its action is checked."""
    return lambda: design.fold(side, not actions[f"toggle-{side}"].isChecked())
