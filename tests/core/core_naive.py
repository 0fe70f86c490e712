"""The rules of the specification, interpreted naively: by recursion, one step after the other."""

from collections import Counter
from typing import Any

from core_cases import Case

from engine.definition.model import Dependency, Step

LAST_RESORT = 10_000


class Naive:
    """Works a quiet case out: what every step comes to, and what the execution gives."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.status: dict[str, str] = {}
        self.outputs: dict[str, Any] = {}
        self.tries: Counter[str] = Counter()
        self.renders: Counter[tuple[str, int]] = Counter()
        self.results: dict[str, dict[int, Any]] = {}
        self.begun: dict[str, int] = {}

    def run(self) -> tuple[str, Any]:
        handled = self.steps(self.case.workflow.steps, "")
        if not handled:
            return "failed", None
        return "completed", self.given(self.case.workflow.steps, "")

    def steps(self, steps: tuple[Step, ...], prefix: str) -> bool:
        """Whether no failure was left that nothing takes."""
        local: dict[str, tuple[str, bool]] = {}
        for step in steps:
            key = prefix + step.id
            fired = [
                self.fires(prefix + need.step, local[need.step], need.port)
                for need in dict.fromkeys(step.depends_on or ())
            ]
            due = not fired or (all(fired) if step.join == "all" else any(fired))
            bypassed = due and not step.enabled
            if due and step.enabled and self.status.get(key) == "completed":
                pass  # what completed is not run again
            elif not due or not step.enabled or not self.case.fate(key).when:
                self.status[key] = "skipped"
            else:
                self.status[key] = "completed" if self.step(step, key) else "failed"
            local[step.id] = (self.status[key], bypassed)
        failed = [step.id for step in steps if local[step.id][0] == "failed"]
        return all(self.is_taken(identity, steps, local) for identity in failed)

    def is_taken(
        self, identity: str, steps: tuple[Step, ...], local: dict[str, tuple[str, bool]]
    ) -> bool:
        taken = Dependency(identity, "failure")
        return any(
            taken in (step.depends_on or ()) and local[step.id][0] in ("completed", "failed")
            for step in steps
        )

    def fires(self, key: str, end: tuple[str, bool], port: str) -> bool:
        status, bypassed = end
        branch = None
        if status == "completed" and self.tries[key]:
            branch = self.outputs[key][1]
        table = {
            "completed": {"success", "done", "always", branch},
            "failed": {"failure", "always"},
            "skipped": {"done", "always", *(["success"] if bypassed else [])},
        }
        return port in table[status]

    def given(self, steps: tuple[Step, ...], prefix: str) -> dict[str, Any]:
        needed = {need.step for step in steps for need in step.depends_on or ()}
        return {
            step.id: self.outputs[prefix + step.id][0]
            for step in steps
            if step.id not in needed and self.status[prefix + step.id] == "completed"
        }

    def step(self, step: Step, key: str) -> bool:
        """All attempts of a step: whether one of them works."""
        for _ in range(self.case.attempts[step.id]):
            self.tries[key] += 1
            if step.type == "loop":
                done, final = self.loop(step, key)
            elif step.type == "parallel":
                done, final = self.branches(step, key), False
            else:
                done, final = self.simple(step, key), False
            if done or final:
                return done
        return False

    def simple(self, step: Step, key: str) -> bool:
        if step.type in ("wait", "approval") or step.config.get("wait") is False:
            self.outputs[key] = (step.type, None)
            return True
        self.outputs[key] = (key, self.case.fate(key).branch if step.type == "work" else None)
        return self.case.works(key, self.tries[key])

    def branches(self, step: Step, key: str) -> bool:
        results = self.results.setdefault(key, {})
        bodies = [(body.name, body.steps) for body in step.bodies]
        if any(not name for name, _ in bodies):
            bodies = [(inner.id, (inner,)) for body in step.bodies for inner in body.steps]
        for index, (name, steps) in enumerate(bodies):
            prefix = f"{key}.{name}."
            if index not in results and self.steps(steps, prefix):
                results[index] = self.given(steps, prefix)
        given = {name: results.get(index) for index, (name, _) in enumerate(bodies)}
        self.outputs[key] = ({"results": given}, None)
        return len(results) == len(bodies)

    def loop(self, step: Step, key: str) -> tuple[bool, bool]:
        """Whether the loop worked, and whether it need not be tried again if not."""
        config, fate = step.config, self.case.fate(key)
        limit = config["max_iterations"] or LAST_RESORT
        total = self.total(config)
        if total is not None and total > limit:
            return False, True
        results = self.results.setdefault(key, {})
        index = self.begun.get(key, 0)
        while total is None or index < total:
            if total is None and index >= fate.rounds:
                break
            if index >= limit:
                self.begun[key] = index
                return False, False
            kept, ends = self.round(step, key, index)
            if not kept and config["on_error"] == "fail":
                self.begun[key] = index
                return False, False
            index += 1
            if ends:
                break
        listed = [results.get(at) for at in range(index)]
        output: dict[str, Any] = {"results": listed}
        if config["on_error"] == "continue":
            output["errors"] = [at for at in range(index) if at not in results]
        self.outputs[key] = (output, None)
        return True, False

    def total(self, config: dict[str, Any]) -> int | None:
        if "items" not in config:
            return config.get("times")
        size = config.get("batch_size") or 1
        return -(-len(config["items"]) // size)

    def round(self, step: Step, key: str, index: int) -> tuple[bool, bool]:
        """Whether an iteration gives something, and whether the loop ends with it."""
        prefix, steps, config = f"{key}.{index}.", step.bodies[0].steps, step.config
        if not self.steps(steps, prefix):
            return False, False
        given: Any = self.given(steps, prefix)
        if "output" in config or "break" in config:
            self.renders[key, index] += 1
            if not self.case.renders(key, index, self.renders[key, index]):
                return False, False
            given = f"{key} gives {index}"
        self.results[key][index] = given
        return True, "break" in config and self.case.fate(key).last == index
