"""Callbacks and abandoned places by chance: engine and naive router agree, and planted faults are found."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from schemas import inputs
from schemas.configuration import ChannelSettings
from streams.routing import callbacks, passing, resuming
from streams.routing.breach import BrokenInvariant
from tests.property.test_engine_callbacks import CUSTOMERS, PAUSES_MS, Callbacks
from tests.property.test_engine_company import CONFIGURATION
from tests.property.test_engine_naive import AGENTS, QUEUES
from tests.support.planting import planted

SETTINGS = msgspec.structs.replace(CONFIGURATION.settings, resume_within_ms=9_000)
CHANNELS = CONFIGURATION.channels | {"callback": ChannelSettings(units=30, offer_timeout_ms=4_000, wrap_up_ms=1_000)}
WORKSPACE = msgspec.structs.replace(CONFIGURATION, settings=SETTINGS, channels=CHANNELS)
WHAT = (
    ["arrive"] * 3 + ["call_back"] * 3 + ["promise"] * 2 + ["again"] * 2 + ["answer"] * 3 + ["time"] * 4 + ["rest"] * 4
)


def drive(seed: int, steps: int = 120) -> Any:
    """Let chance drive both; raises when they differ or an invariant breaks."""
    chance = random.Random(seed)
    machine: Any = Callbacks()
    machine.configure(configuration=WORKSPACE)
    for _ in range(steps):
        _act(machine, chance, chance.choice(WHAT), chance.randrange(50))
    machine.teardown()
    return machine


def drive_many(seeds: int) -> None:
    """One drive for each seed."""
    for seed in range(seeds):
        drive(seed)


def _act(machine: Any, chance: random.Random, what: str, pick: int) -> None:
    pause_ms, queue = chance.choice(PAUSES_MS), chance.choice(QUEUES)
    if what == "arrive":
        customer = chance.choice([None, *CUSTOMERS])
        at_ms = pause_ms if chance.random() < 0.3 else None
        machine.arrive_as(customer=customer, queue=queue, channel="phone", pause_ms=at_ms)
    elif what == "call_back":
        agent = chance.choice([None, *AGENTS])
        machine.call_back(back=chance.randrange(4), pause_ms=pause_ms, agent=agent, commanded=chance.random() < 0.5)
    elif what == "promise":
        machine.promise(pick=pick, pause_ms=pause_ms, commanded=True)
    elif what == "again":
        away_ms = chance.choice([0, 3_000, 12_000])
        machine.hang_up_and_call_again(customer=chance.choice(CUSTOMERS), queue=queue, away_ms=away_ms)
    elif what == "answer":
        machine.answer(pick=pick, accepts=chance.random() < 0.7, wrong=False)
    elif what == "time":
        machine.attend(for_ms=chance.randrange(200, 5_000))
    else:
        machine.leave(back=chance.randrange(4))
        machine.become_known(back=chance.randrange(3), customer=chance.choice(CUSTOMERS))
        machine.work(pick=pick, kind=chance.choice([inputs.EndInteraction, inputs.FinishWrapUp]))
        machine.finish_a_part(pick=pick)
        machine.choose_status(agent=chance.choice(AGENTS), status="available", later=False)


@pytest.mark.parametrize("seed", range(4))
def test_both_agree_who_is_called_back_and_who_keeps_a_place(seed: int) -> None:
    assert drive(seed).pair.engine.seq > 100


def _never(*_: Any, **__: Any) -> bool:
    return False


def _nothing(*_: Any, **__: Any) -> None:
    """What a forgetful programmer would have written."""


def _as_soon_as_possible(event: Any, held: Any, real: Any = callbacks.wish) -> Any:
    wanted = real(event, held)
    return None if wanted is None else callbacks.Wish(None, wanted.agent_id)


def _anybody(w: Any, wanted: Any) -> Any:
    return callbacks.Wish(wanted.at_ms)


def _on_its_old_channel(w: Any, interaction: Any, leg: Any, wanted: Any) -> None:
    leg.callback_ms = w.now_ms


def _twice(w: Any, interaction: Any, leg: Any, real: Any = resuming.resume) -> bool:
    places = w.abandoned.copy()
    found = real(w, interaction, leg)
    w.abandoned.update(places)
    return bool(found)


FAULTS: dict[str, tuple[Any, str, Any]] = {
    "hanging up abandons a callback": (callbacks, "is_due_to_customer", _never),
    "who arrives for later is called at once": (callbacks, "wish", _as_soon_as_possible),
    "the agent a customer names is forgotten": (callbacks, "_known_agent", _anybody),
    "a callback stays on its channel": (callbacks, "_mark", _on_its_old_channel),
    "a promise does not move work out of hands": (callbacks, "_promise", lambda _w, _i, leg: leg),
    "who is named has declined for good": (passing, "forget", _nothing),
    "an abandoned place is forgotten": (resuming, "remember", _nothing),
    "an abandoned place is not taken over": (resuming, "resume", _never),
    "an abandoned place is kept for ever": (resuming, "_forget", _nothing),
    "a place is taken over twice": (resuming, "resume", _twice),
}


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    with planted(*FAULTS[fault]), pytest.raises((AssertionError, BrokenInvariant, LookupError, TypeError)):
        drive_many(60)
