from __future__ import annotations

import pytest

from deploy.simulation.ends import Experience, ends, experience
from deploy.simulation.record import EndBook, PostBook, TalkBook


class Books:
    """What the people of two calls wrote down: `i_1` was answered after 40 ms, `i_2` hung up after 90."""

    def __init__(self) -> None:
        self.posts, self.talks, self.told = PostBook(), TalkBook(), EndBook()
        for one in ("i_1", "i_2"):
            self.posts.due(one, 100.0, 100.0)
            self.posts.answered(one, 105.0)
        self.talks.begun_ms["i_1"] = 140.0
        self.told.ends = {"i_1": {"d1": "completed/agent_ended"}, "i_2": {"d2": "abandoned/customer_left"}}
        self.told.left("i_2", 190.0)


def test_each_call_ended_once_and_the_records_agree() -> None:
    books = Books()
    found = ends(("i_1", "i_2"), books.posts, books.talks, books.told)
    assert (found.asked, found.ended_once, found.failures) == (2, 2, ())


def never(books: Books) -> None:
    del books.told.ends["i_1"]


def twice(books: Books) -> None:
    books.told.ends["i_1"]["d9"] = "completed/customer_left"


def refused(books: Books) -> None:
    del books.posts.answered_ms["i_1"]


def abandoned_but_had(books: Books) -> None:
    books.talks.begun_ms["i_2"] = 150.0
    books.talks.connected.add("i_2")


def completed_but_nobody_had(books: Books) -> None:
    del books.talks.begun_ms["i_1"]


def test_who_hung_up_while_waiting_for_a_second_agent_was_answered_and_abandoned() -> None:
    books = Books()
    abandoned_but_had(books)
    books.talks.handed_on.add("i_2")
    assert ends(("i_1", "i_2"), books.posts, books.talks, books.told).failures == ()


def test_who_hung_up_while_being_put_through_waited_until_then_and_nobody_is_at_odds() -> None:
    books = Books()
    books.talks.begun_ms["i_2"] = 150.0
    assert ends(("i_1", "i_2"), books.posts, books.talks, books.told).failures == ()
    assert experience("i_2", books.posts, books.talks, books.told) == Experience(False, 90.0)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (never, "1 without an end"),
        (twice, "1 with two ends"),
        (refused, "1 not answered 202"),
        (abandoned_but_had, "1 ended one way"),
        (completed_but_nobody_had, "1 ended one way"),
    ],
)
def test_each_contradiction_is_found(fault: object, said: str) -> None:
    books = Books()
    assert callable(fault)
    fault(books)
    found = ends(("i_1", "i_2"), books.posts, books.talks, books.told)
    assert [one.startswith(said) for one in found.failures] == [True]


def test_a_customer_waits_until_an_agent_has_the_call_or_until_hanging_up() -> None:
    books = Books()
    lived = [experience(one, books.posts, books.talks, books.told) for one in ("i_1", "i_2", "i_3")]
    assert lived == [Experience(True, 40.0), Experience(False, 90.0), Experience(False, None)]


def test_the_customer_s_first_hanging_up_counts() -> None:
    books = Books()
    books.told.left("i_2", 500.0)
    assert experience("i_2", books.posts, books.talks, books.told).waited_ms == 90.0
