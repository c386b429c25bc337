"""The checker of the fault tests finds what it is there to find: each planted wrong makes it fail."""

from __future__ import annotations

import httpx
import pytest

from schemas.vocabulary import LegState, RoutingStatus
from tests.support.checker import check_records
from tests.support.product_people import Record
from tests.support.product_posts import Posts


def a_good_day() -> tuple[Posts, Record]:
    posts, record = Posts(httpx.AsyncClient(timeout=60), "shop"), Record()
    for name in ("i1", "i2"):
        posts.answered[name] = record.shown[name] = 1.0
        record.holders[name] = {"ana"}
        record.accepted[name] = {f"{name}.1/1"}
        record.ended[name] = {LegState.COMPLETED}
    return posts, record


def test_a_good_day_is_good() -> None:
    check_records(*a_good_day())


def test_a_contact_that_no_socket_showed_is_found() -> None:
    posts, record = a_good_day()
    del record.shown["i2"]
    with pytest.raises(AssertionError, match="shown on no socket"):
        check_records(posts, record)


def test_a_contact_that_did_not_end_is_found() -> None:
    posts, record = a_good_day()
    del record.ended["i2"]
    with pytest.raises(AssertionError, match="each ends once"):
        check_records(posts, record)


def test_a_contact_that_ended_twice_is_found() -> None:
    posts, record = a_good_day()
    record.ended["i2"].add(LegState.ABANDONED)
    with pytest.raises(AssertionError, match="each ends once"):
        check_records(posts, record)


def test_a_contact_held_by_two_is_found() -> None:
    posts, record = a_good_day()
    record.holders["i2"].add("bo")
    with pytest.raises(AssertionError, match="held by two agents"):
        check_records(posts, record)


def test_a_contact_accepted_twice_is_found() -> None:
    posts, record = a_good_day()
    record.accepted["i2"].add("i2.1/2")
    with pytest.raises(AssertionError, match="accepted twice"):
        check_records(posts, record)


def test_a_blamed_agent_is_found() -> None:
    posts, record = a_good_day()
    record.blamed.add(("ana", RoutingStatus.NOT_RESPONDING))
    with pytest.raises(AssertionError, match="blamed"):
        check_records(posts, record)
