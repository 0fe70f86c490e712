"""Widgets are tested without a screen, unless the caller chose another platform."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
