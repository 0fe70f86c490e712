"""Lets the tests of this room import its generators, and a slow machine take its time."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
LENIENT = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "definition", settings.default, deadline=None, suppress_health_check=LENIENT
)
settings.load_profile("definition")
