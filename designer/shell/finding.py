"""Goes to what was chosen in the outline or found by the search: on the canvas, in its form, or in
the text."""

from designer.outline import Found
from designer.shell.space import DocumentSpace


def reveal_node(space: DocumentSpace, key: str) -> None:
    """Brings a node into view; for a step in a body the step that holds it."""
    space.canvas.center_on(space.document.graph.owners.get(key, key))


def open_node(space: DocumentSpace, key: str) -> None:
    """Selects a node, and puts the keyboard into its form."""
    space.document.selection.set([key])
    reveal_node(space, key)
    space.form_wanted.emit()
    space.inspector.focus_name()


def show_found(space: DocumentSpace, found: Found, *, keyboard: bool) -> tuple[int, int] | None:
    """Selects the step that something was found in and shows its field; gives the place of the
    text, from and to, where no form has one."""
    if found.key:
        space.document.selection.set([found.key])
        reveal_node(space, found.key)
    else:
        space.document.selection.clear()
    if space.inspector.show_field(found.path, keyboard=keyboard):
        return None
    return _text_place(space, found)


def _text_place(space: DocumentSpace, found: Found) -> tuple[int, int] | None:
    """Where what was found stands in the text: as far into its path as the text goes."""
    document = space.document
    base = document.places.path(found.key) if found.key else ()
    if base is None:
        return None
    for length in range(len(found.path), -1, -1):
        node = document.source.node((*base, *found.path[:length]))
        if node is not None:
            return node.start, node.end if length == len(found.path) else node.start
    return None
