"""Twenty kills of a real engine among fifty workflows of all shapes; ``chaos.py`` does more."""

from pathlib import Path

import pytest
from chaos import Chaos


@pytest.mark.chaos
def test_no_promise_is_broken_by_twenty_kills(tmp_path: Path) -> None:
    Chaos(tmp_path, seed=20261124, workflows=50, kills=20).run()
