from __future__ import annotations

import pytest

from producers.http.access import Admitted
from producers.http.problems import Kind
from producers.http.query import PollQuery, read_query
from runtime.problems import Problem

ADMITTED = Admitted(workspace="bookcity", adapter="web", key_id="hk_1")


def refused(*given: tuple[str, str]) -> Problem:
    with pytest.raises(Problem) as caught:
        read_query(given, ADMITTED)
    return caught.value


def test_what_is_left_out_has_its_default() -> None:
    assert read_query([], ADMITTED) == PollQuery(adapter=None, after=None, wait_s=20)


def test_all_may_be_said() -> None:
    given = [("adapter", "web"), ("after", "first"), ("wait_s", "0")]
    assert read_query(given, ADMITTED) == PollQuery(adapter="web", after="first", wait_s=0)


def test_every_error_is_told_at_once() -> None:
    errors = refused(("wait_s", "61"), ("waits", "1"), ("after", ""), ("adapter", "web"), ("adapter", "x")).errors
    assert [error.path for error in errors] == ["query waits", "query adapter", "query wait_s", "query after"]


@pytest.mark.parametrize("text", ["-1", "1.5", "soon", ""])
def test_a_wait_is_whole_seconds(text: str) -> None:
    assert [error.path for error in refused(("wait_s", text)).errors] == ["query wait_s"]


def test_another_adapter_is_refused() -> None:
    assert refused(("adapter", "phone")).kind is Kind.FORBIDDEN
