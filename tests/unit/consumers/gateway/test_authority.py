from __future__ import annotations

import typing

import pytest

from consumers.gateway.authority import COMMANDS, Admitted, admit, command_input, message_input, typing_input
from consumers.gateway.scopes import WHOLE, Scope, Sight
from runtime.credential_store import Principal
from schemas import inputs, live, supervision
from schemas.messages import MessagePosted
from schemas.view import View
from schemas.vocabulary import Refusal, Role
from tests.support.decided import Floor
from tests.support.desks import a_consult

ANA = Principal(user="u_ana", workspace="shop", roles=frozenset({Role.AGENT, Role.SUPERVISOR}), agent_id="ana")
AS_ANA = Admitted(Role.AGENT, Scope(Sight.AGENT, "ana"))
HELLO = live.Hello(ticket="t")


def a_principal(*roles: Role, agent_id: str | None = None) -> Principal:
    return Principal(user="u", workspace="shop", roles=frozenset(roles), agent_id=agent_id)


def test_an_agent_sees_the_agent_s_own_work() -> None:
    assert admit(ANA, HELLO) == AS_ANA


def test_who_is_several_things_may_choose() -> None:
    assert admit(ANA, live.Hello(ticket="t", role=Role.SUPERVISOR)) == Admitted(Role.SUPERVISOR, WHOLE)


def test_a_supervisor_may_watch_some_queues_only() -> None:
    admitted = admit(a_principal(Role.SUPERVISOR), live.Hello(ticket="t", queues=("b", "a", "b")))
    assert admitted == Admitted(Role.SUPERVISOR, Scope(Sight.QUEUES, queues=("a", "b")))


@pytest.mark.parametrize(
    ("principal", "hello"),
    [
        (a_principal(Role.ADAPTER), HELLO),
        (a_principal(Role.ANALYST), HELLO),
        (a_principal(), HELLO),
        (a_principal(Role.AGENT), HELLO),
        (a_principal(Role.AGENT, agent_id="bo"), live.Hello(ticket="t", role=Role.SUPERVISOR)),
        (a_principal(Role.AGENT, agent_id="bo"), live.Hello(ticket="t", queues=("a",))),
    ],
)
def test_others_are_not_let_in(principal: Principal, hello: live.Hello) -> None:
    assert admit(principal, hello) is None


def test_every_wish_of_the_protocol_becomes_an_input() -> None:
    assert set(COMMANDS) == set(typing.get_args(live.AnyDo))


def test_a_command_is_about_the_agent_who_gives_it_whatever_it_says() -> None:
    frame = live.Command(command_id="k_12345678", do=live.Accept(offer_id="i.1/1"))
    assert command_input(ANA, AS_ANA, frame) == inputs.AcceptOffer(
        workspace="shop", command_id="k_12345678", actor="u_ana", agent_id="ana", offer_id="i.1/1"
    )


def test_a_promise_names_the_agent_who_makes_it_apart_from_the_one_who_shall_keep_it() -> None:
    do = live.RequestCallback(interaction_id="i1", at_ms=9_000, agent_id="bo")
    assert command_input(ANA, AS_ANA, live.Command(command_id="k_12345678", do=do)) == inputs.RequestCallback(
        workspace="shop",
        command_id="k_12345678",
        actor="u_ana",
        interaction_id="i1",
        at_ms=9_000,
        agent_id="bo",
        by_agent="ana",
    )


def test_a_supervisor_has_none_of_an_agent_s_wishes_and_an_agent_none_of_a_supervisor_s() -> None:
    frame = live.Command(command_id="k_12345678", do=live.LogOut())
    assert command_input(ANA, Admitted(Role.SUPERVISOR, WHOLE), frame) is None
    act = live.Command(command_id="k_12345678", do=supervision.Cancel(interaction_id="i1", reason="twice"))
    assert command_input(ANA, AS_ANA, act) is None


def test_the_owner_of_a_connected_leg_writes_and_a_repetition_is_the_same_message() -> None:
    view = a_view_with_ana_connected()
    frame = live.SendMessage(command_id="k_12345678", leg_id="i1.1", text="hello")
    first, second = (message_input(ANA, AS_ANA, view, frame, now_ms) for now_ms in (1, 2))
    assert isinstance(first, MessagePosted)
    assert isinstance(second, MessagePosted)
    assert first.message_id == second.message_id
    assert (first.interaction_id, first.agent_id, first.author) == ("i1", "ana", "agent")


@pytest.mark.parametrize(
    ("admitted", "leg_id", "reason"),
    [
        (Admitted(Role.AGENT, Scope(Sight.AGENT, "bo")), "i1.1", Refusal.NOT_OWNER),
        (Admitted(Role.SUPERVISOR, WHOLE), "i1.1", Refusal.NOT_PERMITTED),
        (AS_ANA, "i9.1", Refusal.UNKNOWN_INTERACTION),
        (AS_ANA, "i2.1", Refusal.WRONG_STATE),
    ],
)
def test_nobody_else_writes(admitted: Admitted, leg_id: str, reason: Refusal) -> None:
    view = a_view_with_ana_connected()
    frame = live.SendMessage(command_id="k_12345678", leg_id=leg_id, text="hello")
    assert message_input(ANA, admitted, view, frame, 1) is reason


def test_who_is_only_consulted_does_not_write_to_the_customer_and_who_is_joined_does() -> None:
    floor = a_consult()
    frame = live.SendMessage(command_id="k_12345678", leg_id="i1.2", text="hello")
    as_bo = Admitted(Role.AGENT, Scope(Sight.AGENT, "bo"))
    view = a_view_of(floor)
    assert message_input(ANA, as_bo, view, frame, 1) is Refusal.WRONG_STATE
    assert typing_input(ANA, as_bo, view, live.Typing(leg_id="i1.2"), 1) is None
    floor.joined("i1", 2)
    assert isinstance(message_input(ANA, as_bo, a_view_of(floor), frame, 1), MessagePosted)


def a_view_with_ana_connected() -> View:
    """Connected on i1, wrapping up i2."""
    floor = Floor()
    floor.opened("ana", "bo")
    for name in ("i1", "i2"):
        floor.arrives(name)
        floor.offered(name, "ana")
        floor.accepted(name)
    floor.wraps_up("i2")
    return a_view_of(floor)


def a_view_of(floor: Floor) -> View:
    view = View("shop")
    for decision in floor.said:
        view.apply(decision)
    return view
