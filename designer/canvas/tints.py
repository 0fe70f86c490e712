"""State colours of nodes and wires as arrays of small numbers, so that many are grouped at once."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from designer.canvas.scene import Scene
from designer.canvas.states import NodeState
from designer.document.views import Wire

Codes = NDArray[np.int8]

PLAIN, FAILED, RUNNING, COMPLETED = range(4)
"""Codes of every drawing; further states get those after them."""


class Tints:
    """The colour role of every node and wire. Code 0 is no state; the others stand for
    ``roles[code]``."""

    def __init__(
        self,
        scene: Scene,
        states: Mapping[str, NodeState],
        role_of: Callable[[str], str],
        wires: Mapping[Wire, str] | None = None,
    ) -> None:
        """``wires`` are the states of wires where they have their own, as in a comparison."""
        self.roles: list[str] = ["", role_of("failed"), role_of("running"), role_of("completed")]
        self.nodes: Codes = np.zeros(len(scene.nodes), dtype=np.int8)
        self.off: NDArray[np.bool_] = np.array([not n.enabled for n in scene.nodes], dtype=bool)
        idle = np.zeros(len(scene.nodes), dtype=bool)
        for key, state in states.items():
            i = scene.index.get(key)
            if i is None or state.quiet:
                continue
            self.nodes[i] = self._code(role_of(state.status))
            idle[i] = state.status in ("skipped", "cancelled", "queued", "paused")
        if wires is None:
            self.wires = self._wires(scene, idle)
        else:
            found = [wires.get(edge.key, "") for edge in scene.edges]
            codes = [self._code(role_of(status)) if status else PLAIN for status in found]
            self.wires = np.array(codes, dtype=np.int8)

    def _code(self, role: str) -> int:
        if role not in self.roles:
            self.roles.append(role)
        return self.roles.index(role)

    def _wires(self, scene: Scene, idle: NDArray[np.bool_]) -> Codes:
        """A wire shows what went through it: what runs at its end, else what ended at its start."""
        codes = np.zeros(len(scene.edges), dtype=np.int8)
        source, target = self.nodes[scene.sources], self.nodes[scene.targets]
        began = (target != PLAIN) & ~idle[scene.targets]
        codes[began & ((source == COMPLETED) | scene.triggers[scene.sources])] = COMPLETED
        codes[began & (target == RUNNING)] = RUNNING
        codes[scene.failing] = FAILED
        return codes
