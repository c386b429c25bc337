from __future__ import annotations

import pytest

from consumers.gateway import figures as figures_module
from consumers.gateway.figures import NOTHING, Figures, Sight, allows
from schemas.metrics import Dimension
from tests.support.figures import an_offered, measured

EVERYTHING: Sight = dict.fromkeys(Dimension)


def offered(figures: Figures) -> dict[str, int]:
    return {group.id: group.today.offered for group in figures.since(NOTHING, EVERYTHING).groups}


def test_nothing_is_taken_before_the_first_whole_measurement() -> None:
    figures = Figures()
    assert not figures.take(measured(an_offered("orders", 1), seq=1))
    assert figures.head is None
    assert figures.take(measured(an_offered("returns", 2), seq=2, whole=True))
    assert offered(figures) == {"returns": 2}


def test_changed_groups_replace_their_values_and_a_whole_one_drops_what_it_does_not_have() -> None:
    figures = Figures()
    figures.take(measured(an_offered("orders", 1), an_offered("returns", 1), seq=1, whole=True))
    figures.take(measured(an_offered("orders", 2), seq=2))
    assert offered(figures) == {"orders": 2, "returns": 1}
    before = figures.version
    figures.take(measured(an_offered("orders", 2), seq=3, whole=True))
    news = figures.since(before, EVERYTHING)
    assert (news.whole, news.groups, news.removed) == (False, (), ((Dimension.QUEUE, "returns"),))


def test_only_what_changed_is_news() -> None:
    figures = Figures()
    figures.take(measured(an_offered("orders", 1), an_offered("returns", 1), seq=1, whole=True))
    before = figures.version
    figures.take(measured(an_offered("orders", 2), an_offered("returns", 1), seq=2, whole=True))
    assert figures.since(before, EVERYTHING).groups == (an_offered("orders", 2),)
    assert figures.since(NOTHING, EVERYTHING).whole


def test_parts_are_taken_together_with_the_last() -> None:
    figures = Figures()
    parts = [measured(an_offered(str(n), n), seq=1, whole=True, part=n, parts=3, at_ms=5) for n in (1, 2, 3)]
    assert [figures.take(part) for part in parts] == [False, False, True]
    assert offered(figures) == {"1": 1, "2": 2, "3": 3}


@pytest.mark.parametrize("missed", [1, 2])
def test_after_a_missed_part_the_figures_stand_still_until_the_next_whole(missed: int) -> None:
    figures = Figures()
    figures.take(measured(an_offered("orders", 1), seq=1, whole=True))
    for part in {1, 2, 3} - {missed}:
        assert not figures.take(measured(an_offered("orders", 9), seq=2, part=part, parts=3, at_ms=5))
    assert not figures.take(measured(an_offered("returns", 3), seq=3))
    assert offered(figures) == {"orders": 1}
    assert figures.take(measured(an_offered("orders", 4), seq=4, whole=True))
    assert figures.take(measured(an_offered("orders", 5), seq=5))
    assert offered(figures) == {"orders": 5}


def test_a_stage_that_came_back_does_not_turn_figures_back() -> None:
    figures = Figures()
    figures.take(measured(an_offered("orders", 7), seq=7, whole=True))
    assert not figures.take(measured(an_offered("orders", 3), seq=3, whole=True))
    assert offered(figures) == {"orders": 7}
    assert figures.take(measured(an_offered("orders", 8), seq=7, whole=True))


def test_a_new_epoch_begins_with_a_whole_measurement() -> None:
    figures = Figures()
    figures.take(measured(an_offered("orders", 7), seq=700, whole=True))
    assert not figures.take(measured(an_offered("returns", 1), seq=1, epoch=2))
    assert figures.take(measured(an_offered("returns", 1), seq=2, epoch=2, whole=True))
    assert offered(figures) == {"returns": 1}


def test_who_is_too_far_behind_what_was_removed_gets_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures_module, "REMOVED_KEPT", 2)
    figures = Figures()
    figures.take(measured(*(an_offered(str(n), n) for n in range(4)), seq=1, whole=True))
    first = figures.version
    figures.take(measured(an_offered("0", 0), seq=2, whole=True))
    assert figures.since(first, EVERYTHING).whole
    assert not figures.since(figures.version, EVERYTHING).whole


def test_a_sight_has_whole_dimensions_or_some_ids_of_them() -> None:
    sight: Sight = {Dimension.QUEUE: frozenset({"orders"}), Dimension.SITE: None}
    assert allows(sight, (Dimension.QUEUE, "orders"))
    assert allows(sight, (Dimension.SITE, "any"))
    assert not allows(sight, (Dimension.QUEUE, "returns"))
    assert not allows(sight, (Dimension.AGENT, "ana"))
