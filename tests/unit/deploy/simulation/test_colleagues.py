from __future__ import annotations

import pytest

from deploy.console.client import AgentClient
from deploy.simulation.colleagues import Colleagues
from deploy.simulation.turns import Course, Turn
from runtime.clock import ManualClock
from schemas import live, supervision
from schemas.values import LegValue
from schemas.vocabulary import ConsultEnd, LegKind, LegState, Refusal
from tests.unit.deploy.simulation.test_record import delta, leg

OWN = leg("i_1.1", LegState.CONNECTED)


async def nobody() -> str:
    raise AssertionError("no connection is made")


class Scripted(AgentClient):
    """Answers each wish with the next outcome; `shows` comes with the first answer."""

    def __init__(self, *outcomes: live.Outcome, shows: tuple[LegValue, ...] = ()) -> None:
        super().__init__("ws://nowhere", nobody, clock=ManualClock())
        self.wishes: list[live.AnyDo | supervision.AnyAct] = []
        self._outcomes = list(outcomes)
        self._shows = shows
        self.mirror.take(live.Snapshot(epoch=1, seq=1, at_ms=0, cursor="c", legs=(OWN,)))

    async def do(self, wish: live.AnyDo | supervision.AnyAct, *, within_s: float = 30.0) -> live.Result:
        assert within_s > 0
        self.wishes.append(wish)
        if self.mirror.seq == 1:
            self.mirror.take(delta(1, 2, *self._shows))
        outcome = self._outcomes.pop(0)
        reason = Refusal.WRONG_STATE if outcome is live.Outcome.REFUSED else None
        return live.Result(command_id="k", outcome=outcome, at_ms=0, reason=reason, seq=2)


async def turned(client: Scripted, course: Course) -> list[live.AnyDo | supervision.AnyAct]:
    await Colleagues(client, ManualClock()).turn(OWN, course, 0)
    return client.wishes


CONSULTS = Course(turn=Turn.CONSULTS, to_queue="orders", how=ConsultEnd.JOIN)
ASKS = live.StartConsult(leg_id="i_1.1", to_queue="orders")


async def test_a_colleague_who_comes_is_spoken_with_and_the_consult_is_finished_as_planned() -> None:
    there = leg("i_1.2", LegState.CONNECTED, "bo", kind=LegKind.CONSULT)
    client = Scripted(live.Outcome.APPLIED, live.Outcome.APPLIED, shows=(there,))
    assert await turned(client, CONSULTS) == [ASKS, live.FinishConsult(leg_id="i_1.1", how=ConsultEnd.JOIN)]


async def test_a_consult_that_nobody_takes_is_taken_back() -> None:
    client = Scripted(live.Outcome.APPLIED, live.Outcome.REFUSED)
    assert await turned(client, CONSULTS) == [ASKS, live.FinishConsult(leg_id="i_1.1", how=ConsultEnd.CANCEL)]


async def test_what_is_refused_ends_the_matter() -> None:
    assert await turned(Scripted(live.Outcome.REFUSED), CONSULTS) == [ASKS]


@pytest.mark.parametrize(
    ("course", "wish"),
    [
        (Course(turn=Turn.TRANSFERS, to_queue="orders"), live.Transfer(leg_id="i_1.1", to_queue="orders")),
        (
            Course(turn=Turn.PROMISES, in_ms=2_000),
            live.RequestCallback(interaction_id="i_1", at_ms=ManualClock().now_ms() + 2_000, agent_id="ana"),
        ),
    ],
)
async def test_a_transfer_and_a_promise_are_one_wish(course: Course, wish: live.AnyDo) -> None:
    assert await turned(Scripted(live.Outcome.APPLIED), course) == [wish]


async def test_who_stays_asks_for_nothing() -> None:
    assert await turned(Scripted(), Course()) == []
