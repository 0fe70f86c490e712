"""Lets the tests of this room import its generators, and a slow machine take its time."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
settings.register_profile("definition", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("definition")
