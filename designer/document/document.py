"""A workflow being edited: its file, its text and model, and the gestures that change it."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from designer.document import clipboard
from designer.document.draft import Draft
from designer.document.editing import EditRefused
from designer.document.graph import positions, step_face
from designer.document.rename import free_id, id_refusal, renamed, renamed_in_frames
from designer.document.shapes import FRAMES, free_key, read_frames
from designer.document.steps import POSITIONS, list_length, place, starter_config, take_out
from designer.document.views import EdgeView, NodeView, Point, Wire, trigger_key, trigger_name
from designer.document.wires import arriving, first_port, rewire
from designer.document.wiring import WiredText
from engine import Path, Step, Trigger, Workflow

PASTE_OFFSET = 40.0
"""Scene units between an original and its duplicate."""
PASTE_PITCH = 280.0
"""Scene units from one pasted node without a place to the next."""


class Document(WiredText):
    """One workflow file, or one that has no file yet.

    Gestures raise EditRefused while the text cannot be read as a workflow, or may not be changed;
    each is one undo step. ``position`` gives only what the author placed: the canvas lays out the
    rest.
    """

    # Reading

    def nodes(self) -> tuple[NodeView, ...]:
        """Triggers, then top steps, in the order of the file."""
        return tuple(self.graph.nodes.values())

    def node(self, key: str) -> NodeView | None:
        """A node; a step inside a body too, without its wires."""
        known = self.graph.nodes.get(key)
        if known is not None or key not in self.graph.owners:
            return known
        step = self.step(key)
        return step_face(step, self.catalogue) if step else None

    def edges(self) -> tuple[EdgeView, ...]:
        return self.graph.edges

    def position(self, key: str) -> Point | None:
        """Where the author put a node; None while the layout decides."""
        node = self.graph.nodes.get(key)
        return node.position if node else None

    def step(self, key: str) -> Step | None:
        """The step with this id, bodies included."""
        if self.workflow is None or trigger_name(key) is not None:
            return None
        return next((step for step in self.workflow.walk() if step.id == key), None)

    def trigger(self, key: str) -> Trigger | None:
        place = self.places.triggers.get(key)
        if self.workflow is None or place is None:
            return None
        index = int(place[1])
        return self.workflow.triggers[index] if index < len(self.workflow.triggers) else None

    def value(self, path: Path) -> Any:
        """The plain value at a path of the text, None when there is none."""
        node = self.source.node(path)
        return node.plain() if node is not None else None

    # Steps and triggers

    def add_step(
        self,
        step_type: str,
        position: Point | None = None,
        config: Mapping[str, Any] | None = None,
        connect_from: tuple[str, str] | None = None,
        connect_to: str | None = None,
        insert_into: Wire | None = None,
        moved: Mapping[str, Point] | None = None,
    ) -> str:
        """Adds a step at the end of the list; gives its id. ``connect_from`` (key, port) wires it
        behind a node, ``connect_to`` before one, ``insert_into`` puts it into a wire; ``moved`` are
        nodes that make room for it."""
        workflow = self.current_workflow()
        kind = self.catalogue.step_types[step_type]
        key = free_id(step_type, self.ids())
        name = clipboard.free_name(kind.title, {step.name for step in workflow.walk()})
        made = starter_config(kind.schema) if config is None else dict(config)
        tree = {"id": key, "name": name, "type": step_type, "config": made}
        wires = _wires_of_new(key, first_port(kind, made), connect_from, connect_to, insert_into)

        def make(draft: Draft) -> None:
            draft.insert(("steps",), list_length(draft.source, ("steps",)), [tree])
            places = {key: position, **(moved or {})} if position is not None else moved or {}
            place(draft, places, draft.source)
            if wires:
                known, read = self.read_draft(draft)
                gone = [*arriving(known, key), *([insert_into] if insert_into else ())]
                rewire(draft, known, read, gone, wires)

        self.gesture(f"Add {name}", make)
        return key

    def add_trigger(
        self,
        trigger_type: str,
        position: Point | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> str:
        """Adds a trigger; gives its name."""
        workflow = self.current_workflow()
        kind = self.catalogue.trigger_types[trigger_type]
        name = clipboard.free_name(kind.title, {one.name or one.type for one in workflow.triggers})
        made = starter_config(kind.schema) if config is None else dict(config)
        tree = {"type": trigger_type, "name": name, "config": made}

        def make(draft: Draft) -> None:
            draft.insert(("triggers",), list_length(draft.source, ("triggers",)), [tree])
            if position is not None:
                place(draft, {trigger_key(name): position})

        self.gesture(f"Add {name}", make)
        return name

    def remove(self, keys: Iterable[str] = (), wires: Iterable[Wire] = ()) -> None:
        """Removes nodes and wires, with the wires, handler lists and places that name the nodes."""
        workflow, gone, cut = self.current_workflow(), list(keys), list(wires)
        lost = 0

        def make(draft: Draft) -> None:
            nonlocal lost
            lost = take_out(draft, workflow, self.places, gone, cut)

        name = f"Remove {self._named(gone)}" if gone else f"Remove {_counted(len(cut), 'wire')}"
        if self.gesture(name, make) and lost:
            self.notice.emit(f"{name.replace('Remove', 'Removed')}, with {_counted(lost, 'wire')}.")

    def rename_step(self, old: str, new: str) -> None:
        """Gives a step another id, with every reference to it. Raises EditRefused for one that
        cannot be."""
        if old == new:
            return
        self.current_workflow()
        if reason := id_refusal(new, self.ids()):
            raise EditRefused(reason)
        tree = self.source.tree()

        def make(draft: Draft) -> None:
            for path, value in renamed(tree, {old: new}, self.catalogue):
                draft.set(path, value)
            if draft.source.node((*POSITIONS, old)) is not None:
                draft.rename_key((*POSITIONS, old), new)

        selected = self.selection.ids
        if self.gesture(f"Rename {old} to {new}", make):
            self._keep_selected(selected, old, new)

    def rename_trigger(self, key: str, name: str, merge_key: str = "") -> None:
        """Gives a trigger another name; its place follows."""
        path = self._path(key)
        new = trigger_key(name)
        if new != key and self.places.path(new) is not None:
            raise EditRefused(f"There is a trigger {name} already.")

        def make(draft: Draft) -> None:
            draft.set((*path, "name"), name)
            for where, value in renamed_in_frames(self.value(("designer",)), {key: new}):
                draft.set(where, value)
            if draft.source.node((*POSITIONS, key)) is not None:
                draft.rename_key((*POSITIONS, key), new)

        selected = self.selection.ids
        if self.gesture(f"Rename trigger to {name}", make, merge_key):
            self._keep_selected(selected, key, new)

    def set_enabled(self, keys: Iterable[str], enabled: bool) -> None:
        """Switches nodes on, or off, where a step is passed over."""
        wanted = list(keys)

        def make(draft: Draft) -> None:
            for key in wanted:
                path = (*self._path(key), "enabled")
                if not enabled:
                    draft.set(path, False)
                elif draft.source.node(path) is not None:
                    draft.remove(path)

        self.gesture(f"{'Enable' if enabled else 'Disable'} {self._named(wanted)}", make)

    def move(self, moved: Mapping[str, Point], merge_key: str = "", name: str = "Move") -> None:
        """Puts nodes at places on the canvas."""
        known = {key: at for key, at in moved.items() if self.node(key) is not None}
        if not known:
            return
        self.gesture(
            f"{name} {self._named(list(known))}",
            lambda draft: place(draft, known, self.source),
            merge_key,
            model=lambda workflow: _placed(workflow, known),
        )

    # Wires: these two stand here, since in a class between, QObject's own would be found first

    def connect(self, src: str, port: str, dst: str) -> None:  # type: ignore[override]
        """Draws a wire. Raises EditRefused with ``can_connect``'s reason."""
        self.rewire(add=[(src, port, dst)], name="Connect")

    def disconnect(self, src: str, port: str, dst: str) -> None:  # type: ignore[override]
        """Removes a wire."""
        self.rewire(remove=[(src, port, dst)], name="Disconnect")

    # Values

    def set_value(self, path: Path, value: Any, merge_key: str = "", name: str = "") -> bool:
        """Replaces or adds one value; edits with the same merge key that follow each other undo
        together."""
        title = name or f"Change {_shown(path)}"
        return self.gesture(title, lambda draft: draft.set(path, value), merge_key)

    def remove_value(self, path: Path, merge_key: str = "", name: str = "") -> bool:
        """Removes a key or an item; False when there is none."""
        self.current_workflow()
        if self.source.node(path) is None:
            return False
        title = name or f"Clear {_shown(path)}"
        return self.gesture(title, lambda draft: draft.remove(path), merge_key)

    # Copies

    def copy(
        self,
        keys: Iterable[str],
        places: Mapping[str, Point] | None = None,
        frames: Iterable[str] = (),
    ) -> str:
        """The nodes, and frames around them, as YAML text; empty for none. ``places`` is where they
        are drawn, if that is not where the author put them."""
        known = positions(self.current_workflow()) | dict(places or {})
        held = [frame for frame in read_frames(self.workflow) if frame.key in set(frames)]
        return clipboard.copied(self.source, self.places, keys, known, held)

    def paste(self, text: str, at: Point | None = None, name: str = "Paste") -> tuple[str, ...]:
        """Adds the steps and triggers of a text, with ids that are free; gives their keys. The top
        left of them comes to ``at``. Raises DocumentError when the text holds none."""
        workflow = self.current_workflow()
        taken = frozenset(one.name or one.type for one in workflow.triggers)
        titles = frozenset(step.name for step in workflow.walk())
        fragment = clipboard.fitted(
            clipboard.read_fragment(text), self.ids(), taken, titles, self.catalogue
        )
        keys = (
            *(str(step["id"]) for step in fragment.steps),
            *(trigger_key(str(trigger["name"])) for trigger in fragment.triggers),
        )

        def make(draft: Draft) -> None:
            draft.insert(("steps",), list_length(draft.source, ("steps",)), fragment.steps)
            draft.insert(("triggers",), list_length(draft.source, ("triggers",)), fragment.triggers)
            place(draft, _around(fragment.positions, keys, at))
            for tree in fragment.frames:
                held = draft.source.node(FRAMES)
                names = [str(one) for one in held.members] if held is not None else []
                draft.set((*FRAMES, free_key("frame", names)), tree)

        self.gesture(f"{name} {_counted(len(keys), 'step')}", make)
        self.selection.set(keys)
        return keys

    def duplicate(
        self,
        keys: Iterable[str],
        places: Mapping[str, Point] | None = None,
        frames: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """Copies nodes, and frames around them, to these places, or else beside them; gives the
        keys of the copies."""
        wanted = list(keys)
        found = places or {key: at for key in wanted if (at := self.position(key)) is not None}
        text, away = self.copy(wanted, found, frames), 0.0 if places else PASTE_OFFSET
        at = None
        if found:
            at = (
                min(x for x, _ in found.values()) + away,
                min(y for _, y in found.values()) + away,
            )
        return self.paste(text, at, "Duplicate") if text else ()

    # What gestures share

    def ids(self) -> frozenset[str]:
        """Every step id of the text, bodies included."""
        return frozenset(self.places.steps)

    def _path(self, key: str) -> Path:
        path = self.places.path(key)
        if path is None:
            raise EditRefused(f"There is no {key} in the text.")
        return path

    def _keep_selected(self, selected: tuple[str, ...], old: str, new: str) -> None:
        self.selection.set(new if key == old else key for key in selected)

    def _named(self, keys: list[str]) -> str:
        if len(keys) == 1 and (node := self.node(keys[0])) is not None:
            return node.title
        return _counted(len(keys), "step")


def _wires_of_new(
    key: str,
    port: str,
    connect_from: tuple[str, str] | None,
    connect_to: str | None,
    insert_into: Wire | None,
) -> list[Wire]:
    """The wires of a new step whose first output is ``port``; those of triggers are not written."""
    before, after = connect_from, connect_to
    if insert_into is not None:
        before, after = insert_into[:2], insert_into[2]
    wires = [(key, port, after)] if after is not None else []
    if before is not None and trigger_name(before[0]) is None:
        wires.insert(0, (*before, key))
    return wires


def _placed(workflow: Workflow, moved: Mapping[str, Point]) -> Workflow:
    known = workflow.designer.get("positions")
    places = dict(known) if isinstance(known, dict) else {}
    places.update({key: [round(x), round(y)] for key, (x, y) in moved.items()})
    return replace(workflow, designer={**workflow.designer, "positions": places})


def _around(
    known: Mapping[str, Point], keys: tuple[str, ...], at: Point | None
) -> dict[str, Point]:
    """Places of pasted nodes: as they stood to each other, the top left at ``at``; side by side
    where the text says nothing of that."""
    places = {key: known[key] for key in keys if key in known}
    if at is None:
        return places
    if not places:
        return {key: (at[0] + PASTE_PITCH * i, at[1]) for i, key in enumerate(keys)}
    left, top = min(x for x, _ in places.values()), min(y for _, y in places.values())
    return {key: (x - left + at[0], y - top + at[1]) for key, (x, y) in places.items()}


def _shown(path: Path) -> str:
    words = [str(part) for part in path if isinstance(part, str)]
    return words[-1].replace("_", " ") if words else "text"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
