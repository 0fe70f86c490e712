"""A workflow's text under edit: every change is a set of splices, and the model follows the
text."""

from collections.abc import Callable
from pathlib import Path as FilePath
from weakref import WeakMethod

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from designer.document.checker import Checker, Found, Job
from designer.document.diff import minimal_splice, shifted
from designer.document.differences import changed_steps, differing, moved_nodes, without_nodes
from designer.document.draft import Draft
from designer.document.files import DocumentError
from designer.document.graph import EMPTY, Graph, GraphBuilder, moved_graph, recounted
from designer.document.history import Edits, Entry, History
from designer.document.patch import patched_graph
from designer.document.place_check import BROKEN_PLACE
from designer.document.places import PlaceReader, Places, read_places
from designer.document.selection import Selection
from designer.document.views import Change
from engine import (
    Catalogue,
    Memo,
    Problem,
    Source,
    Splice,
    Workflow,
    edit,
    parse_workflow,
    read_source,
    reread,
    reread_part,
)


class EditRefused(DocumentError):  # noqa: N818  (says what happened)
    """The document cannot be changed that way now; the message says why."""


class EditedText(QObject):
    """The text, what was read from it, and its undo stack.

    ``changed`` carries a Change. ``workflow`` and the graph are those of the last text that could
    be read; after ``replace_text`` they follow a moment later, after every other change at once.
    """

    changed = Signal(object)
    problems_changed = Signal()
    status_changed = Signal()
    notice = Signal(str)
    """A short message for the user: what else an edit did."""

    def __init__(
        self,
        text: str,
        catalogue: Catalogue,
        path: FilePath | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.catalogue = catalogue
        self.selection = Selection(self)
        self.path = path
        self.read_only = ""
        """Why nothing may be changed, in words; empty when it may."""
        self._text = self._saved = text
        self._revision = 0
        self._source: Source | None = None
        self._places: Places | None = None
        self._place_reader = PlaceReader()
        self._memo = Memo()
        self._read = -1  # the revision that workflow and graph were made from
        self._workflow: Workflow | None = None
        self._graph: Graph = EMPTY
        self._builder = GraphBuilder(catalogue)
        self._problems: tuple[Problem, ...] = ()
        self._trouble = ""
        self._history = History()
        self._pending: list[WeakMethod[Callable[[], object]]] = []
        self._checker = Checker(self, self._job)
        self._checker.checked.connect(self._take_checked)
        self._bring_up_to_date()
        self.check()

    def add_pending(self, write: Callable[[], object]) -> None:
        """Registers a method of a view that writes what it still holds of the user's typing, to be
        called before the text is used. The view may go at any time."""
        self._pending.append(WeakMethod(write))

    def settle(self) -> None:
        """Has the views write what they hold; saving, undo and gestures do so by themselves."""
        living = [(ref, write) for ref in self._pending if (write := ref()) is not None]
        self._pending = [ref for ref, write in living if isValid(write.__self__)]  # type: ignore[attr-defined]
        for _, write in living:
            if isValid(write.__self__):  # type: ignore[attr-defined]
                write()

    def check(self, full: bool = True) -> None:
        """Has the text read again soon, and checked if ``full``."""
        if full or self._source is None:
            self._checker.ask(full)

    def _job(self, full: bool) -> Job:
        name, folder = self._file_name(), self.folder
        return Job(self._revision, self._text, name, folder, self._source, full)

    # What is there

    @property
    def text(self) -> str:
        return self._text

    @property
    def source(self) -> Source:
        """The text with the place of everything in it; read now if that was not done yet."""
        if self._source is None:
            self._source = read_source(self._text, self._file_name())
            self._places = None
        return self._source

    @property
    def known_source(self) -> Source | None:
        """``source`` where the text was read already, for views that must not wait for it."""
        return self._source

    @property
    def places(self) -> Places:
        """Where steps and triggers stand in the text."""
        source = self.source
        if self._places is None:
            self._places = self._place_reader.read(source)
        return self._places

    @property
    def workflow(self) -> Workflow | None:
        """The last workflow that could be read; None when there never was one."""
        return self._workflow

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the last check found, at the places of the text as it is now."""
        return self._problems

    @property
    def trouble(self) -> str:
        """Why forms and gestures must wait, in words: where the text was found to be no YAML or
        JSON; empty when it is. After ``replace_text`` it follows with ``problems_changed``."""
        return self._trouble

    @property
    def graph(self) -> Graph:
        return self._graph

    @property
    def folder(self) -> FilePath | None:
        """Where relative paths of the workflow start."""
        return self.path.parent if self.path else None

    @property
    def checking(self) -> bool:
        """Whether the problems may still be those of an earlier text."""
        return self._checker.busy

    @property
    def modified(self) -> bool:
        return self._text != self._saved

    @property
    def undo_name(self) -> str:
        return self._history.undo_name

    @property
    def redo_name(self) -> str:
        return self._history.redo_name

    @property
    def can_undo(self) -> bool:
        return bool(self._history.undo_name) and not self.read_only

    @property
    def can_redo(self) -> bool:
        return bool(self._history.redo_name) and not self.read_only

    @property
    def history(self) -> tuple[str, ...]:
        """Names of everything that can be undone, oldest first."""
        return self._history.names

    @property
    def edits(self) -> History:
        """What was done and undone, for views to show; ``go_to`` goes back and forward in it."""
        return self._history

    def current_workflow(self) -> Workflow:
        """The workflow of the text as it is. Raises EditRefused while the text has errors in its
        form."""
        self._bring_up_to_date()
        trouble = _trouble_of(self.source)
        if trouble or self._workflow is None or self._read != self._revision:
            raise EditRefused(trouble or "Mend the text first: it is no workflow yet")
        return self._workflow

    # Changing it

    def perform(self, name: str, edits: Edits, merge_key: str = "", origin: str = "") -> bool:
        """Makes edits of the text as one undo step; False when they change nothing.

        Each set of splices stands on the text that the one before it left. Edits with the same
        non-empty ``merge_key`` that follow each other are one step. Raises EditRefused for a
        read-only document.
        """
        return self._perform(name, edits, merge_key, origin)

    def gesture(
        self,
        name: str,
        make: Callable[[Draft], None],
        merge_key: str = "",
        origin: str = "",
        model: Callable[[Workflow], Workflow] | None = None,
    ) -> bool:
        """Performs what ``make`` does to a draft of the text; ``model`` says what that does to the
        workflow where it only moves nodes, so that the text need not be read at once.

        Raises EditRefused while the text cannot be read.
        """
        self._allow()
        self.settle()
        workflow = self.current_workflow()
        draft = Draft(self.source)
        try:
            make(draft)
            edits = draft.edits
        except edit.EditError as error:
            raise EditRefused(f"{name} cannot be written: {error}.") from error
        moved = model(workflow) if model else None
        return self._perform(name, edits, merge_key, origin, moved=moved)

    def replace_text(
        self, text: str, origin: str = "", merge_key: str = "typing", name: str = "Edit text"
    ) -> bool:
        """Makes this the text, as typing does: one small splice; what is read from it follows
        later."""
        splice = minimal_splice(self._text, text)
        if splice is None:
            return False
        return self._perform(name, ((splice,),), merge_key, origin, follow=False)

    def undo(self) -> str:
        """Takes the last step back; gives its name, empty when there was none."""
        self._allow()
        self.settle()
        entry = self._history.undo()
        if entry is not None:
            self._advance(entry.backward, "undo")
        return entry.name if entry else ""

    def redo(self) -> str:
        self._allow()
        self.settle()
        entry = self._history.redo()
        if entry is not None:
            self._advance(entry.forward, "redo")
        return entry.name if entry else ""

    def go_to(self, position: int) -> None:
        """Undoes or redoes at one go until that many steps of the history are done."""
        self._allow()
        self.settle()
        origin = "undo" if position < self._history.position else "redo"
        if edits := self._history.travel(position):
            self._advance(edits, origin)

    def take_saved_text(self, text: str) -> None:
        """Takes a text that is the file's now, as an undo step."""
        self._saved = text
        splice = minimal_splice(self._text, text)
        if splice is not None:
            self._history.seal()
            self._perform("Reload from disk", ((splice,),), "", "disk")
        self._history.mark_saved()

    def mark_saved(self, text: str) -> None:
        """This text is the file's now."""
        self._saved = text
        if text == self._text:
            self._history.mark_saved()
        self._history.seal()
        self.status_changed.emit()

    def read_draft(self, draft: Draft) -> tuple[Workflow, Places]:
        """What a draft's text says by now, for gestures that build on what they did."""
        workflow, _ = parse_workflow(draft.source, self.catalogue)
        if workflow is None:
            raise EditRefused("The text cannot be read any more; undo the last change.")
        return workflow, read_places(draft.source)

    def end_merge(self) -> None:
        """The next edit starts an undo step of its own: a field was left, a gesture ended."""
        self._history.seal()

    def _allow(self) -> None:
        if self.read_only:
            raise EditRefused(self.read_only)

    def _perform(
        self,
        name: str,
        edits: Edits,
        merge_key: str,
        origin: str,
        follow: bool = True,
        moved: Workflow | None = None,
    ) -> bool:
        self._allow()
        edits = tuple(one for one in edits if one)
        before = self._text
        after, backward = run(before, edits)
        if after == before:
            return False
        merged = self._history.mergeable(merge_key)
        if merged is None:
            self._history.push(Entry(name, edits, backward, merge_key))
        else:
            start, _ = run(before, merged.backward)
            self._history.replace_last(_compressed(merged.name, start, after, merge_key))
        self._advance(edits, origin, follow, moved)
        return True

    def _advance(
        self, edits: Edits, origin: str, follow: bool = True, moved: Workflow | None = None
    ) -> None:
        """Goes on to the text after ``edits`` and tells it."""
        text, source = self._text, self._source
        read = reread if follow else reread_part
        for one in edits:
            self._problems = tuple(shifted(problem, text, one) for problem in self._problems)
            source = read(source, one) if source is not None else None
            text = source.text if source is not None else edit.apply(text, one)
        self._text = text
        self._revision += 1
        self._checker.edited(edits)
        self._source, self._places = source, None
        change = Change(origin=origin, splices=edits)
        if moved is not None:
            change = self._take_moved(moved, change)
        elif follow:
            change = self._follow(change)
        self.changed.emit(change)
        self._prune_selection()
        self.status_changed.emit()
        self.check(full=moved is None or self._place_is_broken())

    def _place_is_broken(self) -> bool:
        """Whether moving a node may mend what the last check found."""
        return any(problem.code == BROKEN_PLACE for problem in self._problems)

    # Following it

    def _bring_up_to_date(self) -> None:
        """Reads the text now if what is known of it is older."""
        if self._read == self._revision:
            return
        change = self._follow(Change(origin="read"))
        if self._revision and self._read == self._revision:
            self.changed.emit(change)
            self._prune_selection()

    def _follow(self, change: Change) -> Change:
        source = self.source
        self._trouble = _trouble_of(source)
        workflow, _ = parse_workflow(source, self.catalogue, self._memo)
        return self._take_workflow(workflow, change)

    def _take_workflow(self, workflow: Workflow | None, change: Change) -> Change:
        """Takes what was read from the current text; the last good graph stays when that is
        nothing."""
        if workflow is None:
            return change
        old, self._workflow = self._workflow, workflow
        graph = self._graph
        part = patched_graph(graph, old, workflow, self.catalogue) if old is not None else None
        self._graph = part if part is not None else self._builder.build(workflow, self._problems)
        self._read = self._revision
        return replace(
            change,
            steps=differing(graph, self._graph) | changed_steps(old, workflow),
            structure=part is None
            and (list(graph.nodes) != list(self._graph.nodes) or graph.edges != self._graph.edges),
            positions=moved_nodes(graph, self._graph),
            workflow=old is None or without_nodes(old) != without_nodes(workflow),
        )

    def _take_moved(self, workflow: Workflow, change: Change) -> Change:
        """Takes a workflow of which only places differ."""
        graph, self._graph = self._graph, moved_graph(self._graph, workflow)
        self._workflow, self._read = workflow, self._revision
        return replace(change, positions=moved_nodes(graph, self._graph))

    def _take_checked(self, revision: int, found: Found) -> None:
        if revision != self._revision:
            self.check(full=found.problems is not None)
            return
        if self._source is None:
            self._source, self._places = found.source, None
        self._trouble = _trouble_of(self._source)
        if found.problems is None:
            return
        self._problems = found.problems
        take = self._recount if self._read == revision else self._follow
        change = take(Change(origin="check"))
        if change.steps or change.structure or change.positions or change.workflow:
            self.changed.emit(change)
            self._prune_selection()
        self.problems_changed.emit()

    def _recount(self, change: Change) -> Change:
        """The nodes whose problems differ from those shown."""
        if self._workflow is None:
            return change
        self._graph, changed = recounted(self._graph, self._workflow, self._problems)
        return replace(change, steps=changed)

    def _prune_selection(self) -> None:
        graph, selection = self._graph, self.selection
        keys = (key for key in selection.ids if key in graph.nodes or key in graph.owners)
        wires = selection.wires
        wires = wires and wires & {edge.key for edge in graph.edges}
        selection.set(keys, wires, selection.shapes)

    def _file_name(self) -> str:
        return self.path.name if self.path else ""


def _trouble_of(source: Source) -> str:
    broken = next((p for p in source.problems if p.severity == "error"), None)
    return f"Mend the text first: line {broken.line}: {broken.message}" if broken else ""


def run(text: str, edits: Edits) -> tuple[str, Edits]:
    """The text after edits, and the edits that lead back."""
    backward: list[tuple[Splice, ...]] = []
    for one in edits:
        backward.append(edit.reverse(text, one))
        text = edit.apply(text, one)
    return text, tuple(reversed(backward))


def _compressed(name: str, before: str, after: str, key: str) -> Entry | None:
    splice = minimal_splice(before, after)
    if splice is None:
        return None
    forward = (splice,)
    return Entry(name, (forward,), (edit.reverse(before, forward),), key)
