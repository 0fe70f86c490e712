"""Random workflows of all kinds of steps, nested, and how each step of them behaves."""

import random
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct

from engine.definition.model import Body, Dependency, Step, Workflow

PORTS = ("success", "failure", "done", "always", "true", "false")
HANDLERS = ("undo", "amend", "alarm", "cheer", "regret", "tidy")


class Fate(Struct, frozen=True):
    """How a step execution behaves: skipped by its ``when``, or so many failures, then its end."""

    when: bool
    failures: int
    succeeds: bool
    branch: str | None
    rounds: int
    """How often the ``while`` of a loop holds."""
    last: int
    """The iteration after which its ``break`` holds."""


class Case(Struct, frozen=True):
    """A workflow, and the chance that decides how its steps behave, by their keys."""

    workflow: Workflow
    seed: int
    attempts: dict[str, int]
    luck: float
    """How probable it is that a step succeeds."""

    def fate(self, key: str) -> Fate:
        chance = random.Random(f"{self.seed} {key}")
        return Fate(
            when=chance.random() < 0.85 or self.luck == 1,
            failures=chance.choice((0, 0, 0, 1, 2)),
            succeeds=chance.random() < self.luck,
            branch=chance.choice((None, "true", "false")),
            rounds=chance.randrange(4),
            last=chance.randrange(5),
        )

    def works(self, key: str, times: int) -> bool:
        """Whether a step works when it is tried that often, over all attempts of what holds it."""
        fate = self.fate(key)
        return fate.succeeds and times > fate.failures

    def renders(self, key: str, index: int, times: int) -> bool:
        """Whether the output of an iteration can be made when that is tried so often."""
        chance = random.Random(f"{self.seed} {key} {index} render")
        return self.luck == 1 or times > chance.choice((0, 0, 0, 0, 1, 9))


class _Draw:
    """Draws the steps of one workflow."""

    def __init__(self, draw: st.DrawFn, *, quiet: bool, handlers: bool) -> None:
        self.draw = draw
        self.quiet = quiet
        self.handlers = handlers
        self.attempts: dict[str, int] = {}
        self.left = 16

    def one(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def steps(self, depth: int, most: int, *, wired: bool = True) -> tuple[Step, ...]:
        count = min(self.draw(st.integers(0, most)), self.left)
        self.left -= count
        found: list[Step] = []
        for number in range(count):
            needs = self.draw(
                st.lists(
                    st.tuples(st.integers(0, max(number - 1, 0)), st.sampled_from(PORTS)),
                    max_size=min(number, 2) if wired else 0,
                    unique=True,
                )
            )
            depends = tuple(Dependency(found[index].id, port) for index, port in needs)
            found.append(self.step(f"s{len(self.attempts)}", depth, depends))
        return tuple(found)

    def step(
        self, identity: str, depth: int, depends: tuple[Dependency, ...], *, handler: bool = False
    ) -> Step:
        self.attempts[identity] = self.one(1, 1, 2, 3)
        kinds = ["work", "work", "work", "wait", "approval", "workflow"]
        kinds += ["loop", "loop", "loop", "parallel", "parallel"] if depth < 3 else []
        kind = self.one(*kinds)
        config, bodies = self.config(kind, depth)
        alone = kind in ("wait", "approval", "workflow", "loop", "parallel")
        return Step(
            id=identity,
            type=kind,
            config=config,
            bodies=bodies,
            depends_on=depends,
            join=self.one("all", "all", "any"),
            enabled=self.one(*[True] * 7, False),
            effect="once" if kind == "work" and self.one(False, False, True) else "repeatable",
            timeout=None if self.quiet or not alone else self.one(None, None, 20.0, 200.0),
            compensate=self.one(None, "undo", "amend") if self.handlers and not handler else None,
        )

    def config(self, kind: str, depth: int) -> tuple[dict[str, Any], tuple[Body, ...]]:
        if kind == "loop":
            return self.loop(), (Body("", self.steps(depth + 1, 4)),)
        if kind == "parallel":
            names = self.one((), ("left",), ("left", "right"), ("a", "b", "c"), ("",))
            config: dict[str, Any] = {"max_concurrency": self.one(None, 1, 2)}
            config["fail_fast"] = not self.quiet and self.one(False, True)
            return config, tuple(
                Body(name, self.steps(depth + 1, 3, wired=bool(name))) for name in names
            )
        if kind == "wait":
            wish = {"duration": 30}, {"until": "2026-01-01T01:00:00Z"}, {"event": "paid"}
            return dict(self.one(*wish)), ()
        if kind == "approval":
            return {"message": "go on?", "options": self.one(None, ["yes", "no", "later"])}, ()
        if kind == "workflow":
            return {"workflow": "other", "wait": self.one(None, True, False)}, ()
        return {}, ()

    def loop(self) -> dict[str, Any]:
        config: dict[str, Any] = dict(
            self.one(
                {"items": []},
                {"items": [1, 2]},
                {"items": {"x": 1, "y": 2, "z": 3}},
                {"items": [1, 2, 3, 4, 5], "batch_size": 2},
                {"times": 3},
                {"while": "it goes on"},
                {"while": "it goes on"},
            )
        )
        config["on_error"] = self.one("fail", "continue")
        config["max_iterations"] = self.one(None, None, None, 2)
        if self.one(False, True):
            config["output"] = "it gives"
        if self.one(False, False, True):
            config["break"] = "it ends"
        # of rounds that run at once, chance decides which of them a failure or a break still lets be
        alone = self.quiet and (config["on_error"] == "fail" or "break" in config)
        config["max_concurrency"] = 1 if alone else self.one(None, 2, 3)
        return config


@st.composite
def cases(
    draw: st.DrawFn, *, handlers: bool = False, quiet: bool = False, lucky: bool = False
) -> Case:
    """A workflow. ``quiet``: what it comes to does not hang on the order in which things happen."""
    making = _Draw(draw, quiet=quiet, handlers=handlers)
    steps = making.steps(0, 5)
    extra: dict[str, Any] = {}
    if handlers:
        making.left = 6
        steps += tuple(making.step(name, 2, (), handler=True) for name in HANDLERS)
        extra = {
            "on_failure": ("alarm",),
            "on_success": ("cheer",),
            "on_cancel": ("regret",),
            "finally_": ("tidy",),
            "timeout": draw(st.sampled_from([None, 300.0])),
            "queue_timeout": draw(st.sampled_from([None, 30.0])),
            "fail_fast": draw(st.booleans()),
        }
    workflow = Workflow(
        name="generated", steps=steps, output=draw(st.sampled_from([None, "given"])), **extra
    )
    luck = 1.0 if lucky else draw(st.sampled_from([0.6, 0.9]))
    return Case(workflow, draw(st.integers(0, 2**32)), making.attempts, luck)
