"""Old versions of events, lifted to today's before they are decoded.

A step takes the built-in JSON object of one version and returns that of the next. Steps are never removed: a log is
kept for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

Step = Callable[[dict[str, Any]], dict[str, Any]]

STEPS: Final[Mapping[tuple[str, int], Step]] = {}


def upcast(
    wire_type: str,
    version: int,
    current: int,
    payload: dict[str, Any],
    steps: Mapping[tuple[str, int], Step] = STEPS,
) -> dict[str, Any]:
    """Lift `payload` of `wire_type` from `version` to `current`.

    Raises:
        ValueError: a step is missing, or the version is newer than this program knows.
    """
    if version > current:
        raise ValueError(f"{wire_type} version {version} is newer than {current}")
    for step_version in range(version, current):
        step = steps.get((wire_type, step_version))
        if step is None:
            raise ValueError(f"no way from version {step_version} of {wire_type}")
        payload = step(payload)
    return payload
