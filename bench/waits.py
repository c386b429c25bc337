"""What waiting customers are told beside what then happened: a center in virtual time on the pure engine. Pure.

Every contact that has to wait is told an estimate on arrival and, so that those in the middle of a wait count too, once
more when half of its place in line is gone. Some of them, drawn at random, never give up: only they are counted, as those
who hang up would have waited longer than those who do not.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import msgspec

from bench.peers.handling_time import HandlingTime
from deploy.backtest.center import run
from deploy.backtest.people import Caller, Shift
from deploy.backtest.policy import offered_at_once
from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration
from schemas.decisions import Decision
from schemas.estimate import QueueOrders
from schemas.inputs import InputsTopicEvent
from schemas.values import LegValue
from schemas.view import View
from schemas.vocabulary import LegState
from streams.routing.engine import Engine

QUEUE: Final = "service"
ELSEWHERE: Final = "sales"
BEGINS_MS: Final = 1_700_000_000_000
HOUR_MS: Final = 3_600_000
WARM_UP_MS: Final = HOUR_MS // 2
PATIENT_SHARE: Final = 0.25


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A day at one queue. `per_hour`: contacts; `service_s` and its `regularity` (the shape of a gamma distribution, 1 =
    exponential); `patience_s`: mean, exponential; None = nobody gives up. `staff`: from which hour on how many serve.
    `urgent`: the share that comes with three steps of priority. `elsewhere_per_hour`: contacts of another queue that the
    same agents serve.
    """

    name: str
    hours: int
    per_hour: float
    service_s: float
    staff: Sequence[tuple[float, int]]
    regularity: float = 1.0
    patience_s: float | None = None
    urgent: float = 0.0
    elsewhere_per_hour: float = 0.0


SITUATIONS: Final = (
    Situation(name="steady load, 95 %", hours=12, per_hour=190, service_s=180, staff=[(0, 10)]),
    Situation(name="steady, regular calls", hours=12, per_hour=190, service_s=180, regularity=4, staff=[(0, 10)]),
    Situation(name="overload", hours=6, per_hour=260, service_s=180, patience_s=600, staff=[(0, 10)]),
    Situation(
        name="changing staff",
        hours=8,
        per_hour=220,
        service_s=180,
        patience_s=900,
        staff=[(0, 12), (2, 8), (3.5, 14), (5, 9), (6.5, 13)],
    ),
    Situation(
        name="urgent ones go first", hours=8, per_hour=230, service_s=180, patience_s=600, urgent=0.1, staff=[(0, 11)]
    ),
    Situation(
        name="agents of two queues",
        hours=8,
        per_hour=110,
        elsewhere_per_hour=110,
        service_s=180,
        patience_s=900,
        staff=[(0, 10)],
    ),
)


class Told(msgspec.Struct):
    """One estimate and what then happened; `low_ms` None = the method states no range."""

    expected_ms: int
    low_ms: int | None
    high_ms: int | None
    waited_ms: int


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """How good the estimates were. `told` of `asked` got one; errors are those of the expected wait, as shares of the
    mean wait: `bias` with its sign, `error` without; `within`: the share of waits inside the stated range.
    """

    asked: int
    told: int
    mean_wait_s: float
    bias: float
    error: float
    within: float | None


class _Listener:
    """Asks on every arrival that waits, and once more later on."""

    def __init__(self, patient: frozenset[str]) -> None:
        self._patient = patient
        self._view = View("backtest")
        self._orders = QueueOrders(BEGINS_MS)
        self._peer = HandlingTime()
        self._open: dict[str, list[tuple[Told, bool]]] = {}
        self._halves: dict[str, int] = {}
        self.ours: list[Told] = []
        self.peer: list[Told] = []
        self.asked = 0

    def heard(self, engine: Engine, _event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        arrived: list[LegValue] = []
        for decision in decisions:
            touches = self._view.apply(decision)
            self._orders.heard(touches, decision.at_ms)
            self._peer.heard(decision)
            leg = decision.leg
            if leg is None or leg.interaction_id not in self._patient:
                continue
            if leg.state is LegState.CONNECTED:
                self._answered(leg, decision.at_ms)
            elif leg.state is LegState.QUEUED:
                arrived.append(leg)
        now_ms = engine.now_ms
        for leg in arrived:
            if leg.interaction_id not in self._open and self._orders.position(leg.leg_id) is not None:
                self._halves[leg.leg_id] = (self._orders.position(leg.leg_id) or 0) // 2
                self._ask(leg.interaction_id, leg.leg_id, now_ms)
        for leg_id, half in list(self._halves.items()):
            position = self._orders.position(leg_id)
            if position is None or position <= half:
                del self._halves[leg_id]
                if position is not None:
                    self._ask(leg_id.rpartition(".")[0], leg_id, now_ms)

    def finish(self, _engine: Engine) -> None:
        return

    def _ask(self, interaction_id: str, leg_id: str, now_ms: int) -> None:
        waits = self._open.setdefault(interaction_id, [])
        if now_ms < BEGINS_MS + WARM_UP_MS:
            return
        self.asked += 1
        standing = self._orders.standing(leg_id, now_ms)
        if standing.position is None or standing.estimate is None:
            return
        one = standing.estimate
        waits.append((Told(one.expected_ms, one.low_ms, one.high_ms, now_ms), True))
        waits.append((Told(self._peer.expected_ms(standing.position), None, None, now_ms), False))

    def _answered(self, leg: LegValue, at_ms: int) -> None:
        for told, is_ours in self._open.pop(leg.interaction_id, ()):
            told.waited_ms = at_ms - told.waited_ms
            (self.ours if is_ours else self.peer).append(told)


def calibrate(situation: Situation, seed: int) -> tuple[Calibration, Calibration]:
    """Ours, and the peer's: place x mean handling time / agents."""
    draw = random.Random(f"{situation.name}/{seed}")
    callers = list(_callers(situation, draw))
    patient = frozenset(one.call_id for one in callers if one.patience_ms is None and one.queue == QUEUE)
    listener = _Listener(patient)
    run(_configuration(situation), callers, _shifts(situation), listener)
    return _summed(listener.ours, listener.asked), _summed(listener.peer, listener.asked)


def _summed(told: Sequence[Told], asked: int) -> Calibration:
    total_ms = sum(one.waited_ms for one in told)
    ranged = [one for one in told if one.low_ms is not None and one.high_ms is not None]
    within = sum((one.low_ms or 0) <= one.waited_ms <= (one.high_ms or 0) for one in ranged)
    return Calibration(
        asked=asked,
        told=len(told),
        mean_wait_s=total_ms / len(told) / 1000,
        bias=sum(one.expected_ms - one.waited_ms for one in told) / total_ms,
        error=sum(abs(one.expected_ms - one.waited_ms) for one in told) / total_ms,
        within=within / len(ranged) if ranged else None,
    )


def _callers(situation: Situation, draw: random.Random) -> list[Caller]:
    callers: list[Caller] = []
    at_ms: float = BEGINS_MS
    ends_ms = BEGINS_MS + situation.hours * HOUR_MS
    per_hour = situation.per_hour + situation.elsewhere_per_hour
    share = situation.per_hour / per_hour
    while True:
        at_ms += draw.expovariate(per_hour / HOUR_MS)
        if at_ms >= ends_ms:
            return callers
        service_ms = draw.gammavariate(situation.regularity, situation.service_s * 1000 / situation.regularity)
        patience_ms = None
        if situation.patience_s is not None and draw.random() >= PATIENT_SHARE:
            patience_ms = int(draw.expovariate(1 / situation.patience_s) * 1000)
        callers.append(
            Caller(
                call_id=f"c{len(callers)}",
                at_ms=int(at_ms),
                service_ms=max(1, int(service_ms)),
                patience_ms=patience_ms,
                queue=QUEUE if draw.random() < share else ELSEWHERE,
                priority=2 if draw.random() < situation.urgent else 5,
            )
        )


def _shifts(situation: Situation) -> list[Shift]:
    """The first agents stay; whoever is above the number of an hour leaves then."""
    ends_ms = BEGINS_MS + situation.hours * HOUR_MS
    changes = [(BEGINS_MS + int(hour * HOUR_MS), count) for hour, count in situation.staff]
    spans = [
        (at_ms, until_ms, count)
        for (at_ms, count), until_ms in zip(changes, [one[0] for one in changes[1:]] + [ends_ms], strict=True)
    ]
    shifts: list[Shift] = []
    for number in range(max(count for _, count in changes)):
        began: int | None = None
        for at_ms, _, count in spans:
            if number < count:
                began = at_ms if began is None else began
            elif began is not None:
                shifts.append(Shift(f"a{number:02}", began, at_ms))
                began = None
        if began is not None:
            shifts.append(Shift(f"a{number:02}", began, None))
    return shifts


def _configuration(situation: Situation) -> RoutingConfiguration:
    count = max(count for _, count in situation.staff)
    return offered_at_once(
        RoutingConfiguration(
            queues={QUEUE: QueueSettings(), ELSEWHERE: QueueSettings()},
            agents={f"a{number:02}": AgentSettings(queues={QUEUE: 1, ELSEWHERE: 1}) for number in range(count)},
        ),
        after_call_ms=0,
    )
