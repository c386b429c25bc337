from __future__ import annotations

from typing import Any

import msgspec
import pytest

from producers.admin.fields import (
    BAD,
    Key,
    Reader,
    boolean,
    duration,
    identifier,
    integer,
    listed,
    mapping,
    named,
    one_of,
    read_table,
    share,
    struct,
    time_zone,
    unique,
)
from producers.admin.problems import Problems

TABLE = {
    "wrap_up": Key("wrap_up_ms", duration()),
    "units": Key("units", integer(0, 100)),
    "default_queue": Key("default_queue", identifier, nullable=True),
}


class Pair(msgspec.Struct):
    left: int
    right: int = 0


def read(reader: Reader, value: Any) -> tuple[Any, list[str]]:
    problems = Problems()
    outcome = reader(problems, value, "here")
    return outcome, [str(problem) for problem in problems.found]


def read_document(value: Any) -> tuple[dict[str, Any], list[str]]:
    problems = Problems()
    found = read_table(problems, TABLE, value, "")
    return found, [str(problem) for problem in problems.found]


def test_a_table_gives_values_by_their_names_in_routing() -> None:
    assert read_document({"wrap_up": "5s", "units": 7, "default_queue": None}) == (
        {"wrap_up_ms": 5_000, "units": 7, "default_queue": None},
        [],
    )


def test_every_wrong_key_and_value_of_a_table_is_named() -> None:
    assert read_document({"wrapup": "5s", "units": -1, "wrap_up": 5}) == (
        {},
        [
            'wrapup: no such key; did you mean "wrap_up"?',
            "units: must be a whole number from 0 to 100",
            "wrap_up: write a duration with its unit, such as 90s, 5m or 1h30m",
        ],
    )


def test_null_stands_only_where_it_means_something() -> None:
    assert read_document({"units": None})[1] == ["units: must be a whole number from 0 to 100"]


def test_nothing_written_is_an_empty_mapping() -> None:
    problems = Problems()
    assert mapping(problems, None, "queues") == {}
    assert mapping(problems, [], "queues") == {}
    assert [str(problem) for problem in problems.found] == ["queues: must be a mapping"]


def test_a_struct_asks_for_what_it_needs() -> None:
    reader = struct(Pair, {"l": Key("left", integer(0, 9)), "r": Key("right", integer(0, 9))})
    assert read(reader, {"l": 1, "r": 2}) == (Pair(1, 2), [])
    assert read(reader, {"r": 2}) == (BAD, ['here: "l" is missing'])
    assert read(reader, {"l": "x"}) == (BAD, ["here.l: must be a whole number from 0 to 9"])


def test_names_that_cannot_be_ids_are_refused() -> None:
    outcome, problems = read(named(integer(1, 5)), {"mandarin": 3, "two words": 3, "": 3, "level": 9})
    assert outcome == {"mandarin": 3}
    assert [problem.split(":")[0] for problem in problems] == ["here.two words", "here.", "here.level"]


@pytest.mark.parametrize(
    ("reader", "good", "value", "bad"),
    [
        (boolean, True, True, 1),
        (integer(1, 5), 3, 3, True),
        (integer(1, 5), 5, 5, 6),
        (duration(low_ms=1), "1ms", 1, "0s"),
        (share, "80%", 80, "0.8"),
        (one_of(("full", "closed")), "full", "full", "ful"),
        (identifier, "a.b-c_1", "a.b-c_1", "-a"),
        (listed(identifier), ["a", "b"], ("a", "b"), "a"),
        (unique(listed(identifier)), ["a", "b"], ("a", "b"), ["a", "a"]),
        (time_zone, "Asia/Shanghai", "Asia/Shanghai", "Guangzhou"),
    ],
)
def test_each_reader_takes_the_good_and_names_the_bad(reader: Reader, good: Any, value: Any, bad: Any) -> None:
    assert read(reader, good) == (value, [])
    assert len(read(reader, bad)[1]) == 1


def test_a_list_names_the_place_of_each_error() -> None:
    assert read(listed(integer(0, 9)), [1, "x", 2, None])[1] == [
        "here[1]: must be a whole number from 0 to 9",
        "here[3]: must be a whole number from 0 to 9",
    ]
