from __future__ import annotations

from typing import Any

import msgspec
import pytest

from producers.admin.customer_record import (
    MAX_POINTS,
    CustomerRecord,
    KnownWords,
    RelationTo,
    check_record,
    described,
    unique,
    words_of,
)
from runtime.contact_points import NormalPoint
from schemas.interactions import ContactPoint

WORDS = KnownWords(tiers=frozenset({"vip"}), card_types=frozenset({"senior"}), agents=frozenset({"ana"}))


def problems_of(key: str, **fields: Any) -> list[str]:
    _, problems = check_record(key, CustomerRecord(**fields), WORDS, "CN")
    return [str(problem) for problem in problems.found]


def test_the_key_comes_first_among_the_contact_points_each_once_in_normal_spelling() -> None:
    record = CustomerRecord(
        contact_points=(
            ContactPoint(kind="email", value="Li@Example.com"),
            ContactPoint(kind="phone", value="+8613800138000"),
        ),
    )
    checked, problems = check_record("phone:138 0013 8000", record, WORDS, "CN")
    assert not problems.found
    assert [point.key for point in checked.points] == ["phone:+8613800138000", "email:li@example.com"]


@pytest.mark.parametrize(
    ("key", "fields", "path"),
    [
        ("13800138000", {}, "key"),
        ("phone:12", {}, "key"),
        ("card:6001", {"contact_points": (ContactPoint(kind="email", value="nobody"),)}, "contact_points[0]"),
        ("card:6001", {"tier": "vipp"}, "tier"),
        ("card:6001", {"card_type": "x"}, "card_type"),
        ("card:6001", {"owner": "bo"}, "owner"),
        ("card:6001", {"preferred_agent": "bo"}, "preferred_agent"),
        ("card:6001", {"name": "  "}, "name"),
        ("card:6001", {"name": "Li\x00"}, "name"),
        ("card:6001", {"language": "zh\x00"}, "language"),
        ("card:6001", {"relations": (RelationTo(kind="buys\x00for", key="card:6002"),)}, "relations[0].kind"),
        ("card:6001", {"relations": (RelationTo(kind="buys_for", key="x"),)}, "relations[0].key"),
    ],
)
def test_what_is_wrong_is_named_by_its_field(key: str, fields: dict[str, Any], path: str) -> None:
    [problem] = problems_of(key, **fields)
    assert problem.startswith(f"{path}: ")


def test_a_near_word_is_suggested() -> None:
    assert problems_of("card:6001", tier="vipp") == ['tier: no tier "vipp"; did you mean "vip"?']


def test_words_are_free_where_the_document_lists_none() -> None:
    _, problems = check_record("card:6001", CustomerRecord(tier="x", owner="y"), KnownWords(), "CN")
    assert not problems.found


def test_words_come_from_the_document_whatever_it_leaves_out() -> None:
    assert words_of({"tiers": {"vip": None}, "card_types": ["senior"], "agents": {"ana": {}}}) == WORDS
    assert words_of({"tiers": None}) == KnownWords()


def test_too_many_contact_points_are_refused() -> None:
    points = tuple(ContactPoint(kind="card", value=f"{6000 + n}") for n in range(MAX_POINTS + 1))
    assert problems_of("card:5000", contact_points=points) == [f"contact_points: at most {MAX_POINTS}"]


def test_an_unknown_field_is_refused_when_a_record_is_read() -> None:
    with pytest.raises(msgspec.ValidationError, match="teir"):
        msgspec.convert({"teir": "vip"}, CustomerRecord)


def test_points_are_kept_in_order_each_once() -> None:
    first, second = NormalPoint("card", "6001"), NormalPoint("card", "6002")
    assert unique([first, second, first]) == (first, second)


def test_problems_are_told_in_one_line() -> None:
    _, problems = check_record("x", CustomerRecord(name=""), WORDS, "CN")
    assert described(problems.found).count("; ") == 1
