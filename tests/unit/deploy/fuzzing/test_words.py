from __future__ import annotations

import random

from deploy.fuzzing.words import Words
from schemas.configuration import QueueSettings, RoutingConfiguration
from schemas.inputs import SetStatus, TimeAdvanced
from schemas.vocabulary import LegState
from streams.routing.engine import Engine
from tests.support.engine_driver import Driver, a_connected_call


def words(seed: int = 1, driver: Driver | None = None) -> Words:
    return Words(random.Random(seed), driver.engine if driver is not None else Engine("fuzz"))


def test_commands_have_ids_of_their_own() -> None:
    said = words()
    commands = [said._command(SetStatus, agent_id="ana", status="available") for _ in range(3)]
    assert len({command.command_id for command in commands}) == 3


def test_only_the_newest_words_are_repeated() -> None:
    said = words()
    for number in range(50):
        said._note(SetStatus(workspace="fuzz", command_id=str(number), agent_id="ana", status="available"))
        said._note(TimeAdvanced(workspace="fuzz"))
    assert len(said.said) == 20
    assert all(isinstance(event, SetStatus) for event in said.said)


def test_sources_never_go_back_and_repeat_at_times() -> None:
    said = words()
    marks = [source.offset for _ in range(300) if (source := said._source("identity")) is not None]
    assert marks == sorted(marks)
    assert 0 < len(marks) - len(set(marks)) < 40


def test_a_configuration_is_published_as_a_patch_in_parts() -> None:
    for seed in range(9):
        driver = Driver()
        said = words(seed, driver)
        for wanted in (RoutingConfiguration(queues={"sales": QueueSettings()}), RoutingConfiguration()):
            for event in said._configure(wanted):
                driver.feed(event)
            assert driver.world.policy.configuration == wanted


def test_legs_are_picked_by_their_state() -> None:
    said = words(driver=a_connected_call("ana"))
    found = said._leg(LegState.CONNECTED)
    assert found is not None
    assert found[1].agent_id == "ana"
    assert said._leg(LegState.QUEUED) is None
    assert said._contact().startswith("c")
