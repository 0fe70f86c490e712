"""Step types that the engine's core carries out itself: they hold no worker while they last."""

from collections.abc import Mapping
from typing import Any

from engine.steps.base import StepContext, StepError, StepResult, StepType, StepView


class CoreStep(StepType):
    """A type known by its schema; what it does is decided by ``engine.core``."""

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        raise StepError(f"a {self.type} step is carried out by the engine itself", retryable=False)
