"""Checks the wires: dependencies, ports, cycles, joins that cannot be met, handlers and bodies."""

from engine.definition.findings import Findings
from engine.definition.fixes import change, remove, set_value
from engine.definition.graph import Graph, graph_of, lists_of, ports_of
from engine.definition.joins import never_runs
from engine.definition.model import Dependency, Step
from engine.definition.problems import Fix, Path
from engine.definition.trouble import quoted

_LISTS = {
    "on_failure": "on_failure",
    "on_success": "on_success",
    "on_cancel": "on_cancel",
    "finally": "finally_",
}


class Wiring:
    """The graphs of a workflow: which list each step is in, and what encloses that."""

    def __init__(self, findings: Findings) -> None:
        self.graphs: list[tuple[Step | None, Graph]] = []
        self.graph: dict[str, Graph] = {}
        """Step id -> the graph that it is in; handlers are in none."""
        self.enclosing: dict[str, Step | None] = {}
        """Step id -> the step in whose body it is."""
        for enclosing, steps in lists_of(findings.workflow):
            graph = graph_of(steps)
            self.graphs.append((enclosing, graph))
            for step in steps:
                self.graph[step.id] = graph
                self.enclosing[step.id] = enclosing


def check_graph(findings: Findings) -> Wiring:
    """Tells what is wrong with the wires, and gives the graphs for the checks that follow."""
    wiring = Wiring(findings)
    for step in findings.walk():
        _dependencies(findings, wiring, step)
    for _, graph in wiring.graphs:
        _cycles(findings, graph)
        _joins(findings, graph)
    _order(findings, wiring)
    _handlers(findings)
    _bodies(findings)
    return wiring


def _dependencies(findings: Findings, wiring: Wiring, step: Step) -> None:
    if not step.depends_on:
        return
    base = (*findings.paths.get(step.id, ()), "depends_on")
    if step.id in findings.handlers:
        message = f"{quoted(step.id)} is a handler: it starts by itself and waits for no step"
        fix = findings.fix("Remove depends_on", lambda: remove(findings.source, base))
        findings.tell("error", "handler-waits", message, base, step_id=step.id, fix=fix)
        return
    node = findings.read(base)
    single = node is not None and node.kind == "scalar"
    seen: set[Dependency] = set()
    for index, wait in enumerate(step.depends_on):
        path = base if single else (*base, index)
        if wait in seen:
            message = f"{quoted(step.id)} waits for {quoted(wait.text)} twice"
            findings.tell("warning", "repeated-dependency", message, path, step_id=step.id)
        seen.add(wait)
        _dependency(findings, wiring, step, wait, path)


def _dependency(
    findings: Findings, wiring: Wiring, step: Step, wait: Dependency, path: Path
) -> None:
    if wait.step == step.id:
        message = f"{quoted(step.id)} waits for itself: a cycle of one step"
        fix = findings.fix("Remove the dependency", lambda: remove(findings.source, path))
        findings.tell("error", "cycle", message, path, step_id=step.id, fix=fix)
        return
    known = wiring.graph[step.id].positions
    if wait.step not in known:
        _unknown_step(findings, wiring, step, wait, path)
        return
    upper = findings.steps[wait.step]
    ports = ports_of(upper, findings.catalogue)
    if wait.port not in ports and upper.type in findings.catalogue.step_types:
        message = f"{quoted(wait.step)} has no port {quoted(wait.port)}"
        nearest = findings.closest(wait.port, ports)
        hint = f"did you mean {quoted(nearest)}?" if nearest else f"its ports: {', '.join(ports)}"
        fix = _rename_fix(findings, path, Dependency(wait.step, nearest)) if nearest else None
        findings.tell("error", "unknown-port", message, path, hint=hint, step_id=step.id, fix=fix)


def _unknown_step(
    findings: Findings, wiring: Wiring, step: Step, wait: Dependency, path: Path
) -> None:
    name = quoted(wait.step)
    fix: Fix | None = None
    if wait.step in findings.handlers and wait.step in findings.steps:
        message = f"{quoted(step.id)} waits for {name}, a handler, which stands outside the graph"
        hint = "no step may wait for a handler"
    elif wait.step in findings.steps:
        message = f"{quoted(step.id)} waits for {name}, which stands in another list of steps"
        hint = "a step waits for steps of its own list only"
        outer = wiring.enclosing.get(step.id)
        if outer is not None and wait.step in wiring.graph[outer.id].positions:
            hint = f"let {quoted(outer.id)}, which encloses it, wait for {name}"
    else:
        message = f"{quoted(step.id)} waits for {name}, but there is no such step"
        nearest = findings.closest(wait.step, wiring.graph[step.id].positions)
        hint = f"did you mean {quoted(nearest)}?" if nearest else "name a step of the same list"
        if nearest and nearest != step.id:
            fix = _rename_fix(findings, path, Dependency(nearest, wait.port))
    fix = fix or findings.fix("Remove the dependency", lambda: remove(findings.source, path))
    findings.tell("error", "unknown-step", message, path, hint=hint, step_id=step.id, fix=fix)


def _rename_fix(findings: Findings, path: Path, wait: Dependency) -> Fix | None:
    title = f"Change it to {quoted(wait.text)}"
    return findings.fix(title, lambda: set_value(findings.source, path, wait.text))


def _cycles(findings: Findings, graph: Graph) -> None:
    for cycle in graph.cycles:
        if len(cycle) == 1:
            continue  # told at its dependency
        lines = [findings.line(findings.paths.get(step_id, ())) for step_id in cycle]
        names = ", ".join(
            f"{quoted(i)} (line {line})" for i, line in zip(cycle, lines, strict=True)
        )
        around = " -> ".join([*cycle, cycle[0]])
        path = _wait_path(findings, cycle[0], cycle[-1])
        message = f"a cycle, in which no step can ever start: {around}; the steps are {names}"
        hint = "remove one of these dependencies"
        findings.tell("error", "cycle", message, path, hint=hint, step_id=cycle[0])


def _wait_path(findings: Findings, step_id: str, upper: str) -> Path:
    """Where a step says that it waits for another."""
    base = findings.paths.get(step_id, ())
    for index, wait in enumerate(findings.steps[step_id].depends_on or ()):
        if wait.step == upper:
            return (*base, "depends_on", index)
    return base


def _joins(findings: Findings, graph: Graph) -> None:
    for found in never_runs(graph, findings.steps, findings.catalogue):
        waits = " and ".join(quoted(wait.text) for wait in found.waits)
        message = f"{quoted(found.step_id)} can never run: it waits for {waits}, which exclude each"
        message += f" other, as {quoted(found.between)} ends in one way only"
        _never_runs(findings, found.step_id, message)


def _never_runs(findings: Findings, step_id: str, message: str) -> None:
    base = findings.paths.get(step_id, ())
    fix = findings.fix(
        "Run on the first of them (join: any)",
        lambda: set_value(findings.source, (*base, "join"), "any"),
    )
    hint = 'with "join: any" it runs on the first of them'
    path = (*base, "depends_on")
    findings.tell("error", "never-runs", message, path, hint=hint, step_id=step_id, fix=fix)


def _order(findings: Findings, wiring: Wiring) -> None:
    for _, graph in wiring.graphs:
        steps = [findings.steps[step_id] for step_id in graph.ids]
        if all(step.depends_on is None for step in steps):
            continue
        for step in steps:
            if step.order is not None:
                _no_effect(findings, step, "order")
            if step.is_parallel:
                _no_effect(findings, step, "is_parallel")


def _no_effect(findings: Findings, step: Step, key: str) -> None:
    path = (*findings.paths.get(step.id, ()), key)
    message = f"{quoted(key)} has no effect, as steps beside it have depends_on"
    fix = findings.fix(f"Remove {key}", lambda: remove(findings.source, path))
    findings.tell("warning", "order-ignored", message, path, step_id=step.id, fix=fix)


def _handlers(findings: Findings) -> None:
    workflow = findings.workflow
    top = {step.id for step in workflow.steps}
    for key, attribute in _LISTS.items():
        for index, name in enumerate(getattr(workflow, attribute)):
            if name not in top:
                _unknown_handler(findings, key, name, (key, index), top, None)
    for step in workflow.walk():
        if step.compensate is None:
            continue
        path = (*findings.paths.get(step.id, ()), "compensate")
        if step.compensate == step.id:
            message = f"{quoted(step.id)} cannot be its own compensation"
            findings.tell("error", "unknown-handler", message, path, step_id=step.id)
        elif step.compensate not in top:
            _unknown_handler(findings, "compensate", step.compensate, path, top, step.id)


def _unknown_handler(
    findings: Findings, key: str, name: str, path: Path, top: set[str], step_id: str | None
) -> None:
    message = f"{quoted(key)} names {quoted(name)}, but there is no such step"
    if name in findings.steps:
        message = f"{quoted(key)} names {quoted(name)}, which stands in the body of another step"
    nearest = findings.closest(name, top)
    hint = f"did you mean {quoted(nearest)}?" if nearest else "name a step of the top list"
    fix = None
    if nearest:
        title = f"Change it to {quoted(nearest)}"
        fix = findings.fix(title, lambda: change(findings.source, {path: nearest}))
    findings.tell("error", "unknown-handler", message, path, hint=hint, step_id=step_id, fix=fix)


def _bodies(findings: Findings) -> None:
    for step in findings.walk():
        kind = findings.catalogue.step_types.get(step.type)
        if kind is None or not kind.body:
            continue
        path = findings.paths.get(step.id, ())
        if not step.bodies:
            keys = '"steps"' if kind.body == "steps" else '"branches" or "steps"'
            message = f"{quoted(step.id)} has no body: its config needs {keys}"
            findings.tell("error", "no-body", message, (*path, "config"), step_id=step.id)
        for body in step.bodies:
            if not body.steps:
                below = ("branches", body.name) if body.name else ("steps",)
                message = f"the body of {quoted(step.id)} has no steps"
                at = (*path, "config", *below)
                findings.tell("warning", "no-steps", message, at, step_id=step.id)
            if kind.body == "branches" and not body.name:
                _side_by_side(findings, step, body.steps)


def _side_by_side(findings: Findings, parallel: Step, steps: tuple[Step, ...]) -> None:
    """Steps that a parallel step names in a list are a branch each, so none waits for another."""
    for step in steps:
        if step.depends_on:
            message = f"the steps of {quoted(parallel.id)} run side by side, each as its own branch"
            hint = "to put steps in order, make them one of its branches"
            path = (*findings.paths.get(step.id, ()), "depends_on")
            findings.tell("error", "side-by-side", message, path, hint=hint, step_id=step.id)
