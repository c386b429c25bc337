from __future__ import annotations

from runtime.records import Output, Record
from runtime.settings import View as ViewPolicy
from runtime.snapshots import Found, find
from runtime.stage import LogRange
from runtime.view_recovery import recover
from schemas.topics import VIEW_SNAPSHOTS
from schemas.view import View
from streams.view.saving import Saving
from tests.support.decided import Floor

POLICY = ViewPolicy(snapshot_every_records=10, snapshot_every_ms=1_000)


class Topic:
    """The compacted topic, as it fills."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def take(self, portions: list[list[Output]]) -> int:
        outputs = [output for portion in portions for output in portion]
        for one in outputs:
            self.records.append(Record(one.topic, 0, len(self.records), 0, one.key, one.value, one.headers))
        return len(outputs)

    def found(self) -> Found:
        return find(VIEW_SNAPSHOTS, self.records)


def begun(topic: Topic) -> tuple[Saving, dict[str, View]]:
    recovered = recover(topic.found(), LogRange(first=0, end=1_000), "here")
    saving = Saving(0, POLICY)
    saving.begin(recovered, now_s=0.0)
    return saving, dict(recovered.views)


def test_a_round_is_due_after_enough_records_or_enough_time_with_any() -> None:
    saving, _ = begun(Topic())
    assert not saving.due(now_s=99.0)
    saving.count(9)
    assert not saving.due(now_s=0.9)
    assert saving.due(now_s=1.0)
    saving.count(1)
    assert saving.due(now_s=0.0)


def test_a_round_saves_what_changed_and_says_how_far_all_views_are() -> None:
    topic = Topic()
    saving, views = begun(topic)
    for name, offset in (("shop", 0), ("bank", 4)):
        floor = Floor(name)
        views[name] = View(name)
        for decision in floor.opened("ana"):
            views[name].apply(decision)
        saving.seen(name, offset)
    assert topic.take(list(saving.round(views, 10, now_s=1.0))) == 5
    views["shop"].apply(Floor("shop", seq=views["shop"].seq).arrives("i1"))
    assert topic.take(list(saving.round(views, 20, now_s=2.0))) == 3
    recovered = recover(topic.found(), LogRange(first=0, end=1_000), "here")
    assert recovered.position == 20
    assert recovered.views["shop"].mark == views["shop"].mark
    assert recovered.generations == {"shop": 2, "bank": 1}
    assert recovered.first_offsets == {"shop": 0, "bank": 4}


def test_a_new_owner_goes_on_with_the_next_generation() -> None:
    topic = Topic()
    saving, views = begun(topic)
    floor = Floor("shop")
    views["shop"] = View("shop")
    for decision in floor.opened("ana"):
        views["shop"].apply(decision)
    saving.seen("shop", 0)
    topic.take(list(saving.round(views, 5, now_s=1.0)))
    saving, views = begun(topic)
    views["shop"].apply(floor.arrives("i1"))
    topic.take(list(saving.round(views, 6, now_s=2.0)))
    assert recover(topic.found(), LogRange(first=0, end=9), "here").generations == {"shop": 2}
