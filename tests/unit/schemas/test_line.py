from __future__ import annotations

import random

import msgspec

from schemas.line import Line, waits
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState


def a_leg(name: str, arrived_ms: int, since_ms: int, state: LegState = LegState.QUEUED, waited_ms: int = 0) -> LegValue:
    return LegValue(
        leg_id=name,
        interaction_id=name,
        number=1,
        kind=LegKind.MAIN,
        state=state,
        since_ms=since_ms,
        queue="orders",
        arrived_ms=arrived_ms,
        waited_ms=waited_ms,
    )


def test_queued_and_offered_legs_stand_in_line_and_others_do_not() -> None:
    leg = a_leg("a", 1, 1)
    assert waits(leg)
    assert waits(msgspec.structs.replace(leg, state=LegState.OFFERED))
    assert not waits(msgspec.structs.replace(leg, state=LegState.CONNECTED))
    assert not waits(msgspec.structs.replace(leg, queue=None))


def test_an_empty_line_has_no_oldest() -> None:
    line = Line()
    line.put(a_leg("a", 5, 7))
    line.remove("a")
    assert (line.queued, line.offered) == (0, 0)
    assert line.oldest_arrived_ms() is None
    assert line.oldest_waiting_since_ms() is None


def test_the_wait_in_the_queue_goes_on_from_what_was_waited_before() -> None:
    line = Line()
    line.put(a_leg("a", 5, since_ms=900, waited_ms=300))
    assert line.oldest_arrived_ms() == 5
    assert line.oldest_waiting_since_ms() == 600


def test_the_figures_are_those_of_looking_at_every_leg_whatever_happens() -> None:
    chance = random.Random(7)
    line, legs = Line(), dict[str, LegValue]()
    for step in range(3_000):
        name = f"i{chance.randrange(40)}"
        if chance.random() < 0.4:
            line.remove(name)
            legs.pop(name, None)
        else:
            state = chance.choice((LegState.QUEUED, LegState.OFFERED))
            legs[name] = a_leg(name, chance.randrange(step + 1), step, state, chance.randrange(5))
            line.put(legs[name])
        assert line.queued == sum(leg.state is LegState.QUEUED for leg in legs.values())
        assert line.offered == sum(leg.state is LegState.OFFERED for leg in legs.values())
        assert line.oldest_arrived_ms() == min((leg.arrived_ms for leg in legs.values()), default=None)
        oldest = min((leg.since_ms - leg.waited_ms for leg in legs.values()), default=None)
        assert line.oldest_waiting_since_ms() == oldest


def test_a_leg_may_stand_by_its_moments_alone() -> None:
    line = Line()
    line.stand("a.1", 10, 30, offered=False)
    line.stand("b.1", 20, 25, offered=True)
    assert (line.queued, line.offered) == (1, 1)
    assert (line.oldest_arrived_ms(), line.oldest_waiting_since_ms()) == (10, 25)
