"""The list of problems."""

from designer.problems.view import ProblemsView

__all__ = ["ProblemsView"]
