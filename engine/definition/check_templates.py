"""Checks the templates: their syntax, the names they use, and that what they use lies upstream."""

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from engine.definition.check_graph import Wiring
from engine.definition.findings import Findings
from engine.definition.fixes import change
from engine.definition.graph import would_cycle
from engine.definition.model import Step, Workflow, dependencies
from engine.definition.positions import span_in_file
from engine.definition.problems import Fix, Path, Severity
from engine.definition.scopes import (
    ATTRIBUTES,
    ERROR_KEYS,
    GENERAL,
    SECRETLESS,
    Scope,
    Variables,
)
from engine.definition.splice import Edit
from engine.definition.template import Template, TemplateError, parse_expression, parse_template
from engine.definition.tree import Node
from engine.definition.trouble import quoted

if TYPE_CHECKING:
    from engine.definition.template import Reference

Parse = Callable[[str], Template]
_MARKS = ("{{", "{%", "{#")


class _Place(Struct, frozen=True):
    """A text that may be a template: where it stands, and whose it is."""

    node: Node
    path: Path
    step_id: str | None = None
    trigger: str | None = None


def check_templates(findings: Findings, wiring: Wiring) -> None:
    """Tells what is wrong with every template of a workflow."""
    _Templates(findings, wiring).check()


class _Templates:
    def __init__(self, findings: Findings, wiring: Wiring) -> None:
        self._findings = findings
        self._wiring = wiring
        self._root = findings.source.root
        self._variables = Variables(findings.workflow)
        self._handlers = findings.handlers
        self._undone = _undone(findings.workflow)

    def check(self) -> None:
        for step in self._findings.walk():
            self._step(step)
        for name, path in self._findings.triggers.items():
            self._tree((*path, "input"), Scope(("trigger", "workflow")), trigger=name)
        self._tree(("output",), Scope(GENERAL))
        self._tree(("concurrency", "key"), Scope(tuple(n for n in GENERAL if n != "steps")))

    def _step(self, step: Step) -> None:
        path = self._findings.paths.get(step.id)
        if path is None or self._findings.full:
            return
        scope = Scope((*GENERAL, "loop") if self._in_loop(step) else GENERAL, step)
        given = scope if step.type in SECRETLESS else scope.plus("secrets")
        top = self._node(path)
        written = top.members if top is not None else {}
        if "config" in written:
            self._config(step, path, given)
        if "input_mapping" in written:
            self._tree((*path, "input_mapping"), given, step_id=step.id)
        if "output_mapping" in written:
            self._tree((*path, "output_mapping"), scope.plus("output"), step_id=step.id)
        if "cache" in written:
            self._tree((*path, "cache", "key"), scope, step_id=step.id)
        node = written["when"].value if "when" in written else None
        if node is not None and node.kind == "scalar" and isinstance(node.value, str):
            self._text(_Place(node, (*path, "when"), step.id), scope, parse_expression)

    def _config(self, step: Step, path: Path, scope: Scope) -> None:
        node = self._node((*path, "config"))
        if node is None or node.kind != "mapping":
            return
        kind = self._findings.catalogue.step_types.get(step.type)
        body = kind.body if kind else ""
        for key, pair in node.members.items():
            if (body and key == "steps") or (body == "branches" and key == "branches"):
                continue
            in_loop = body == "steps" and key in ("output", "break", "while")
            used = scope.plus("loop", within=key != "while") if in_loop else scope
            for below, leaf in _texts(pair.value, (key,)):
                if kind is not None and kind.is_literal(below):
                    continue
                parse: Parse = parse_template
                if kind is not None and kind.is_expression(below):
                    parse = parse_expression
                self._text(_Place(leaf, (*path, "config", *below), step.id), used, parse)

    def _tree(
        self, path: Path, scope: Scope, step_id: str | None = None, trigger: str | None = None
    ) -> None:
        node = self._node(path)
        if node is None:
            return
        for below, leaf in _texts(node, ()):
            place = _Place(leaf, (*path, *below), step_id, trigger)
            self._text(place, scope, parse_template)

    def _node(self, path: Path) -> Node | None:
        return self._findings.read(path)

    def _text(self, place: _Place, scope: Scope, parse: Parse) -> None:
        text = place.node.text
        if parse is parse_template and not any(mark in text for mark in _MARKS):
            return
        if self._findings.full:
            return
        try:
            template = parse(text)
        except TemplateError as error:
            hint = ", ".join(quoted(name) for name in error.candidates)
            hint = f"did you mean {hint}?" if hint else ""
            self._tell("template", error.message, place, error.start, error.end, hint=hint)
            return
        for reference in template.references:
            self._reference(place, scope, reference)

    def _reference(self, place: _Place, scope: Scope, reference: "Reference") -> None:
        path: tuple[str | int, ...] = reference.path
        root = str(path[0])
        if root not in scope.roots:
            self._unknown_root(place, scope, reference, root)
        elif root == "steps" and len(path) > 1:
            self._steps(place, scope, reference)
        elif root == "variables" and len(path) > 1:
            self._variable(place, scope, reference)
        elif root == "input" and len(path) > 1:
            self._input(place, reference)
        elif root == "secrets" and len(path) > 1:
            self._secret(place, reference)
        elif root in ATTRIBUTES and len(path) > 1:
            known = ATTRIBUTES[root]
            if path[1] not in known and not reference.guarded:
                word = str(path[1])
                self._unknown(place, reference, word, f'"{root}" has no {quoted(word)}', known)

    def _unknown_root(self, place: _Place, scope: Scope, reference: "Reference", root: str) -> None:
        if reference.guarded and root not in ("secrets", "loop", "output"):
            return
        if root == "secrets":
            message = "secrets can be used in config and input_mapping only"
            if scope.step is not None and scope.step.type in SECRETLESS:
                message = f"secrets cannot be given to a step of type {scope.step.type}"
                if scope.step.type == "workflow":
                    message += "; name them in the steps of the sub-workflow"
        elif root == "loop":
            message = '"loop" exists only in the body of a loop'
        elif root == "output":
            message = '"output" exists only in output_mapping; write steps.<id>.output'
        else:
            message = f"there is no name {quoted(root)} here"
            self._unknown(place, reference, root, message, scope.roots)
            return
        self._at(place, reference, "unknown-name", message)

    def _secret(self, place: _Place, reference: "Reference") -> None:
        name = str(reference.path[1])
        way_out = self._findings.catalogue.secret_wanted(name)
        if way_out and not reference.guarded:
            message = f"there is no secret {quoted(name)} on this machine"
            self._at(place, reference, "no-secret", message, hint=way_out, severity="warning")

    def _variable(self, place: _Place, scope: Scope, reference: "Reference") -> None:
        name = str(reference.path[1])
        if name not in self._variables.names:
            if not reference.guarded:
                message = f"there is no variable {quoted(name)}"
                self._unknown(place, reference, name, message, self._variables.names)
            return
        step = scope.step
        if step is None or step.id in self._handlers:
            return
        late = [
            setter
            for setter in self._variables.setters.get(name, ())
            if setter != step.id and not self._sets_before(setter, step.id, name)
        ]
        if late:
            message = (
                f"the variable {quoted(name)} is set by {quoted(late[0])}, which is not upstream"
            )
            hint = f"let {quoted(step.id)} wait for {quoted(late[0])}, if it should see that value"
            self._at(place, reference, "late-variable", message, hint=hint, severity="warning")

    def _sets_before(self, setter: str, reader: str, name: str) -> bool:
        """Whether a step sets a variable before another reads it, or cannot disturb it."""
        for lower in self._outward(reader):
            graph = self._wiring.graph.get(lower)
            if graph is None or setter not in graph.positions:
                continue
            if graph.is_upstream(setter, lower):
                return True
            return name in self._variables.defaults and graph.is_upstream(lower, setter)
        return setter in self._handlers

    def _input(self, place: _Place, reference: "Reference") -> None:
        inputs = self._findings.workflow.inputs
        properties = inputs.get("properties") if inputs else None
        name = str(reference.path[1])
        if not isinstance(properties, dict) or reference.guarded:
            return
        if name in properties:
            self._default_of_input(place, reference, name, properties[name])
            return
        closed = inputs is not None and inputs.get("additionalProperties") is False
        message = f"the inputs do not declare {quoted(name)}"
        severity: Severity = "error" if closed else "warning"
        self._unknown(place, reference, name, message, properties, severity=severity)

    def _default_of_input(
        self, place: _Place, reference: "Reference", name: str, schema: Any
    ) -> None:
        required = (self._findings.workflow.inputs or {}).get("required")
        always = isinstance(required, list) and name in required
        if isinstance(schema, dict) and "default" in schema and not always:
            message = f'"input" holds {quoted(name)} only where it is given, not its default'
            hint = f"write variables.{name}, which is the given value or the default"
            self._at(place, reference, "input-default", message, hint=hint, severity="warning")

    def _steps(self, place: _Place, scope: Scope, reference: "Reference") -> None:
        name = str(reference.path[1])
        step = scope.step
        if name not in self._findings.steps:
            if not reference.guarded or reference.hint:
                known = self._readable(step)
                message = f"there is no step {quoted(name)}"
                self._unknown(place, reference, name, message, known)
            return
        if len(reference.path) > 2 and not reference.guarded:
            self._attribute(place, reference)
        if step is None or step.id in self._handlers:
            if self._wiring.enclosing.get(name) is not None and not self._may_undo(step, name):
                self._inside(place, reference, name)
        elif scope.within and self._wiring.enclosing.get(name) is step:
            return
        elif name == step.id:
            message = f"{quoted(name)} cannot use its own output"
            hint = 'in output_mapping it is called "output"'
            self._at(place, reference, "own-output", message, hint=hint)
        else:
            self._upstream(place, reference, step, name)

    def _attribute(self, place: _Place, reference: "Reference") -> None:
        known = ATTRIBUTES["steps"]
        attribute = str(reference.path[2])
        if attribute not in known:
            message = f"a step has no {quoted(attribute)}"
            hint = f"write steps.{reference.path[1]}.output.{attribute}"
            self._unknown(place, reference, attribute, message, known, hint=hint)
        elif attribute == "error" and reference.path[3:] and reference.path[3] not in ERROR_KEYS:
            word = str(reference.path[3])
            self._unknown(place, reference, word, f"an error has no {quoted(word)}", ERROR_KEYS)

    def _upstream(self, place: _Place, reference: "Reference", step: Step, name: str) -> None:
        for lower in self._outward(step.id):
            graph = self._wiring.graph.get(lower)
            if graph is None or name not in graph.positions:
                continue
            if lower == name:
                message = f"{quoted(name)} encloses this step and has no output yet"
                self._at(place, reference, "not-upstream", message)
            elif not graph.is_upstream(name, lower):
                self._not_upstream(place, reference, lower, name)
            return
        if name in self._handlers:
            message = f"{quoted(name)} is a handler, whose output no step of the graph can use"
            self._at(place, reference, "not-upstream", message)
        else:
            self._inside(place, reference, name)

    def _not_upstream(self, place: _Place, reference: "Reference", lower: str, name: str) -> None:
        message = (
            f"{quoted(name)} is not upstream of {quoted(lower)}, so its output may not be there"
        )
        if would_cycle(self._findings.workflow, name, lower):
            hint = f"{quoted(lower)} comes before {quoted(name)}; turn the order round"
            self._at(place, reference, "not-upstream", message, hint=hint)
            return
        fix = self._findings.fix(
            f"Let {quoted(lower)} wait for {quoted(name)}", lambda: self._wait(lower, name)
        )
        hint = f"add {quoted(name)} to depends_on of {quoted(lower)}"
        self._at(place, reference, "not-upstream", message, hint=hint, fix=fix)

    def _wait(self, lower: str, name: str) -> Edit:
        """The edit that lets a step wait for another; wires read from ``order`` are written out."""
        findings = self._findings
        graph = self._wiring.graph[lower]
        steps = tuple(findings.steps[step_id] for step_id in graph.ids)
        waits = dependencies(steps)
        written = [lower]
        if all(step.depends_on is None for step in steps) and any(waits.values()):
            written = [step_id for step_id in waits if waits[step_id] or step_id == lower]
        values = {}
        for step_id in written:
            texts = [wait.text for wait in waits[step_id]]
            if step_id == lower:
                texts.append(name)
            values[(*findings.paths[step_id], "depends_on")] = texts
        return change(findings.source, values)

    def _inside(self, place: _Place, reference: "Reference", name: str) -> None:
        outer = self._wiring.enclosing.get(name)
        within = f" of {quoted(outer.id)}" if outer else ""
        message = f"{quoted(name)} is in the body{within} and cannot be read from here"
        hint = f"use the output of {quoted(outer.id)}" if outer else ""
        self._at(place, reference, "not-upstream", message, hint=hint)

    def _readable(self, step: Step | None) -> list[str]:
        """The steps whose output a step may use, or could after adding a dependency."""
        if step is None or step.id in self._handlers:
            return [top.id for top in self._findings.workflow.steps]
        found: list[str] = []
        for lower in self._outward(step.id):
            graph = self._wiring.graph.get(lower)
            found += [other for other in graph.ids if other != lower] if graph else []
        return found

    def _outward(self, step_id: str) -> Iterator[str]:
        """A step, then the steps in whose bodies it is, from inside out."""
        current: str | None = step_id
        while current is not None:
            yield current
            outer = self._wiring.enclosing.get(current)
            current = outer.id if outer else None

    def _may_undo(self, step: Step | None, name: str) -> bool:
        """Whether a handler undoes steps of a body, and a step is in reach of those."""
        undone = self._undone.get(step.id) if step is not None else None
        if undone is None:
            return False
        graphs = [self._wiring.graph.get(lower) for lower in self._outward(undone)]
        return any(graph is not None and name in graph.positions for graph in graphs)

    def _in_loop(self, step: Step) -> bool:
        for step_id in self._outward(self._undone.get(step.id, step.id)):
            outer = self._wiring.enclosing.get(step_id)
            kind = self._findings.catalogue.step_types.get(outer.type) if outer else None
            if kind is not None and kind.body == "steps":
                return True
        return False

    def _unknown(
        self,
        place: _Place,
        reference: "Reference",
        word: str,
        message: str,
        known: Iterable[str],
        *,
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        names = sorted(known)
        if reference.hint:
            hint = f"a name with a hyphen is written {reference.hint}"
        else:
            near = self._findings.hint(word, names)
            hint = near or hint or (f"there are: {', '.join(names[:12])}" if names else "")
        self._at(place, reference, "unknown-name", message, hint=hint, severity=severity)

    def _at(
        self, place: _Place, reference: "Reference", code: str, message: str, **more: Any
    ) -> None:
        self._tell(code, message, place, reference.start, reference.end, **more)

    def _tell(
        self,
        code: str,
        message: str,
        place: _Place,
        start: int,
        end: int,
        *,
        hint: str = "",
        severity: Severity = "error",
        fix: Fix | None = None,
    ) -> None:
        source = self._findings.source
        span = span_in_file(source, source.node(place.path) or place.node, start, end)
        self._findings.tell(
            severity, code, message, place.path, hint=hint, step_id=place.step_id,
            trigger=place.trigger, fix=fix, span=span,
        )  # fmt: skip


def _undone(workflow: Workflow) -> dict[str, str]:
    """Handler -> a step that it undoes, for those that only undo: they see what that step sees."""
    named = {
        *workflow.on_failure, *workflow.on_success, *workflow.on_cancel, *workflow.finally_
    }  # fmt: skip
    return {
        step.compensate: step.id
        for step in workflow.walk()
        if step.compensate is not None and step.compensate not in named
    }


def _texts(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """(path, node) of every text in a tree; keys are no templates."""
    pending: list[tuple[Path, Node]] = [(path, node)]
    while pending:
        at, found = pending.pop()
        if found.kind == "scalar":
            if isinstance(found.value, str):
                yield at, found
        else:
            below = [((*at, step), child) for step, _, child in found.children() if child]
            pending.extend(reversed(below))
