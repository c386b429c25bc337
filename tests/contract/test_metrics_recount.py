"""Counting again agrees with what the stage told, and sees whatever differs by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from deploy.metrics_recount import NothingTold, Recounted, counts_of, recount
from runtime.clock import SystemClock
from runtime.memory import MemoryBroker
from schemas.metrics import MetricsMeasured
from schemas.topics import TOPICS
from streams.metrics.agent import live_output
from streams.metrics.fold import fold
from streams.metrics.state import State
from streams.metrics.telling import Teller
from tests.support.decided import Floor, decision_output


async def recounted(**wrong: Any) -> Recounted:
    """Of a short day whose last live figures are changed as said."""
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
    floor, state = Floor(), State("shop")
    floor.opened("ana", "bo")
    floor.arrives("c1")
    floor.offered("c1", "ana")
    floor.accepted("c1")
    producer = broker.producer()
    await producer.start()
    for decision in (*floor.said, *floor.said[-3:]):
        fold(state, decision)
        await producer.send([decision_output(decision)])
    (told,) = Teller(state).live(floor.now_ms + 500)
    await producer.send([live_output(msgspec.structs.replace(told, **_changed(told, wrong)))])
    return await recount(broker, None, "shop", patience_s=0.0)


def _changed(told: MetricsMeasured, wrong: dict[str, Any]) -> dict[str, Any]:
    if "today" not in wrong:
        return wrong
    first, *rest = told.groups
    today = msgspec.structs.replace(first.today, **wrong["today"])
    return {"groups": (msgspec.structs.replace(first, today=today), *rest)}


async def test_what_was_told_is_what_is_counted_again() -> None:
    found = await recounted()
    assert (found.is_equal, found.seq, found.live_messages, found.rows) == (True, 7, 1, None)
    assert found.live_groups == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"today": {"answered": 2}}, "agent ana, live at 1/7: today.answered is 2, counted again 1"),
        ({"seq": 6}, "agent ana, live at 1/6"),
        ({"seq": 9}, "figures name decision (1, 9), which is not in the log"),
        ({"groups": ()}, "agent ana, live at 1/7: counted, but not told"),
    ],
)
async def test_whatever_differs_is_named(wrong: dict[str, Any], said: str) -> None:
    found = await recounted(**wrong)
    assert not found.is_equal
    assert found.problems[0].startswith(said)


async def test_without_figures_there_is_nothing_to_compare() -> None:
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
    with pytest.raises(NothingTold):
        await recount(broker, None, "shop")


def test_a_row_gives_its_counts() -> None:
    from consumers.metrics_writer.rows import COUNTS

    found = counts_of({**dict.fromkeys(COUNTS, 0), "offered": 3, "status_ms": '{"idle": 5}'})
    assert (found.offered, found.status_ms) == (3, {"idle": 5})
