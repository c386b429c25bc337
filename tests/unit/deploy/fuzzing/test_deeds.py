from __future__ import annotations

import random
import typing

from deploy.fuzzing.deeds import DEEDS, Author
from schemas.inputs import ConfigurationPublished, InputsTopicEvent, TimeAdvanced
from streams.routing.engine import Engine


def written(seed: int, deeds: int) -> tuple[Author, list[InputsTopicEvent]]:
    engine = Engine.of_log("fuzz")
    author = Author(random.Random(seed), engine)
    log: list[InputsTopicEvent] = []

    def feed(events: typing.Iterable[InputsTopicEvent]) -> None:
        for event in events:
            engine.apply(event, offset=len(log), stamp_ms=author.now_ms)
            log.append(event)

    feed(author.begin())
    for _ in range(deeds):
        feed(author.act())
    return author, log


def test_every_kind_of_input_is_written() -> None:
    kinds = {type(event) for seed in range(6) for event in written(seed, 700)[1]}
    assert kinds == set(typing.get_args(InputsTopicEvent))


def test_the_same_chance_writes_the_same_log() -> None:
    assert written(3, 100)[1] == written(3, 100)[1]


def test_a_log_begins_with_a_company_whose_agents_sign_in() -> None:
    author, log = written(1, 0)
    assert any(isinstance(event, ConfigurationPublished) for event in log)
    assert author.engine.world.policy.version == 1
    assert any(agent.sessions for agent in author.engine.world.agents.values())


def test_time_stands_still_at_times() -> None:
    author, log = written(2, 500)
    clocks = author.engine.world.clocks
    assert sum(isinstance(event, TimeAdvanced) for event in log) > 50
    assert 0 < clocks.attended_ms < clocks.now_ms - 1_800_000_000_000


def test_there_are_deeds_of_every_sort() -> None:
    assert len(DEEDS) >= 15
