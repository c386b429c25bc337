from __future__ import annotations

from deploy.console.figures import Figures
from schemas import live
from schemas.live_metrics import GroupId
from schemas.metrics import Dimension, LiveGroup
from tests.support.figures import AT_MS, an_offered


def frame(
    *groups: LiveGroup, whole: bool = False, more: bool = False, **fields: tuple[GroupId, ...]
) -> live.MetricsShown:
    return live.MetricsShown(
        at_ms=AT_MS,
        epoch=1,
        seq=1,
        day_starts_ms=AT_MS,
        interval_starts_ms=AT_MS,
        time_zone="UTC",
        whole=whole,
        more=more,
        groups=groups,
        **fields,
    )


def test_a_whole_frame_replaces_a_later_one_changes_and_removes() -> None:
    figures = Figures()
    figures.take(frame(an_offered("old", 1), whole=True))
    figures.take(frame(an_offered("orders", 1), an_offered("returns", 1), whole=True))
    figures.take(frame(an_offered("orders", 2), removed=(GroupId(dimension=Dimension.QUEUE, id="returns"),)))
    assert figures.groups(Dimension.QUEUE) == [an_offered("orders", 2)]
    assert figures.group(Dimension.QUEUE, "returns") is None


def test_it_is_known_when_all_is_told() -> None:
    figures = Figures()
    assert not figures.is_told
    figures.take(frame(whole=True, more=True))
    assert not figures.is_told
    figures.take(frame())
    assert figures.is_told


def test_that_there_are_no_figures_is_told_too_and_ends_with_the_next() -> None:
    figures = Figures()
    figures.take(live.MetricsStale(at_ms=AT_MS))
    assert figures.is_told
    assert figures.stale is not None
    figures.take(frame(whole=True))
    assert figures.stale is None
