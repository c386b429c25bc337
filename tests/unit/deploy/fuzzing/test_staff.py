from __future__ import annotations

import random
from collections.abc import Callable

from deploy.fuzzing.staff import WORK, Staff
from deploy.fuzzing.words import Inputs
from schemas.inputs import AgentSessionOpened, JoinInteraction, LegCommand, StartConsult
from streams.routing.engine import Engine
from streams.routing.legs import IN_HAND
from tests.support.engine_driver import Driver, a_connected_call


def done(driver: Driver, deed: Callable[[Staff], Inputs], seeds: int = 40) -> set[type]:
    """The kinds of inputs that a deed gives under different chances."""
    return {type(event) for seed in range(seeds) for event in deed(Staff(random.Random(seed), driver.engine))}


def test_nobody_can_do_anything_before_there_is_anybody() -> None:
    staff = Staff(random.Random(1), Engine("fuzz"))
    assert list(staff.answer()) == list(staff.together()) == []


def test_whoever_has_a_call_consults_or_is_joined() -> None:
    wanted: set[type] = {StartConsult, JoinInteraction}
    assert done(a_connected_call("ana", "bo"), Staff.together) == wanted


def test_every_kind_of_work_is_done() -> None:
    assert done(a_connected_call("ana"), Staff.work, 200) == set(WORK)
    assert all(states and set(states) <= IN_HAND for _, states in WORK.values())


def test_who_is_not_there_signs_in() -> None:
    driver = a_connected_call("ana", "bo")
    driver.session("bo", opened=False)
    opened = [
        event.agent_id
        for seed in range(30)
        for event in Staff(random.Random(seed), driver.engine).session()
        if isinstance(event, AgentSessionOpened)
    ]
    assert set(opened) == {"bo"}


def test_what_is_handed_over_is_somebodys_leg() -> None:
    assert all(issubclass(kind, LegCommand) for kind in done(a_connected_call("ana", "bo"), Staff.hand_over))
