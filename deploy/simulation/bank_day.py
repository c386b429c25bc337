"""A day of the bank's log as a plan: its calls, their patience and service times, and the agents who were there. Pure.

A call asks for an agent when it leaves the VRU; its type is its queue, high priority is worth 90 s of waiting. Who hung
up has the patience that was recorded, who was answered at least the recorded wait and beyond it what the day's others
show. A call whose service time the log does not have (it hung up there) gets one of its type.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from deploy.simulation.bank_log import BankCall
from deploy.simulation.bank_times import DAY_S
from deploy.simulation.contacts import Contact
from deploy.simulation.draws import one_of, share
from deploy.simulation.patience import Seen, Survival, survival
from deploy.simulation.plan import Arrival, Plan, Shift
from schemas.ids import interaction_id

WORKSPACE: Final = "bank"
ADAPTER: Final = "bank_vru"
CHANNEL: Final = "phone"
QUEUES: Final[dict[str, str]] = {
    "PS": "regular",
    "PE": "regular_english",
    "IN": "internet_support",
    "NE": "stock_trading",
    "NW": "new_customers",
    "TT": "returned_calls",
}
"""The queue of each type of call."""
OTHER_QUEUE: Final = "regular"
HIGH: Final = 2
URGENT: Final = 4
"""One step of priority before neutral: 90 s of waiting in the bank's document."""
NEUTRAL: Final = 5
QUIET_S: Final = 1_800
"""Where nobody calls for longer, the rest of the silence is left out."""


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """How a day is run: `from_s` to `to_s` of it; `run` is part of the contacts' ids."""

    speed: float
    seed: str
    run: str
    from_s: int = 0
    to_s: int = DAY_S


class DayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """The plan, the call behind each contact, and how many seconds of silence were left out."""

    plan: Plan
    calls: dict[str, BankCall]
    silence_s: int


class Compression:
    """Seconds of the bank's day to milliseconds of real time since the start, long silences cut."""

    def __init__(self, asked_s: Sequence[int], speed: float) -> None:
        self._speed = speed
        self._zero_s = asked_s[0] if asked_s else 0
        self._cuts = [
            (before + QUIET_S // 2, after - QUIET_S // 2)
            for before, after in pairwise(asked_s)
            if after - before > QUIET_S
        ]

    @property
    def silence_s(self) -> int:
        """How much was left out."""
        return sum(end - begin for begin, end in self._cuts)

    def ms(self, second: float) -> int:
        """When that second of the day is; what lies before the first call counts as its beginning."""
        passed = second - self._zero_s - sum(max(0.0, min(second, end) - begin) for begin, end in self._cuts)
        return max(0, round(passed * 1000 / self._speed))


def plan_of(calls: Iterable[BankCall], replay: Replay) -> DayPlan:
    """The plan of the calls that asked for an agent within the window. Raises ValueError when there is none."""
    day = tuple(calls)
    asked = [call for call in day if call.asked and replay.from_s <= call.asked_s < replay.to_s]
    if not asked:
        raise ValueError("no call asked for an agent on that day, at that time")
    times = Compression([call.asked_s for call in asked], replay.speed)
    draws = _Draws(day, replay.seed)
    arrivals = tuple(Arrival(times.ms(call.asked_s), _contact(call, replay, draws)) for call in asked)
    return DayPlan(
        plan=Plan(arrivals=arrivals, shifts=shifts_of(day, replay, times)),
        calls={arrival.contact.interaction_id: call for arrival, call in zip(arrivals, asked, strict=True)},
        silence_s=times.silence_s,
    )


def shifts_of(calls: Iterable[BankCall], replay: Replay, times: Compression) -> tuple[Shift, ...]:
    """Each agent from the first to the last call of the day, as far as it is in the window. The last one to leave stays
    until all is done, as do those who are there when the window ends.
    """
    periods: defaultdict[str, list[int]] = defaultdict(list)
    for call in calls:
        if call.agent is not None and call.begun_s is not None:
            periods[agent_id(call.agent)] += [call.begun_s, call.begun_s + call.service_s]
    present = {
        agent: (min(moments), max(moments))
        for agent, moments in periods.items()
        if max(moments) > replay.from_s and min(moments) < replay.to_s
    }
    stays_s = min(replay.to_s, max((end for _, end in present.values()), default=0))
    return tuple(
        Shift(agent, times.ms(begin), None if end >= stays_s else times.ms(end))
        for agent, (begin, end) in sorted(present.items())
    )


def agent_id(name: str) -> str:
    """An agent's id for a name of the log."""
    return name.lower().replace(" ", "_")


def queue_of(call: BankCall) -> str:
    """Where a call waits."""
    return QUEUES.get(call.type, OTHER_QUEUE)


def staffed(document: dict[str, Any], agents: Iterable[str]) -> dict[str, Any]:
    """The document with those agents besides its own, each for all queues: the bank had one pool in January."""
    queues = dict.fromkeys(document["queues"], 1)
    added = {agent: {"team": "pool", "queues": queues} for agent in agents}
    return {**document, "agents": {**added, **document.get("agents", {})}}


class _Draws:
    """What the log does not have, drawn from what it has."""

    def __init__(self, day: Sequence[BankCall], seed: str) -> None:
        self._seed = seed
        asked = [call for call in day if call.asked]
        self._survival: Survival = survival(Seen(call.waited_s, not call.answered) for call in asked)
        self._services: defaultdict[str, list[int]] = defaultdict(list)
        for call in asked:
            if call.begun_s is not None:
                bisect.insort(self._services[call.type], call.service_s)
        self._all = sorted(length for lengths in self._services.values() for length in lengths)

    def patience_s(self, call: BankCall) -> int | None:
        """None = as long as it takes."""
        if not call.answered:
            return call.waited_s
        return self._survival.draw(call.waited_s, share(self._seed, "patience", call.call_id))

    def service_s(self, call: BankCall) -> int:
        """As recorded, else one of its type, else any."""
        if call.begun_s is not None:
            return call.service_s
        lengths = self._services[call.type] or self._all
        return one_of(lengths, self._seed, "service", call.call_id) if lengths else 0


def _contact(call: BankCall, replay: Replay, draws: _Draws) -> Contact:
    external_id = f"{replay.run}-{call.call_id}"
    patience_s = draws.patience_s(call)
    data: dict[str, Any] = {
        "channel": CHANNEL,
        "external_id": external_id,
        "queue": queue_of(call),
        "priority": URGENT if call.priority == HIGH else NEUTRAL,
        "contact_points": [{"kind": "card", "value": call.customer_id}] if call.customer_id is not None else [],
    }
    return Contact(
        number=0,
        channel=CHANNEL,
        adapter=ADAPTER,
        interaction_id=interaction_id(WORKSPACE, ADAPTER, external_id),
        data=data,
        leaves_after_ms=None if patience_s is None else round(patience_s * 1000 / replay.speed),
        talk_ms=round(draws.service_s(call) * 1000 / replay.speed),
    )
