"""The next node in a direction, for going about with the keyboard."""

import numpy as np

from designer.canvas.scene import Scene


def next_in_order(scene: Scene, key: str | None, forward: bool) -> str | None:
    """The node after ``key`` (or before it), read in columns from the left; the first one (or the
    last) without a key, and None at the end."""
    order = np.lexsort((scene.rects[:, 1], scene.rects[:, 0]))
    if key is None or key not in scene.index:
        place = 0 if forward else len(order) - 1
    else:
        place = int(np.flatnonzero(order == scene.index[key])[0]) + (1 if forward else -1)
    return scene.nodes[int(order[place])].key if 0 <= place < len(order) else None


def neighbour(scene: Scene, key: str | None, dx: int, dy: int) -> str | None:
    """The node nearest to ``key`` that way (more ahead than aside); the first node without one."""
    if not len(scene.nodes):
        return None
    if key is None or key not in scene.index:
        first = int(np.lexsort((scene.rects[:, 1], scene.rects[:, 0]))[0])
        return scene.nodes[first].key
    middles = scene.rects[:, :2] + scene.rects[:, 2:] / 2
    away = middles - middles[scene.index[key]]
    ahead = away[:, 0] * dx + away[:, 1] * dy
    aside = np.abs(away[:, 0] * dy) + np.abs(away[:, 1] * dx)
    cost = np.where(
        (ahead > 1.0) & (aside <= ahead * 2.5) & ~scene.hidden, ahead + 1.5 * aside, np.inf
    )
    best = int(cost.argmin())
    return scene.nodes[best].key if np.isfinite(cost[best]) else None
