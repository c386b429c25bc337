from __future__ import annotations

from typing import Any

import msgspec
import pytest

from producers.admin.merging import Candidate, Side, check_ids, check_sides, preview_of
from producers.admin.refusals import Kind
from runtime.problems import Problem
from schemas.interactions import ContactPoint

CARD = ContactPoint(kind="card", value="6001")
PHONE = ContactPoint(kind="phone", value="+8613800138000")


def a_side(customer_id: str, **fields: Any) -> Candidate:
    return msgspec.structs.replace(Candidate(customer_id=customer_id, kind="person"), **fields)


def test_the_survivor_wins_and_the_merged_one_fills_what_is_missing() -> None:
    survivor = a_side("c_1", name="Li", tier=None, language="en")
    found = preview_of(survivor, a_side("c_2", name="Li", tier="vip", language="yue"))
    said = {one.name: (one.value, one.side, one.conflict) for one in found.attributes}
    assert said["name"] == ("Li", Side.BOTH, False)
    assert said["tier"] == ("vip", Side.MERGED, False)
    assert said["language"] == ("en", Side.SURVIVOR, True)
    assert said["owner"] == (None, None, False)
    assert found.conflicts == ("language",)


def test_contact_points_and_interactions_are_those_of_both() -> None:
    survivor = a_side("c_1", contact_points=(CARD,), interactions=2)
    found = preview_of(survivor, a_side("c_2", contact_points=(PHONE,), interactions=3))
    assert [(one.contact_point, one.side) for one in found.contact_points] == [
        (CARD, Side.SURVIVOR),
        (PHONE, Side.MERGED),
    ]
    assert (found.interactions, found.survivor_interactions, found.merged_interactions) == (5, 2, 3)


@pytest.mark.parametrize("silent", ["c_1", "c_2"])
def test_nobody_is_contacted_when_one_of_them_must_not_be(silent: str) -> None:
    sides = [a_side(name, do_not_contact=name == silent) for name in ("c_1", "c_2")]
    assert preview_of(*sides).do_not_contact


@pytest.mark.parametrize(
    ("survivor", "merged", "kind"),
    [
        (None, a_side("c_2"), Kind.NOT_FOUND),
        (a_side("c_1"), None, Kind.NOT_FOUND),
        (a_side("c_1", merged_into="c_2"), a_side("c_2"), Kind.MERGE_CYCLE),
        (a_side("c_1", merged_into="c_3"), a_side("c_2"), Kind.ALREADY_MERGED),
        (a_side("c_1"), a_side("c_2", merged_into="c_3"), Kind.ALREADY_MERGED),
        (a_side("c_1"), a_side("c_2", merged_into="c_1"), Kind.ALREADY_MERGED),
    ],
)
def test_what_cannot_be_merged_is_refused(survivor: Candidate | None, merged: Candidate | None, kind: Kind) -> None:
    sides = {side.customer_id: side for side in (survivor, merged) if side is not None}
    with pytest.raises(Problem) as refused:
        check_sides("c_1", "c_2", sides)
    assert refused.value.kind is kind


def test_a_customer_is_not_merged_with_itself() -> None:
    check_ids("c_1", "c_2")
    with pytest.raises(Problem) as refused:
        check_ids("c_1", "c_1")
    assert refused.value.kind is Kind.SAME_CUSTOMER
