from __future__ import annotations

import pytest
import structlog

from consumers.gateway.follower import Follower, Hooks
from consumers.gateway.scopes import WHOLE
from consumers.gateway.workspace import Member, Workspace
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.memory import MemoryBroker
from runtime.metrics import Metrics
from runtime.records import Output, Record
from runtime.snapshots import index_output, snapshot_outputs
from runtime.view_recovery import to_snapshot
from schemas import live
from schemas.decisions import Decision
from schemas.messages import Author, MessagePosted
from schemas.snapshots import IndexEntry, SnapshotIndex
from schemas.topics import MESSAGES, ROUTING_DECISIONS, VIEW_SNAPSHOTS
from schemas.view import Gap, View
from tests.support.decided import Floor, decision_output
from tests.support.gateway_parts import a_broker, working
from tests.support.screens import Viewer, assert_shows_the_screen
from tests.support.waiting import eventually


class Heard:
    """A follower and what it told the others."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.decisions: list[Decision] = []
        self.appeared: list[str] = []
        self.slow: list[Member] = []
        hooks = Hooks(
            decided=self.decisions.append,
            appeared=lambda workspace: self.appeared.append(workspace.view.workspace),
            too_slow=self.slow.append,
        )
        self.follower = Follower(broker.reader(), SystemClock(), structlog.get_logger(), hooks, Metrics())

    def workspace(self) -> Workspace:
        return self.follower.workspaces["shop"]


def append(broker: MemoryBroker, *outputs: Output) -> list[Record]:
    return [broker.append(output, 1) for output in outputs]


async def test_what_was_decided_before_and_after_the_start_is_followed() -> None:
    broker, floor = a_broker(), Floor()
    append(broker, *map(decision_output, floor.opened("ana")))
    heard = Heard(broker)
    await heard.follower.start()
    async with working(heard.follower.run()):
        await eventually(lambda: "shop" in heard.follower.workspaces and heard.workspace().is_known)
        viewer = Viewer(WHOLE)
        viewer.connect(heard.workspace())
        append(broker, decision_output(floor.arrives("i1")))
        await eventually(lambda: "i1" in viewer.mirror.interactions)
    assert heard.decisions == floor.said
    assert heard.appeared == ["shop"]


async def test_a_follower_starts_from_the_snapshot_and_does_not_need_what_lies_before() -> None:
    broker, floor = a_broker(), Floor()
    records = append(broker, *map(decision_output, floor.opened("ana")))
    view = View("shop")
    for decision in floor.said:
        view.apply(decision)
    partition, offset = records[-1].partition, records[-1].offset + 1
    entry = IndexEntry(first_offset=0, generation=1, next_offset=offset)
    append(broker, *snapshot_outputs(VIEW_SNAPSHOTS, partition, to_snapshot(view, 1, offset)))
    index = SnapshotIndex(covered_offset=offset, workspaces={"shop": entry})
    append(broker, index_output(VIEW_SNAPSHOTS, partition, index))
    heard = Heard(broker)
    await heard.follower.start()
    assert heard.workspace().view.mark == view.mark
    append(broker, decision_output(floor.arrives("i1")))
    async with working(heard.follower.run()):
        await eventually(lambda: heard.workspace().view.interaction("i1"))
    assert heard.decisions == floor.said[-1:]


async def test_what_is_said_again_is_not_heard_again() -> None:
    broker, floor = a_broker(), Floor()
    floor.opened("ana")
    heard = Heard(broker)
    await heard.follower.start()
    append(broker, *map(decision_output, [*floor.said, *floor.said]))
    append(broker, decision_output(floor.arrives("i1")))
    async with working(heard.follower.run()):
        await eventually(lambda: len(heard.decisions) >= len(floor.said))
    assert heard.decisions == floor.said


async def test_a_gap_ends_the_follower() -> None:
    broker, floor = a_broker(), Floor()
    floor.opened("ana")
    append(broker, decision_output(floor.said[0]), decision_output(floor.said[2]))
    heard = Heard(broker)
    await heard.follower.start()
    with pytest.raises(Gap):
        await heard.follower.run()


async def test_what_is_no_decision_is_passed_over() -> None:
    broker, floor = a_broker(), Floor()
    append(broker, Output(ROUTING_DECISIONS.name, b"shop", b"nonsense"))
    append(broker, *map(decision_output, floor.opened("ana")))
    heard = Heard(broker)
    await heard.follower.start()
    async with working(heard.follower.run()):
        await eventually(lambda: len(heard.decisions) == len(floor.said))


async def test_messages_reach_who_subscribed_with_their_number() -> None:
    broker, floor = a_broker(), Floor()
    append(broker, *map(decision_output, [*floor.opened("ana"), floor.arrives("i1")]))
    heard = Heard(broker)
    await heard.follower.start()
    async with working(heard.follower.run()):
        await eventually(lambda: len(heard.decisions) == len(floor.said))
        viewer = Viewer(WHOLE)
        viewer.connect(heard.workspace())
        heard.workspace().subscribe(viewer, WHOLE, "i1")
        message = MessagePosted(
            workspace="shop", interaction_id="i1", message_id="m", author=Author.CUSTOMER, sent_at_ms=1, text="hello"
        )
        output = to_output(message, MESSAGES, key="i1", event_id="m", source="/tests")
        [record] = append(broker, output)
        await eventually(lambda: len(viewer.frames) > 1)
    [_, shown] = viewer.frames
    assert isinstance(shown, live.MessageShown)
    assert (shown.message, shown.offset) == (message, record.offset)
    assert_shows_the_screen(viewer, heard.workspace())
