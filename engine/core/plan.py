"""A definition made ready to run: its graphs, from each port to the steps that take it."""

from typing import Any, Literal

from engine.definition.model import Body, Step, Workflow, dependencies

BODY_TYPES = frozenset({"loop", "parallel"})
WAIT_TYPES = frozenset({"wait", "approval", "workflow"})
NodeKind = Literal["work", "body", "wait"]
"""``work`` is done by a worker; ``body`` and ``wait`` steps are the core's own, and hold none."""


class Node:
    """One step of a graph. ``takers`` are the (port, step) pairs that wait for it."""

    __slots__ = (
        "bodies",
        "id",
        "in_graph",
        "index",
        "kind",
        "names_secrets",
        "needs",
        "step",
        "takers",
    )

    def __init__(self, index: int, step: Step, *, in_graph: bool, secret: bool = False) -> None:
        self.index = index
        self.id = step.id
        self.step = step
        self.in_graph = in_graph
        """False for handlers, which stand outside the graph."""
        self.kind: NodeKind = "work"
        if step.type in BODY_TYPES:
            self.kind = "body"
        elif step.type in WAIT_TYPES:
            self.kind = "wait"
        self.names_secrets = (
            secret
            or not in_graph  # a handler may see what a loop gave the step that it undoes
            or _names_secrets(step.config)
            or _names_secrets(step.input_mapping)
        )
        """Whether what it is given may hold marks of secrets: its own, or those of loops."""
        self.needs: list[tuple[Node, str]] = []
        self.takers: list[tuple[str, Node]] = []
        self.bodies: tuple[Graph, ...] = ()
        """The graph of a loop's iteration, or one for each branch."""


class Graph:
    """One list of steps that depend on each other: the top of a workflow, or a body.

    Raises ValueError where a step depends on one that is not there, or on itself in a circle: a
    definition that was checked has neither.
    """

    def __init__(
        self,
        steps: tuple[Step, ...],
        name: str = "",
        handlers: frozenset[str] = frozenset(),
        *,
        secret: bool = False,
    ) -> None:
        self.name = name
        """The branch's name; empty for the top and for the body of a loop."""
        self.nodes = tuple(
            Node(index, step, in_graph=step.id not in handlers, secret=secret)
            for index, step in enumerate(steps)
        )
        self.by_id = {node.id: node for node in self.nodes}
        self._wire()
        graph = [node for node in self.nodes if node.in_graph]
        self.size = len(graph)
        self.roots = tuple(node for node in graph if not node.needs)
        self.last = tuple(node for node in graph if not node.takers)
        """Steps that nothing else depends on: they make the default output."""
        self._refuse_circles(len(graph))
        for node in self.nodes:
            if node.step.bodies:
                node.bodies = tuple(
                    Graph(body.steps, body.name, secret=node.names_secrets)
                    for body in branches_of(node.step)
                )

    def _wire(self) -> None:
        waits = dependencies(tuple(node.step for node in self.nodes if node.in_graph))
        for node in self.nodes:
            for need in dict.fromkeys(waits.get(node.id, ())):
                source = self.by_id.get(need.step)
                if source is None or not source.in_graph:
                    raise ValueError(f'step "{node.id}" depends on "{need.text}", which is no step')
                node.needs.append((source, need.port))
                source.takers.append((need.port, node))

    def _refuse_circles(self, size: int) -> None:
        waiting = {node: len(node.needs) for node in self.nodes if node.in_graph}
        free = list(self.roots)
        for node in free:
            for _, taker in node.takers:
                waiting[taker] -= 1
                if not waiting[taker]:
                    free.append(taker)
        if len(free) < size:
            stuck = sorted(node.id for node, count in waiting.items() if count)
            raise ValueError(f"these steps wait for each other: {', '.join(stuck[:10])}")


class Plan:
    """The compiled form of one text of a workflow; shared by its executions and never changed.

    Raises ValueError as ``Graph`` does.
    """

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        self.graph = Graph(workflow.steps, handlers=workflow.handlers)
        self.set_names = tuple({n: None for s in workflow.walk() for n in s.output_mapping})
        """Variables that some step sets."""


def branches_of(step: Step) -> tuple[Body, ...]:
    """The bodies of a step; of the steps that stand side by side in ``parallel`` each is one."""
    if step.type == "parallel" and any(not body.name for body in step.bodies):
        return tuple(Body(inner.id, (inner,)) for body in step.bodies for inner in body.steps)
    return step.bodies


def _names_secrets(tree: Any) -> bool:
    """Whether some text of a tree could be a template that uses a secret."""
    pending = [tree]
    for part in pending:
        if isinstance(part, str):
            if "secrets" in part:
                return True
        elif isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, list | tuple):
            pending.extend(part)
    return False
