"""What the canvas says in words: tooltips, and the description for a screen reader. Plain text."""

from collections.abc import Iterable, Mapping, Sequence

from designer.canvas.areas import Area
from designer.canvas.hit import Hit
from designer.canvas.scene import Scene
from designer.canvas.states import NodeState, utc_now
from designer.document import Document, NodeView, trigger_name
from engine import Problem

_PORT_WORDS = {
    "success": "success: when the step completed",
    "failure": "failure: after the last attempt failed",
    "done": "done: when the step completed or was skipped",
    "always": "always: when the step ended in any way",
    "branch": "when the condition chose this branch",
}
_ORIGINS = {
    "reused": "reused: taken from the run that this one repeats",
    "cached": "cached: kept from an earlier run with the same input",
}
_MOST_PROBLEMS = 5


def tooltip(document: Document, scene: Scene, states: Mapping[str, NodeState], hit: Hit) -> str:
    """What is under the pointer, in words; empty for nothing."""
    if hit.kind == "output":
        return _port(scene.nodes[hit.node], hit.port)
    if hit.kind == "wire":
        return _wire(scene, hit.wire)
    if hit.node < 0:
        return ""
    node = scene.nodes[hit.node]
    return "\n".join(_node_lines(node, states.get(node.key), document.problems))


def describe(node: NodeView, state: NodeState | None) -> str:
    """A node in one sentence, for a screen reader."""
    kind = "Trigger" if node.kind == "trigger" else "Step"
    parts = [f"{kind} {node.title}", node.type, node.subtitle]
    if state is not None:
        parts.append(_state_line(state))
    if not node.enabled:
        parts.append("disabled")
    parts.extend(_counts(node))
    return ", ".join(part for part in parts if part)


def describe_areas(areas: Sequence[Area]) -> str:
    """The selected frames and notes, for a screen reader."""
    if len(areas) != 1:
        return f"{len(areas)} frames and notes selected"
    area = areas[0]
    if area.kind == "note":
        return f"Note: {area.text}"
    state = "folded" if area.folded else "open"
    count = len(area.nodes)
    return f"Frame {area.text}, {'1 step' if count == 1 else f'{count} steps'}, {state}"


def _node_lines(node: NodeView, state: NodeState | None, problems: Iterable[Problem]) -> list[str]:
    lines = [node.title]
    if node.subtitle:
        lines.append(node.subtitle)
    if state is not None:
        lines.append(_state_line(state))
    if not node.enabled:
        lines.append("Disabled: it is passed over.")
    if not node.runnable:
        lines.append("This version cannot run this type yet.")
    if node.handler:
        lines.append(f"Runs as {node.handler}, outside the graph.")
    if node.errors or node.warnings:
        own = [p for p in problems if _is_about(p, node.key)]
        lines.extend(f"{p.severity.capitalize()}: {p.message}" for p in own[:_MOST_PROBLEMS])
        if len(own) > _MOST_PROBLEMS:
            lines.append(f"… and {len(own) - _MOST_PROBLEMS} more")
    return lines


def _is_about(problem: Problem, key: str) -> bool:
    name = trigger_name(key)
    return problem.step_id == key if name is None else problem.trigger == name


def _state_line(state: NodeState) -> str:
    time = "" if state.origin else state.time_text(utc_now())
    parts = [state.word, state.note, time]
    if state.attempt > 1:
        parts.append(f"attempt {state.attempt_text().replace('/', ' of ')}")
    if state.origin:
        parts.append(_ORIGINS.get(state.origin, state.origin))
    return ", ".join(part for part in parts if part)


def _counts(node: NodeView) -> list[str]:
    words = []
    for count, word in ((node.errors, "error"), (node.warnings, "warning")):
        if count:
            words.append(f"{count} {word}" if count == 1 else f"{count} {word}s")
    return words


def _port(node: NodeView, name: str) -> str:
    kind = next((port.kind for port in node.ports if port.name == name), "branch")
    if node.kind == "trigger":
        return "Starts every step that waits for nothing"
    words = _PORT_WORDS[kind]
    return f"{name}: {words}" if kind == "branch" else words


def _wire(scene: Scene, wire: int) -> str:
    edge = scene.edges[wire]
    source = scene.nodes[scene.sources[wire]].title
    target = scene.nodes[scene.targets[wire]].title
    port = "" if edge.port == "success" else f" ({edge.port})"
    return f"{source}{port} → {target}"
