from __future__ import annotations

import pytest

from consumers.gateway.session import Act, Close, Here, Limits, Load, Post, Redeem, Say, Session, Signal, State, Submit
from consumers.gateway.workspace import Workspace
from runtime.credential_store import Principal
from schemas import inputs, live, supervision
from schemas.decisions import Decision
from schemas.view import View
from schemas.vocabulary import Refusal, Role
from tests.support.decided import Floor
from tests.support.gateway_service import agent, supervisor

NOW_MS = 1_000_000
HELLO = live.Hello(ticket="t")


class Sink:
    def has_room(self) -> bool:
        return True

    def write(self, data: bytes) -> None:
        raise AssertionError("a session writes nothing itself")


class Keeping(Sink):
    def __init__(self) -> None:
        self.written: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)


def a_workspace() -> Workspace:
    """Ana is connected on i1; i2 waits."""
    floor = Floor()
    floor.opened("ana", "bo")
    floor.arrives("i1")
    floor.offered("i1", "ana")
    floor.accepted("i1")
    floor.arrives("i2")
    workspace = Workspace(View("shop"))
    for decision in floor.said:
        workspace.apply(decision)
    workspace.flush(NOW_MS)
    return workspace


def a_session(limits: Limits | None = None) -> Session:
    return Session("s1", Sink(), limits or Limits())


def hello(session: Session, principal: Principal | None, workspace: Workspace | None, **fields: object) -> list[Act]:
    greeting = live.Hello(ticket="t", **fields)  # type: ignore[arg-type]
    assert session.receive(live.encode(greeting), NOW_MS) == [Redeem(greeting)]
    caught_up = Here(gateway="gateway-1", now_ms=NOW_MS, caught_up=True)
    return session.redeemed(principal, greeting, workspace, caught_up)


def an_open_session(principal: Principal | None = None, limits: Limits | None = None) -> Session:
    session = a_session(limits)
    hello(session, principal or agent("shop", "ana"), a_workspace())
    assert session.state is State.OPEN
    return session


def send(session: Session, frame: live.ClientFrame, now_ms: int = NOW_MS) -> list[Act]:
    return session.receive(live.encode(frame), now_ms)


def code_of(acts: list[Act]) -> live.Close:
    [act] = acts
    assert isinstance(act, Close)
    return act.code


def test_a_good_ticket_is_welcomed() -> None:
    session = a_session()
    [act] = hello(session, agent("shop", "ana"), a_workspace())
    assert isinstance(act, Say)
    assert isinstance(act.frame, live.Welcome)
    assert (act.frame.agent_id, act.frame.role, act.frame.resumed) == ("ana", Role.AGENT, False)
    assert session.agent_id == "ana"


@pytest.mark.parametrize(
    ("principal", "workspace", "code"),
    [
        (None, a_workspace(), live.Close.TICKET_REFUSED),
        (agent("shop", "ana"), None, live.Close.UNKNOWN_WORKSPACE),
        (agent("shop", "ana"), Workspace(View("shop")), live.Close.UNKNOWN_WORKSPACE),
        (agent("shop", "nobody"), a_workspace(), live.Close.UNKNOWN_WORKSPACE),
        (Principal(user="x", workspace="shop"), a_workspace(), live.Close.NOT_PERMITTED),
    ],
)
def test_others_are_sent_away_with_a_code(
    principal: Principal | None, workspace: Workspace | None, code: live.Close
) -> None:
    session = a_session()
    assert code_of(hello(session, principal, workspace)) is code
    assert session.state is State.CLOSED


def test_a_gateway_that_has_not_caught_up_says_try_again() -> None:
    session = a_session()
    session.receive(live.encode(HELLO), NOW_MS)
    here = Here(gateway="gateway-1", now_ms=NOW_MS, caught_up=False)
    assert code_of(session.redeemed(agent("shop", "ana"), HELLO, None, here)) is live.Close.TRY_AGAIN


def test_the_first_frame_is_hello_and_only_the_first() -> None:
    assert code_of(send(a_session(), live.Ping())) is live.Close.BAD_FRAME
    assert code_of(send(an_open_session(), HELLO)) is live.Close.BAD_FRAME
    waiting = a_session()
    send(waiting, HELLO)
    assert code_of(send(waiting, live.Ping())) is live.Close.BAD_FRAME


def test_a_frame_that_is_not_understood_closes_the_socket_and_says_where() -> None:
    [act] = a_session().receive('{"type":"hello","ticket":5}', NOW_MS)
    assert isinstance(act, Close)
    assert "$.ticket" in act.reason


def test_reasons_fit_into_a_close_frame() -> None:
    [act] = a_session().close(live.Close.BAD_FRAME, "太长" * 100)
    assert isinstance(act, Close)
    assert len(act.reason.encode()) <= 123


def test_after_the_end_nothing_is_heard() -> None:
    session = an_open_session()
    session.close(live.Close.BAD_FRAME, "")
    assert send(session, live.Ping()) == []


def test_too_many_frames_at_once_close_the_socket_and_the_usual_pace_does_not() -> None:
    limits = Limits(frame_every_ms=50, burst=10)
    session = an_open_session(limits=limits)
    for number in range(1_000):
        assert isinstance(send(session, live.Ping(), NOW_MS + 60_000 + 50 * number)[0], Say)
    hasty = an_open_session(limits=limits)
    codes = [send(hasty, live.Ping(), NOW_MS + 60_000) for _ in range(11)]
    assert all(isinstance(acts[0], Say) for acts in codes[:10])
    assert code_of(codes[10]) is live.Close.TOO_MANY_FRAMES


def test_a_command_becomes_an_input_of_that_agent() -> None:
    [act] = send(an_open_session(), live.Command(command_id="k_12345678", do=live.End(leg_id="i1.1")))
    assert isinstance(act, Submit)
    assert act.event == inputs.EndInteraction(
        workspace="shop", command_id="k_12345678", actor="ana", agent_id="ana", leg_id="i1.1"
    )


def test_a_supervisor_s_command_is_refused_and_the_socket_stays() -> None:
    session = an_open_session(supervisor("shop"))
    [act] = send(session, live.Command(command_id="k_12345678", do=live.LogOut()))
    assert isinstance(act, Say)
    assert isinstance(act.frame, live.Result)
    assert act.frame.reason is Refusal.NOT_PERMITTED
    assert session.state is State.OPEN


def test_a_supervisor_s_act_becomes_an_input_and_an_agent_s_is_refused() -> None:
    frame = live.Command(command_id="k_12345678", do=supervision.Cancel(interaction_id="i2", reason="called twice"))
    [act] = send(an_open_session(supervisor("shop")), frame)
    assert act == Submit(
        inputs.CancelInteraction(
            workspace="shop", command_id="k_12345678", actor="sue", interaction_id="i2", reason="called twice"
        )
    )
    [refused] = send(an_open_session(), frame)
    assert isinstance(refused, Say)
    assert isinstance(refused.frame, live.Result)
    assert refused.frame.reason is Refusal.NOT_PERMITTED


def test_an_act_without_a_reason_closes_the_socket() -> None:
    said = '{"type":"command","command_id":"k_12345678","do":{"name":"cancel","interaction_id":"i2","reason":" "}}'
    assert code_of(an_open_session(supervisor("shop")).receive(said, NOW_MS)) is live.Close.BAD_FRAME


def test_a_message_is_posted_by_the_owner_and_refused_to_others() -> None:
    frame = live.SendMessage(command_id="k_12345678", leg_id="i1.1", text="hello")
    [act] = send(an_open_session(), frame)
    assert isinstance(act, Post)
    [refused] = send(an_open_session(agent("shop", "bo")), frame)
    assert isinstance(refused, Say)
    assert isinstance(refused.frame, live.Result)
    assert refused.frame.reason is Refusal.NOT_OWNER


def test_a_sign_that_somebody_writes_goes_on_for_the_owner_of_the_leg_only() -> None:
    [act] = send(an_open_session(), live.Typing(leg_id="i1.1"))
    assert isinstance(act, Signal)
    assert (act.event.interaction_id, act.event.agent_id, act.event.active) == ("i1", "ana", True)
    assert send(an_open_session(agent("shop", "bo")), live.Typing(leg_id="i1.1")) == []
    assert send(an_open_session(), live.Typing(leg_id="i9.1")) == []


def test_an_agent_subscribes_to_own_work_only() -> None:
    session = an_open_session()
    assert send(session, live.Subscribe(interaction_id="i1", after=4)) == [Load("i1", 4)]
    assert list(session.subscriptions) == ["i1"]
    for hidden in ("i2", "i9"):
        [act] = send(session, live.Subscribe(interaction_id=hidden))
        assert isinstance(act, Say)
        assert isinstance(act.frame, live.Error)
        assert act.frame.code is live.ErrorCode.NOT_SHOWN
    send(session, live.Unsubscribe(interaction_id="i1"))
    assert list(session.subscriptions) == []


@pytest.mark.parametrize("data", [b'{"type":"ping","nonce":"\xff"}', '{"type":"ping","nonce":"\ud800"}'])
def test_what_is_no_text_closes_the_socket_as_any_bad_frame(data: bytes | str) -> None:
    assert code_of(an_open_session().receive(data, NOW_MS)) is live.Close.BAD_FRAME


def test_who_lost_an_interaction_and_got_it_back_gets_its_messages_again() -> None:
    session, floor = a_session(), Floor()
    floor.opened("ana")
    floor.arrives("i1")
    workspace = Workspace(View("shop"))

    def decided(*decisions: Decision) -> None:
        for decision in decisions:
            workspace.apply(decision)
        workspace.flush(NOW_MS)

    decided(*floor.said, floor.offered("i1", "ana"))
    hello(session, agent("shop", "ana"), workspace)
    send(session, live.Subscribe(interaction_id="i1"))
    decided(floor.timed_out("i1"))
    assert workspace.deliver("i1", b"a message that is not hers") == []
    decided(floor.offered("i1", "ana", number=2))
    assert send(session, live.Subscribe(interaction_id="i1")) == [Load("i1", -1)]
    assert workspace.has_subscribers("i1")


def test_a_subscription_ends_with_its_interaction_in_the_workspace_too() -> None:
    session, floor, workspace = a_session(), Floor(), Workspace(View("shop"))
    floor.opened("ana")
    for name in ("i1", "i2"):
        floor.arrives(name)
        floor.offered(name, "ana")
        floor.accepted(name)
    for decision in floor.said:
        workspace.apply(decision)
    hello(session, agent("shop", "ana"), workspace)
    send(session, live.Subscribe(interaction_id="i1"))
    workspace.apply(floor.ended("i1"))
    send(session, live.Subscribe(interaction_id="i2"))
    assert session.subscriptions == ("i2",)
    assert not workspace.has_subscribers("i1")


def test_who_asks_twice_is_told_once() -> None:
    session, sink = a_session(), Keeping()
    session.sink = sink
    workspace = a_workspace()
    hello(session, agent("shop", "ana"), workspace)
    for _ in range(2):
        send(session, live.Subscribe(interaction_id="i1"))
    workspace.deliver("i1", b"a message")
    assert sink.written == [b"a message"]


def test_subscriptions_are_limited() -> None:
    session = an_open_session(supervisor("shop"), Limits(subscriptions=1))
    assert send(session, live.Subscribe(interaction_id="i1")) == [Load("i1", -1)]
    [act] = send(session, live.Subscribe(interaction_id="i2"))
    assert isinstance(act, Say)
    assert isinstance(act.frame, live.Error)
    assert act.frame.code is live.ErrorCode.TOO_MANY_SUBSCRIPTIONS
    assert send(session, live.Subscribe(interaction_id="i1")) == [Load("i1", -1)]


def test_a_ping_is_answered_with_its_nonce() -> None:
    assert send(an_open_session(), live.Ping(nonce="x")) == [Say(live.Pong(at_ms=NOW_MS, nonce="x"))]
