"""Names in ``retry_on`` that come near an error type and are none; any may be a step's own."""

import re
from difflib import get_close_matches
from functools import partial

from engine.definition.findings import Findings
from engine.definition.fixes import set_value
from engine.definition.trouble import quoted

_STATUS = re.compile(r"(?:http[-_ ]?)?([1-5](?:\d\d|xx))", re.IGNORECASE)
_NEAR = 0.8
_WELL_KNOWN = (
    *("timeout", "lost", "memory", "processes", "output_limit", "output_schema", "result"),
    *("connection", "http", "http_5xx", "http_429", "resources", "template", "workflow"),
)


def check_retries(findings: Findings) -> None:
    """Warns of names that look like an error type and are none."""
    for step in findings.workflow.walk():
        names = step.retry_policy.retry_on if step.retry_policy is not None else None
        if not names or findings.full:
            continue
        path = (*findings.paths.get(step.id, ()), "retry_policy", "retry_on")
        for index, name in enumerate(names):
            meant = _meant(name)
            if meant is None:
                continue
            at = (*path, index)
            findings.tell(
                "warning",
                "retry-on",
                f"no error has the type {quoted(name)}",
                at,
                hint=f"did you mean {quoted(meant)}?",
                step_id=step.id,
                fix=findings.fix(f"Write {meant}", partial(set_value, findings.source, at, meant)),
            )


def _meant(name: str) -> str | None:
    """The error type that a name comes close to; None when it is one, or none comes near."""
    if name in _WELL_KNOWN:
        return None
    status = _STATUS.fullmatch(name)
    if status:
        right = f"http_{status[1].lower()}"
        return None if name == right else right
    return next(iter(get_close_matches(name, _WELL_KNOWN, 1, _NEAR)), None)
