"""After a reopening a follower that forgot everything knows it again."""

from __future__ import annotations

from typing import Any

from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration, canonical, digest
from schemas.decisions import Decision, EpochStarted
from schemas.inputs import (
    AcceptOffer,
    AgentSessionOpened,
    ConfigurationPublished,
    GatewayStarted,
    InteractionIdentified,
    LogReopened,
)
from schemas.view import View
from schemas.vocabulary import LegState
from streams.routing.engine import Engine

WS = "bookcity"
NOW_MS = 1_700_000_000_000
WANTED = RoutingConfiguration(
    queues={"q": QueueSettings()},
    agents={"ana": AgentSettings(queues={"q": 1}), "bo": AgentSettings(queues={"q": 1})},
)


def a_contact(name: str) -> InteractionIdentified:
    return InteractionIdentified(
        workspace=WS, interaction_id=name, adapter="line", instance="line-1", channel="phone", queue="q"
    )


def a_login(agent: str) -> AgentSessionOpened:
    return AgentSessionOpened(workspace=WS, agent_id=agent, gateway="g", incarnation=1, session=agent)


def inputs() -> list[Any]:
    return [
        ConfigurationPublished(
            workspace=WS,
            command_id="config",
            version=1,
            base_version=0,
            digest=digest(WANTED),
            patch=canonical(WANTED).decode(),
        ),
        GatewayStarted(workspace=WS, gateway="g", incarnation=1),
        a_login("ana"),
        a_login("bo"),
        a_contact("one"),
        AcceptOffer(workspace=WS, command_id="accept", agent_id="ana", offer_id="one.1/1"),
        a_contact("two"),
        a_contact("three"),
    ]


def shown(view: View) -> tuple[Any, ...]:
    pending = {offer.offer_id: (offer.leg_id, offer.agent_id, offer.due_ms) for offer in view.offers.values()}
    held = [(one.interaction_id, one.value) for one in view.held()]
    return view.legs, pending, view.agents, view.queues, held, view.configuration_version


def followed(view: View, decisions: tuple[Decision, ...]) -> View:
    for decision in decisions:
        view.apply(decision)
    return view


def test_a_new_epoch_begins_with_everything_that_is() -> None:
    engine, old = Engine(WS), View(WS)
    for offset, event in enumerate(inputs()):
        followed(old, engine.apply(event, offset=offset, stamp_ms=NOW_MS + offset))
    before = shown(old)
    reopened = engine.apply(LogReopened(workspace=WS, epoch=2), offset=3, stamp_ms=NOW_MS + 10)
    assert isinstance(reopened[0], EpochStarted)
    assert [(one.epoch, one.seq) for one in reopened] == [(2, seq) for seq in range(1, len(reopened) + 1)]
    assert shown(followed(old, reopened)) == before
    assert shown(followed(View(WS), reopened)) == before
    assert {leg.state for leg in old.legs.values()} == {LegState.CONNECTED, LegState.OFFERED, LegState.QUEUED}
