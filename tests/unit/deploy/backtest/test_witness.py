from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from deploy.backtest.center import run
from deploy.backtest.people import Outcome
from deploy.backtest.witness import Witness, impatient, is_plain
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    RoutingSettings,
    StepSettings,
)
from schemas.decisions import Decision, LegEnded, OfferMade
from schemas.inputs import InputsTopicEvent
from schemas.vocabulary import LegState
from streams.routing.engine import Engine
from tests.support.recorded_calls import a_caller, a_center, a_shift

CALLS = [a_caller(f"c{n}", n * 11 % 120, 25, patience_s=20 + n, priority=4 + n % 2) for n in range(40)]
SHIFTS = [a_shift("dana"), a_shift("eli", 30, 200)]


class Deaf(Witness):
    """Hears decisions of that kind about one call as `change` makes them; None = does not hear them."""

    def __init__(
        self, configuration: RoutingConfiguration, kind: type[Decision], to: str | None, *, thorough: bool = False
    ) -> None:
        super().__init__(configuration, thorough=thorough)
        self._kind, self._to, self._done = kind, to, False

    def heard(self, engine: Engine, event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        changed = list(decisions)
        for index, decision in enumerate(decisions):
            if isinstance(decision, self._kind) and not self._done and engine.offset > 60:
                self._done = True
                changed[index : index + 1] = self._instead(decision)
        super().heard(engine, event, changed)

    def _instead(self, decision: Decision) -> list[Decision]:
        if self._to is None:
            return []
        if decision.offer is not None:
            offer = msgspec.structs.replace(
                decision.offer, **{self._to: "c0" if self._to == "interaction_id" else "zoe"}
            )
            return [msgspec.structs.replace(decision, offer=offer)]
        return [decision, decision]


def test_an_ordinary_run_keeps_every_promise() -> None:
    center = a_center(["dana", "eli"], wrap_up_ms=5_000)
    witness = Witness(center, thorough=True, look_every=1)
    ran = run(center, CALLS, SHIFTS, witness)
    assert (witness.problems, witness.found, witness.plain) == ([], 0, True)
    assert witness.inputs == ran.inputs
    assert impatient(CALLS, ran.outcomes) == []


@pytest.mark.parametrize(
    ("kind", "to", "said"),
    [
        (OfferMade, None, "is free while"),
        (OfferMade, "interaction_id", "is offered and does not wait"),
        (OfferMade, "agent_id", "zoe gets"),
        (LegEnded, None, "was due"),
        (LegEnded, "twice", "ends twice"),
    ],
)
def test_what_was_decided_otherwise_is_found(kind: type[Decision], to: str | None, said: str) -> None:
    center = a_center(["dana", "eli"], wrap_up_ms=5_000)
    witness = Deaf(center, kind, to)
    run(center, CALLS, SHIFTS, witness)
    assert witness.found > 0
    assert any(said in problem for problem in witness.problems), witness.problems


def test_the_checker_of_all_rules_speaks_once() -> None:
    center = a_center(["dana", "eli"], wrap_up_ms=5_000)
    alone, together = Deaf(center, LegEnded, None), Deaf(center, LegEnded, None, thorough=True)
    run(center, CALLS, SHIFTS, alone)
    run(center, CALLS, SHIFTS, together)
    assert together.found == alone.found + 1
    assert any("dense_seq" in problem for problem in together.problems)


def test_a_call_taken_before_one_that_waited_longer_is_found() -> None:
    center = a_center(wrap_up_ms=0)
    other_rules = msgspec.structs.replace(center, settings=RoutingSettings(priority_step_ms=1))
    witness = Witness(other_rules)
    run(center, [a_caller("a", 0, 60), a_caller("b", 10), a_caller("c", 20, priority=4)], [a_shift()], witness)
    assert witness.problems == ["at input 6: dana gets c before b"]


def test_waiting_longer_or_giving_up_earlier_than_one_was_ready_to_is_found() -> None:
    callers = [a_caller("a", 0, patience_s=10), a_caller("b", 0, patience_s=10), a_caller("c", 0)]
    outcomes = {
        "a": Outcome(state=LegState.CONNECTED, waited_ms=11_000, agent_id="dana"),
        "b": Outcome(state=LegState.ABANDONED, waited_ms=9_000),
        "c": Outcome(),
    }
    assert impatient(callers, outcomes) == [
        "a waited 11000 ms, ready to wait 10000",
        "b gave up after 9000 ms, ready to wait 10000",
    ]


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({}, True),
        ({"settings": RoutingSettings(rank_first=True)}, False),
        ({"queues": {"regular": QueueSettings(steps=(StepSettings(max_rank=1),))}}, False),
        ({"queues": {"regular": QueueSettings(max_waiting=5)}}, False),
        ({"queues": {"regular": QueueSettings(), "sales": QueueSettings(class_=1)}}, False),
        ({"agents": {"dana": AgentSettings(capacity=200)}}, False),
        ({"channels": {"phone": ChannelSettings(wrap_up_holds_units=False)}}, False),
    ],
)
def test_order_is_looked_at_where_first_come_first_served_is_all_of_the_policy(
    changes: dict[str, object], plain: bool
) -> None:
    assert is_plain(msgspec.structs.replace(a_center(), **changes)) is plain
