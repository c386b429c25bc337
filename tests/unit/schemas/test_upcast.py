from __future__ import annotations

from typing import Any

import pytest

from schemas.upcast import upcast


def renamed(payload: dict[str, Any]) -> dict[str, Any]:
    return {**{name: value for name, value in payload.items() if name != "old"}, "new": payload["old"]}


def doubled(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "new": payload["new"] * 2}


STEPS = {("x.happened", 1): renamed, ("x.happened", 2): doubled}


def test_steps_are_taken_in_order_up_to_the_present() -> None:
    assert upcast("x.happened", 1, 3, {"old": 4}, STEPS) == {"new": 8}
    assert upcast("x.happened", 2, 3, {"new": 4}, STEPS) == {"new": 8}


def test_the_present_version_is_left_as_it_is() -> None:
    assert upcast("x.happened", 3, 3, {"new": 8}, STEPS) == {"new": 8}


def test_a_missing_step_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"no way from version 1 of y\.happened"):
        upcast("y.happened", 1, 2, {}, STEPS)


def test_a_newer_version_than_this_program_knows_is_an_error() -> None:
    with pytest.raises(ValueError, match="newer"):
        upcast("x.happened", 4, 3, {}, STEPS)
