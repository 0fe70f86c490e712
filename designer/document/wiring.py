"""Gestures on wires: drawing, removing and moving them, and putting a step between two others."""

from collections.abc import Iterable, Mapping

from designer.document.draft import Draft
from designer.document.editing import EditRefused
from designer.document.filed import FiledText
from designer.document.shapes import shape_path
from designer.document.steps import place, take_out
from designer.document.views import Point, Wire, trigger_name
from designer.document.wires import first_port, joined, refusal, rewire
from engine import Step


class WiredText(FiledText):
    """A text whose wires can be edited. Gestures raise EditRefused with the reason in words."""

    def can_connect(self, src: str, port: str, dst: str) -> str | None:
        """Why this wire may not be drawn, in words; None when it may."""
        if self.read_only:
            return self.read_only
        if self.workflow is None:
            return "The text has errors; mend it first."
        return refusal(self.workflow, self.catalogue, (src, port, dst))

    def rewire(
        self,
        remove: Iterable[Wire] = (),
        add: Iterable[Wire] = (),
        name: str = "Reconnect",
        moved: Mapping[str, Point] | None = None,
        frames: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Removes and draws wires, moves nodes and gives frames other steps, as one step, e.g.
        where the end of a wire was dragged elsewhere."""
        gone, new = list(remove), list(add)
        workflow = self.current_workflow()
        for wire in new:
            if reason := refusal(workflow, self.catalogue, wire, gone):
                raise EditRefused(reason)

        def make(draft: Draft) -> None:
            place(draft, moved or {}, self.source)
            rewire(draft, workflow, self.places, gone, new)
            for key, steps in (frames or {}).items():
                draft.set((*shape_path(key), "steps"), steps)

        self.gesture(name, make)

    def attached(self, keys: Iterable[str]) -> bool:
        """Whether any of the steps has a wire to or from the others."""
        wanted = set(keys)
        return any(
            (edge.src in wanted) != (edge.dst in wanted) and trigger_name(edge.src) is None
            for edge in self.graph.edges
        )

    def detach(
        self,
        keys: Iterable[str],
        moved: Mapping[str, Point] | None = None,
        frames: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Takes steps out of their wires, whose ends are joined; wires among the steps stay."""
        wanted = _steps(keys)
        tied, joins = joined(self.current_workflow(), set(wanted))
        if not tied:
            raise EditRefused("Nothing is wired to it.")
        self.rewire(tied, joins, f"Detach {self._titled(wanted)}", moved, frames)

    def insert(
        self,
        key: str,
        wire: Wire,
        moved: Mapping[str, Point] | None = None,
        detach: bool = False,
        frames: Mapping[str, list[str]] | None = None,
    ) -> None:
        """Puts a step into a wire; with ``detach`` it is taken out of those that it has before."""
        workflow = self.current_workflow()
        step = self._step(key)
        tied, joins = joined(workflow, {key}) if detach else ([], [])
        src, _, dst = wire
        port = first_port(self.catalogue.step_types.get(step.type), step.config)
        before = [] if trigger_name(src) is not None else [(*wire[:2], key)]
        kept = [join for join in joins if join != wire]
        new = [*kept, *before, (key, port, dst)]
        self.rewire([*tied, wire], new, f"Insert {step.title}", moved, frames)

    def remove_joining(self, keys: Iterable[str]) -> None:
        """Removes steps, and joins the ends of the wires that they leave loose."""
        gone = list(keys)
        workflow = self.current_workflow()
        tied, joins = joined(workflow, set(_steps(gone)))

        def make(draft: Draft) -> None:
            rewire(draft, workflow, self.places, tied, joins)
            known, places = self.read_draft(draft)
            take_out(draft, known, places, gone, ())

        self.gesture(f"Remove {self._titled(gone)} and join", make)

    def _step(self, key: str) -> Step:
        found = next((step for step in self.current_workflow().steps if step.id == key), None)
        if found is None:
            raise EditRefused(f"There is no step {key}.")
        return found

    def _titled(self, keys: list[str]) -> str:
        if len(keys) == 1 and (node := self.graph.nodes.get(keys[0])) is not None:
            return node.title
        return f"{len(keys)} steps"


def _steps(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if trigger_name(key) is None]
