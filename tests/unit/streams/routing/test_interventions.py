from __future__ import annotations

import typing
from typing import Any

import msgspec
import pytest

from schemas import inputs
from schemas.decisions import CommandApplied, CommandRefused
from schemas.event import wire_type
from schemas.values import Intervention
from schemas.vocabulary import JoinMode
from streams.routing.interventions import intervention_of
from streams.routing.rules import ENGINE_VERSION, FIRST_VERSION
from tests.support.engine_driver import Driver, a_configuration

WHO = {"workspace": "shop", "command_id": "k_1", "actor": "sue", "reason": "why"}


def test_it_says_who_what_why_and_on_what() -> None:
    event = inputs.JoinInteraction(interaction_id="i1", agent_id="ana", mode=JoinMode.BARGE, **WHO)
    assert intervention_of(event, ENGINE_VERSION) == Intervention(
        act="join_interaction", actor="sue", reason="why", interaction_id="i1", agent_id="ana", mode=JoinMode.BARGE
    )


def test_the_first_rules_tell_nothing() -> None:
    assert intervention_of(inputs.CancelInteraction(interaction_id="i1", **WHO), FIRST_VERSION) is None


def test_an_agent_s_command_is_none() -> None:
    assert intervention_of(inputs.LogOut(workspace="shop", command_id="k", agent_id="ana"), ENGINE_VERSION) is None


def test_a_callback_is_a_supervisor_s_where_no_agent_promises_it() -> None:
    event = inputs.RequestCallback(interaction_id="i1", at_ms=9, agent_id="ana", **WHO)
    assert intervention_of(event, ENGINE_VERSION) == Intervention(
        act="request_callback", actor="sue", reason="why", interaction_id="i1", agent_id="ana"
    )
    assert intervention_of(msgspec.structs.replace(event, by_agent="ana"), ENGINE_VERSION) is None


@pytest.mark.parametrize("kind", typing.get_args(inputs.SupervisorCommandInput), ids=wire_type)
def test_nothing_that_a_supervisor_says_is_lost(kind: type[inputs.SupervisorCommand]) -> None:
    values = {"priority": 3, "mode": JoinMode.MONITOR}
    own: dict[str, Any] = {
        field.name: values.get(field.name, f"the {field.name}")
        for field in msgspec.structs.fields(kind)
        if field.name not in WHO
    }
    said = intervention_of(kind(**own, **WHO), ENGINE_VERSION)
    assert said is not None
    renamed = {"to_queue": "queue"}
    assert {name: getattr(said, renamed.get(name, name)) for name in own} == own


def test_every_answer_to_a_supervisor_tells_it_and_none_to_an_agent() -> None:
    driver = Driver(a_configuration("ana"))
    driver.login("ana")
    driver.arrive()
    driver.command(inputs.CancelInteraction, interaction_id="c1", actor="sue", reason="twice")
    [applied] = driver.said(CommandApplied)
    assert applied.intervention == Intervention(
        act="cancel_interaction", actor="sue", reason="twice", interaction_id="c1"
    )
    driver.command(inputs.CancelInteraction, interaction_id="c1", actor="sue", reason="again")
    [refused] = driver.said(CommandRefused)
    assert refused.intervention == msgspec.structs.replace(applied.intervention, reason="again")
    driver.command(inputs.SetStatus, agent_id="ana", status="available")
    assert driver.said(CommandApplied)[0].intervention is None


def test_a_stopped_workspace_tells_it_too() -> None:
    driver = Driver(a_configuration())
    driver.engine.stop("planted", "", offset=driver.offset, stamp_ms=driver.now_ms)
    event = inputs.CancelInteraction(interaction_id="c1", **WHO)
    [refused] = driver.engine.refuse_stopped(event, offset=driver.offset + 1, stamp_ms=driver.now_ms)
    assert isinstance(refused, CommandRefused)
    assert refused.intervention == intervention_of(event, ENGINE_VERSION)
