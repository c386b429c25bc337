from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest

from schemas import inputs
from schemas.event import wire_type
from schemas.values import Intervention
from schemas.vocabulary import JoinMode
from streams.routing.interventions import intervention_of

WHO = {"workspace": "shop", "command_id": "k_1", "actor": "sue", "reason": "why"}


def test_it_says_who_what_why_and_on_what() -> None:
    event = inputs.JoinInteraction(interaction_id="i1", agent_id="ana", mode=JoinMode.BARGE, **WHO)
    assert intervention_of(event) == Intervention(
        act="join_interaction", actor="sue", reason="why", interaction_id="i1", agent_id="ana", mode=JoinMode.BARGE
    )


def test_an_agent_s_command_is_none() -> None:
    assert intervention_of(inputs.LogOut(workspace="shop", command_id="k", agent_id="ana")) is None


@pytest.mark.parametrize("kind", typing.get_args(inputs.SupervisorCommandInput), ids=wire_type)
def test_nothing_that_a_supervisor_says_is_lost(kind: type[inputs.SupervisorCommand]) -> None:
    values = {"priority": 3, "mode": JoinMode.MONITOR}
    own: dict[str, Any] = {
        field.name: values.get(field.name, f"the {field.name}")
        for field in msgspec.structs.fields(kind)
        if field.name not in WHO
    }
    said = intervention_of(kind(**own, **WHO))
    assert said is not None
    renamed = {"to_queue": "queue"}
    assert {name: getattr(said, renamed.get(name, name)) for name in own} == own
