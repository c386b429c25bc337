"""The dispatch table names every input, or leaves it to the engine itself."""

from __future__ import annotations

from typing import get_args

from schemas import inputs
from schemas.inputs import Command, InputsTopicEvent
from streams.routing.handlers import TABLE

BY_THE_ENGINE = {inputs.TimeAdvanced, inputs.EngineUpgraded, inputs.LogReopened}
NOT_YET = {
    inputs.StartConsult,
    inputs.FinishConsult,
    inputs.LeaveConference,
    inputs.JoinInteraction,
}


def test_every_input_is_handled_or_known_as_not_yet() -> None:
    every = set(get_args(InputsTopicEvent))
    assert every == set(TABLE) | BY_THE_ENGINE | NOT_YET


def test_only_commands_may_be_missing() -> None:
    assert all(issubclass(kind, Command) for kind in NOT_YET)
