"""Step types that definitions may hold and the designer shows, but that this version cannot run."""

from collections.abc import Mapping
from typing import Any, ClassVar

from engine.steps.base import StepContext, StepError, StepResult, StepType, StepView


class UnavailableStep(StepType):
    """A type known by its schema only; a step of it fails, and says so plainly."""

    runnable: ClassVar[bool] = False

    async def execute(
        self, step: StepView, input: Mapping[str, Any], context: StepContext
    ) -> StepResult:
        raise StepError(
            f'this version of Treadle cannot run steps of type "{self.type}" ({self.title}) yet; '
            "bypass the step with enabled: false, or do its work in a script or HTTP request step",
            type="not_supported",
            retryable=False,
        )
