from __future__ import annotations

import pytest

from consumers.query.parameters import (
    By,
    MetricsOf,
    NoParameters,
    Parameters,
    SearchBy,
    TimelineOf,
    check_metrics,
    check_span,
    chosen_way,
    kinds_of,
    read,
)
from consumers.query.problems import Kind
from runtime.problems import Problem
from schemas.metrics import Dimension
from schemas.timeline import TimelineKind


def errors(wanted: type[Parameters], *given: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(Problem) as refused:
        read(given, wanted)
    assert refused.value.kind is Kind.INVALID
    return {error.path: error.detail for error in refused.value.errors}


def test_a_query_is_read_into_its_types() -> None:
    query = read([("from_ms", "5"), ("to_ms", "9"), ("dimension", "queue"), ("by", "day")], MetricsOf)
    assert query == MetricsOf(from_ms=5, to_ms=9, dimension=Dimension.QUEUE, by=By.DAY)
    assert read([("name", "123")], SearchBy).name == "123"


def test_everything_that_is_wrong_is_said_at_once() -> None:
    found = errors(MetricsOf, ("from_ms", "x"), ("dimension", "moon"), ("form_ms", "5"))
    assert set(found) == {"query from_ms", "query to_ms", "query dimension", "query form_ms"}
    assert found["query to_ms"] == "is required"
    assert found["query form_ms"].endswith("did you mean from_ms?")


@pytest.mark.parametrize(
    "given",
    [("limit", "0"), ("limit", "201"), ("from_ms", "-1"), ("to_ms", "null"), ("channel", "a\x00"), ("cursor", "")],
)
def test_limits_hold(given: tuple[str, str]) -> None:
    assert set(errors(TimelineOf, given)) == {f"query {given[0]}"}


def test_nothing_is_taken_twice_or_where_nothing_is_taken() -> None:
    assert errors(SearchBy, ("name", "a"), ("name", "b")) == {"query name": "is given twice"}
    assert set(errors(NoParameters, ("name", "a"))) == {"query name"}


def test_kinds_are_words_of_the_timeline() -> None:
    assert kinds_of(TimelineOf()) == ()
    two = (TimelineKind.OFFER_MADE, TimelineKind.CONTACT_ENDED)
    assert kinds_of(TimelineOf(kind="offer.made, contact.ended")) == two
    with pytest.raises(Problem):
        kinds_of(TimelineOf(kind="offer.made,"))


def test_exactly_one_way_of_searching_is_given() -> None:
    assert chosen_way(SearchBy(card="6001")) == ("card", "6001")
    for query in (SearchBy(), SearchBy(name="Li", phone="1")):
        with pytest.raises(Problem):
            chosen_way(query)


def test_a_span_ends_after_it_begins_and_is_not_too_long() -> None:
    check_span(5, 5)
    check_span(None, 4)
    check_metrics(MetricsOf(from_ms=0, to_ms=40 * 86_400_000, by=By.DAY))
    for query in (MetricsOf(from_ms=1, to_ms=0), MetricsOf(from_ms=0, to_ms=40 * 86_400_000)):
        with pytest.raises(Problem):
            check_metrics(query)
