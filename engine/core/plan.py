"""A definition made ready to run: its graph, from each port to the steps that take it."""

from engine.definition.model import Step, Workflow, dependencies


class Node:
    """One step of the plan. ``takers`` are the (port, step) pairs that wait for it."""

    __slots__ = ("id", "in_graph", "index", "needs", "step", "takers")

    def __init__(self, index: int, step: Step, *, in_graph: bool) -> None:
        self.index = index
        self.id = step.id
        self.step = step
        self.in_graph = in_graph
        """False for handlers, which stand outside the graph."""
        self.needs: list[tuple[Node, str]] = []
        self.takers: list[tuple[str, Node]] = []


class Plan:
    """The compiled form of one text of a workflow; shared by its executions and never changed.

    Raises ValueError where a step depends on one that is not there, or on itself in a circle: a
    definition that was checked has neither.
    """

    def __init__(self, workflow: Workflow) -> None:
        self.workflow = workflow
        handlers = workflow.handlers
        self.nodes = tuple(
            Node(index, step, in_graph=step.id not in handlers)
            for index, step in enumerate(workflow.steps)
        )
        self.by_id = {node.id: node for node in self.nodes}
        self._wire()
        graph = [node for node in self.nodes if node.in_graph]
        self.graph_size = len(graph)
        self.roots = tuple(node for node in graph if not node.needs)
        self.last = tuple(node for node in graph if not node.takers)
        """Steps that nothing else depends on: they make the default output."""
        self.set_names = tuple({n: None for s in workflow.walk() for n in s.output_mapping})
        """Variables that some step sets."""
        self._refuse_circles(len(graph))

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
