"""What the command palette lists: actions, recent files, steps of the document."""

from collections.abc import Iterator
from functools import partial

from designer.shell.actions import Actions, ActionSpec
from designer.shell.command_palette import Command
from designer.shell.files import FileDesk
from designer.shell.keymap import Keymap, native

MOST_STEPS = 2000


def gather_commands(actions: Actions, keymap: Keymap, desk: FileDesk) -> Iterator[Command]:
    """Everything that can be run or gone to now; what is disabled is left out."""
    for spec, action in actions.declared():
        if action.isEnabled() and spec.id != "commands":
            yield Command(
                f"{spec.menu}: {spec.text.rstrip('…')}",
                action.trigger,
                spec.icon,
                _shown_keys(spec, keymap),
            )
    for path in desk.recent():
        yield Command(f"Open {path.name}", partial(desk.open, path), "file", str(path.parent))
    space = desk.current
    if space is None:
        return
    for node in space.document.nodes()[:MOST_STEPS]:
        yield Command(f"Go to {node.title}", partial(space.go_to, node.key), node.icon, node.key)


def _shown_keys(spec: ActionSpec, keymap: Keymap) -> str:
    """The first keys of an action; those of the canvas that no action may take."""
    fixed = {"quick-add": "Space", "open-node": "Return"}.get(spec.id, "")
    return native(next(iter(keymap.keys(spec)), fixed))
