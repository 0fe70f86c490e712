"""Makes the generated cases the same at each run, so that a change is what makes a test fail.

With ``TREADLE_TESTS_RANDOM=1`` in the environment property tests look for new cases instead.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, print_blob=True)
if not os.environ.get("TREADLE_TESTS_RANDOM"):
    settings.load_profile("repeatable")
