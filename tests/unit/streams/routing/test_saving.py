"""When snapshots are due, and that what they hold is what goes on."""

from __future__ import annotations

from runtime.records import Output, Record
from runtime.settings import Routing
from runtime.snapshots import find
from schemas.inputs import GatewayStarted
from schemas.topics import ROUTING_SNAPSHOTS
from streams.routing.engine import Engine
from streams.routing.hosted import Hosted
from streams.routing.position import Emitted, Start
from streams.routing.saving import Saving

POLICY = Routing(snapshot_every_records=100, snapshot_every_ms=60_000)


def a_workspace(name: str = "ws") -> Hosted:
    hosted = Hosted(Start(name, 0, 0, None, Emitted(), None, None), 1_000)
    hosted.take(0, 5, GatewayStarted(workspace=name, gateway="g", incarnation=1))
    return hosted


def written(outputs: list[Output]) -> list[Record]:
    return [Record(o.topic, 3, offset, 0, o.key, o.value, o.headers) for offset, o in enumerate(outputs)]


def test_nothing_is_due_while_nothing_came() -> None:
    saving = Saving(3, POLICY)
    saving.begin(0.0)
    assert not saving.due(1_000_000.0)


def test_enough_records_or_enough_time_make_a_snapshot_due() -> None:
    saving = Saving(3, POLICY)
    saving.begin(0.0)
    saving.count(99)
    assert not saving.due(59.9)
    assert saving.due(60.0)
    saving.count(1)
    assert saving.due(0.1)
    saving.begin(60.0)
    assert not saving.due(61.0)


def test_a_snapshot_restores_to_the_same_state() -> None:
    saving, hosted = Saving(3, POLICY), a_workspace()
    found = find(ROUTING_SNAPSHOTS, written(saving.snapshot(hosted, 1, 44)))
    (snapshot,) = found.snapshots["ws"]
    assert Engine.restore(snapshot.chunks).fingerprint() == hosted.engine.fingerprint() == snapshot.manifest.fingerprint
    assert (snapshot.manifest.next_offset, snapshot.manifest.decisions_offset) == (1, 44)
    assert not hosted.changed


def test_generations_rise() -> None:
    saving, hosted = Saving(3, POLICY), a_workspace()
    records = written(saving.snapshot(hosted, 1, 0) + saving.snapshot(hosted, 2, 0))
    assert [one.manifest.generation for one in find(ROUTING_SNAPSHOTS, records).snapshots["ws"]] == [2, 1]


def test_a_workspace_without_news_goes_on_from_later() -> None:
    saving, hosted = Saving(3, POLICY), a_workspace()
    saving.snapshot(hosted, 1, 0)
    index = find(ROUTING_SNAPSHOTS, written([saving.index([hosted], 500, 77)])).index
    assert index is not None
    assert index.covered_offset == 500
    assert (index.workspaces["ws"].next_offset, index.workspaces["ws"].decisions_offset) == (500, 77)


def test_a_workspace_with_news_keeps_the_place_of_its_snapshot() -> None:
    saving, hosted = Saving(3, POLICY), a_workspace()
    saving.snapshot(hosted, 1, 0)
    hosted.take(400, 9, GatewayStarted(workspace="ws", gateway="g", incarnation=2))
    index = find(ROUTING_SNAPSHOTS, written([saving.index([hosted], 500, 77)])).index
    assert index is not None
    assert (index.workspaces["ws"].next_offset, index.workspaces["ws"].decisions_offset) == (1, 0)


def test_a_workspace_never_saved_is_listed_with_its_first_input() -> None:
    saving, hosted = Saving(3, POLICY), a_workspace()
    index = find(ROUTING_SNAPSHOTS, written([saving.index([hosted], 500, 77)])).index
    assert index is not None
    assert (index.workspaces["ws"].generation, index.workspaces["ws"].next_offset) == (0, 0)
