"""What the command palette lists: actions, recent files, steps of the document."""

from collections.abc import Iterator
from functools import partial

from designer.shell.actions import Actions
from designer.shell.command_palette import Command
from designer.shell.files import FileDesk

MOST_STEPS = 2000


def gather_commands(actions: Actions, desk: FileDesk) -> Iterator[Command]:
    """Everything that can be run or gone to now; what is disabled is left out."""
    for spec, action in actions.declared():
        if action.isEnabled() and spec.id != "commands":
            yield Command(
                f"{spec.menu}: {spec.text.rstrip('…')}",
                action.trigger,
                spec.icon,
                spec.keys,
            )
    for path in desk.recent():
        yield Command(f"Open {path.name}", partial(desk.open, path), "file", str(path.parent))
    space = desk.current
    if space is None:
        return
    for node in space.document.nodes()[:MOST_STEPS]:
        yield Command(f"Go to {node.title}", partial(space.go_to, node.key), node.icon, node.key)
