from __future__ import annotations

from consumers.gateway.presence import Presence, logs_out, next_incarnation
from schemas.inputs import AgentSessionClosed, AgentSessionOpened, GatewayAlive, GatewayStarted
from schemas.vocabulary import AgentCause
from tests.support.decided import Floor


def a_presence() -> Presence:
    return Presence("gateway-1", 7)


def test_a_workspace_hears_of_the_incarnation_before_its_first_session_and_once() -> None:
    presence = a_presence()
    assert presence.opened("shop", "ana", "s1", "lunch") == [
        GatewayStarted(workspace="shop", gateway="gateway-1", incarnation=7),
        AgentSessionOpened(
            workspace="shop", agent_id="ana", gateway="gateway-1", incarnation=7, session="s1", status="lunch"
        ),
    ]
    assert [type(said) for said in presence.opened("shop", "ana", "s2", None)] == [AgentSessionOpened]
    assert presence.started("shop") == []


def test_a_session_is_closed_once() -> None:
    presence = a_presence()
    presence.opened("shop", "ana", "s1", None)
    assert [type(said) for said in presence.closed("shop", "ana", "s1")] == [AgentSessionClosed]
    assert presence.closed("shop", "ana", "s1") == []


def test_a_sign_of_life_is_given_where_sessions_are_held_and_nowhere_else() -> None:
    presence = a_presence()
    presence.started("bank")
    presence.opened("shop", "ana", "s1", None)
    assert presence.alive() == [GatewayAlive(workspace="shop", gateway="gateway-1", incarnation=7)]
    presence.closed("shop", "ana", "s1")
    assert presence.alive() == []


def test_sessions_that_routing_gave_up_while_they_are_open_are_opened_again() -> None:
    presence = a_presence()
    presence.opened("shop", "ana", "s1", None)
    presence.opened("shop", "ana", "s2", None)
    floor = Floor()
    lost = floor.agent("ana", because=AgentCause.SESSIONS_LOST, connected=False)
    assert [said.session for said in presence.given_up(lost) if isinstance(said, AgentSessionOpened)] == ["s1", "s2"]


def test_an_agent_who_is_connected_or_not_here_is_left_alone() -> None:
    presence = a_presence()
    presence.opened("shop", "ana", "s1", None)
    floor = Floor()
    assert presence.given_up(floor.agent("ana", because=AgentCause.SESSIONS_LOST, connected=True)) == []
    assert presence.given_up(floor.agent("ana", because=AgentCause.LOGGED_OUT, connected=False)) == []
    assert presence.given_up(floor.agent("bo", because=AgentCause.SESSIONS_LOST, connected=False)) == []
    assert presence.given_up(floor.arrives("i1")) == []


def test_incarnations_rise_whatever_the_clock_does() -> None:
    assert next_incarnation(None, 1_000) == 1_000
    assert next_incarnation(5, 1_000) == 1_000
    assert next_incarnation(2_000, 1_000) == 2_001


def test_who_logs_out_or_is_logged_out_has_left_for_good() -> None:
    assert logs_out(AgentCause.LOGGED_OUT, "offline")
    assert logs_out(AgentCause.STATUS_FORCED, "offline")
    assert not logs_out(AgentCause.STATUS_FORCED, "lunch")
    assert not logs_out(AgentCause.STATUS_SET, "offline")
