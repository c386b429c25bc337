"""The dispatch table names every input, or leaves it to the engine itself."""

from __future__ import annotations

from typing import get_args

from schemas import inputs
from schemas.inputs import Command, InputsTopicEvent
from streams.routing.handlers import TABLE

BY_THE_ENGINE = {inputs.TimeAdvanced, inputs.EngineUpgraded, inputs.LogReopened}


def test_every_input_is_handled_here_or_by_the_engine() -> None:
    assert set(get_args(InputsTopicEvent)) == set(TABLE) | BY_THE_ENGINE


def test_no_command_is_left_to_the_engine() -> None:
    assert not any(issubclass(kind, Command) for kind in BY_THE_ENGINE)
