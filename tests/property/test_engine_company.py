"""Consults, conferences and joined supervisors by chance: engine and naive router agree, and planted faults are found."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingConfiguration, RoutingSettings
from schemas.decisions import LegEnded, LegJoined, OfferRejected, OfferTimedOut
from schemas.vocabulary import ConsultEnd, EndReason, Fault, JoinMode, LegKind
from streams.routing import conference, endings, matching, opening, partaking, passing
from streams.routing.breach import BrokenInvariant
from streams.routing.model import Interaction, Leg
from tests.property.test_engine_naive import AGENTS, QUEUES, Routing
from tests.support.planting import planted

CONFIGURATION = RoutingConfiguration(
    settings=RoutingSettings(
        reoffer_after_ms=6_000, reoffer_pause_ms=2_000, reconnect_grace_ms=2_000, connect_timeout_ms=3_000
    ),
    channels={
        "phone": ChannelSettings(units=50, offer_timeout_ms=5_000, wrap_up_ms=2_000, hold_frees_units=True),
        "web_chat": ChannelSettings(units=25, offer_timeout_ms=3_000, wrap_up_ms=0, requeue_on_disconnect=True),
    },
    queues={"service": QueueSettings(), "sales": QueueSettings(class_=1, expire_after_ms=20_000)},
    agents={
        "ana": AgentSettings(queues={"service": 1, "sales": 2}, max={"phone": 1, "web_chat": 1}),
        "bo": AgentSettings(queues={"service": 2, "sales": 1}, max={"phone": 1, "web_chat": 1}, wrap_up_ms=0),
        "cy": AgentSettings(queues={"service": 1}, max={"phone": 2, "web_chat": 1}, capacity=150),
    },
)
WHAT = (
    ["consult"] * 4
    + ["finish"] * 3
    + ["answer"] * 8
    + ["join"] * 2
    + ["arrive"] * 2
    + ["work", "time", "time", "adapter", "rest"]
)


def drive(seed: int, steps: int = 200) -> Any:
    """Let chance drive both; raises when they differ or an invariant breaks."""
    chance = random.Random(seed)
    machine: Any = Routing()
    machine.configure(configuration=CONFIGURATION)
    for _ in range(steps):
        _act(machine, chance, chance.choice(WHAT), chance.randrange(50))
    machine.teardown()
    return machine


def drive_many(seeds: int) -> None:
    """One drive for each seed."""
    for seed in range(seeds):
        drive(seed)


def _act(machine: Any, chance: random.Random, what: str, pick: int) -> None:
    if what == "consult":
        machine.consult(pick=pick, to=chance.choice([*AGENTS, *QUEUES]))
    elif what == "finish":
        machine.finish_consult_or_leave(pick=pick, how=chance.choice([*ConsultEnd, ConsultEnd.JOIN, None]))
    elif what == "answer":
        machine.attend(for_ms=chance.randrange(1, 100))
        machine.answer(pick=pick, accepts=chance.random() < 0.8, wrong=False)
        machine.adapter_says(pick=pick, outcome="connected")
    elif what == "join":
        machine.join(agent=chance.choice(AGENTS), pick=pick, mode=chance.choice(list(JoinMode)))
    elif what == "arrive" and len(machine.pair.engine.world.interactions) < 3:
        said: dict[str, Any] = {"priority": 5, "tier": None, "require": {}, "preferred": chance.choice([None, "bo"])}
        channel = chance.choice(["phone", "web_chat"])
        confirms = chance.random() < 0.3
        machine.arrive(queue=chance.choice(QUEUES), channel=channel, confirms=confirms, again=False, **said)
    elif what == "work":
        kinds = [inputs.EndInteraction, inputs.HoldInteraction, inputs.ResumeInteraction, inputs.FinishWrapUp]
        machine.work(pick=pick, kind=chance.choice(kinds))
    elif what == "adapter":
        outcome = chance.choice(["ended", Fault.AGENT, Fault.CHANNEL])
        machine.adapter_says(pick=pick, outcome=outcome, late=chance.random() < 0.5)
    elif what == "time":
        machine.attend(for_ms=chance.randrange(200, 5_000))
    elif what == "rest":
        _rest(machine, chance)


def _rest(machine: Any, chance: random.Random) -> None:
    agent = chance.choice(AGENTS)
    if chance.random() < 0.5:
        machine.login(agent=agent, status=None)
        machine.choose_status(agent=agent, status="available", later=False)
    elif chance.random() < 0.5:
        chance.choice([machine.disconnect, machine.log_out])(agent=agent)
        machine.login(agent=chance.choice(AGENTS), status=None)
    else:
        machine.leave(back=chance.randrange(4))
        machine.restart()


@pytest.mark.parametrize("seed", range(6))
def test_both_agree_whoever_is_consulted_joined_and_lost(seed: int) -> None:
    machine = drive(seed)
    assert machine.pair.engine.seq > 100


def test_chance_meets_every_way_in_which_a_companion_ends() -> None:
    found: Counter[str] = Counter()
    for seed in range(12):
        for one in drive(seed).pair.decisions:
            if isinstance(one, LegEnded | OfferRejected | OfferTimedOut | LegJoined) and one.leg is not None:
                ends = one.leg.kind is not LegKind.MAIN or one.leg.reason is not EndReason.AGENT_ENDED
                found[str(one.leg.reason)] += ends
    expected = {
        EndReason.TOOK_OVER, EndReason.CONSULT_COMPLETED, EndReason.CONSULT_CANCELLED, EndReason.LEFT_CONFERENCE,
        EndReason.REJECTED, EndReason.MISSED, EndReason.AGENT_LOST, EndReason.CUSTOMER_LEFT, EndReason.CHANNEL_FAILED,
        EndReason.CHANNEL_ENDED,
    }  # fmt: skip
    assert expected <= {EndReason(reason) for reason in found if reason != "None"}


def _nobody(*_: Any) -> list[Leg]:
    return []


def _nothing(*_: Any, **__: Any) -> None:
    """What a forgetful programmer would have written."""


def _youngest_first(interaction: Interaction, real: Any = partaking.participants) -> list[Leg]:
    return list(reversed(real(interaction)))


def _no_wrap_up(w: Any, interaction: Any, leg: Any, reason: Any, real: Any = endings.end_part, **_: Any) -> None:
    real(w, interaction, leg, reason, wraps_up=leg.kind is LegKind.MAIN)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "a consult comes back to who asks": (passing, "present", lambda *_: ()),
    "who asked is not looked at again": (partaking, "look_again", _nothing),
    "nobody inherits a conference": (partaking, "participants", _nobody),
    "the youngest inherits a conference": (partaking, "participants", _youngest_first),
    "companions stay when the owner goes": (conference, "dissolve", _nothing),
    "consulted agents have no wrap-up": (endings, "end_part", _no_wrap_up),
    "a contact that goes on loses its place": (opening, "in_place", _nothing),
    "a waiting consult is not matched": (matching, "stand_in_lane", _nothing),
    "a new owner's line is not known": (Interaction, "line", Interaction.leg),
}


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    with planted(*FAULTS[fault]), pytest.raises((AssertionError, BrokenInvariant, LookupError, ValueError)):
        drive_many(250)
