from __future__ import annotations

import pytest

from producers.admin.document import MAX_DEPTH, Format, parse
from producers.admin.problems import InvalidDocument


def problems_of(text: str, form: Format = Format.YAML) -> list[str]:
    with pytest.raises(InvalidDocument) as raised:
        parse(text, form)
    return [str(problem) for problem in raised.value.problems]


def test_yaml_means_what_it_says() -> None:
    text = "{open: 09:00, day: 2027-02-06, answer: on, none: , nil: null, yes: true, n: 12, share: 1.5, quoted: '12'}"
    assert parse(text, Format.YAML) == {
        "open": "09:00",
        "day": "2027-02-06",
        "answer": "on",
        "none": None,
        "nil": None,
        "yes": True,
        "n": 12,
        "share": 1.5,
        "quoted": "12",
    }


def test_a_number_as_a_key_is_a_name() -> None:
    assert parse("agents: {1001: {}}", Format.YAML) == {"agents": {"1001": {}}}


def test_an_anchor_may_be_used() -> None:
    text = "a: &shared {mandarin: 5}\nb: *shared"
    assert parse(text, Format.YAML) == {"a": {"mandarin": 5}, "b": {"mandarin": 5}}


def test_every_key_that_stands_twice_is_named_with_its_line() -> None:
    assert problems_of("queues:\n  a: {}\n  a: {}\nskills: []\nskills: []\n") == [
        "queues.a: stands twice, again in line 3",
        "skills: stands twice, again in line 5",
    ]


def test_json_keys_that_stand_twice_are_named() -> None:
    assert problems_of('{"a": 1, "a": 2}', Format.JSON) == ['the key "a" stands twice']


@pytest.mark.parametrize(
    ("text", "form", "problem"),
    [
        (r'{"title": "a\u0000b"}', Format.JSON, "title: holds U+0000 or half a character"),
        (
            r'{"queues": {"a": [{"title": "\ud800"}]}}',
            Format.JSON,
            "queues.a[0].title: holds U+0000 or half a character",
        ),
        (r'{"queues": {"\udfff": {}}}', Format.JSON, "queues: a key holds U+0000 or half a character"),
        (r'{"\ud800": 1, "\ud800": 2}', Format.JSON, "a key holds U+0000 or half a character"),
        (r'title: "a\0b"', Format.YAML, "title: holds U+0000 or half a character"),
    ],
)
def test_what_no_store_takes_is_named_and_not_found_out_by_the_database(text: str, form: Format, problem: str) -> None:
    assert problems_of(text, form) == [problem]


def test_an_escape_may_write_a_character_of_two_halves() -> None:
    assert parse(r'{"title": "\ud83d\ude00"}', Format.JSON) == {"title": "\U0001f600"}


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\ta: 1", "a: 1\n b: 2"])
def test_what_is_not_yaml_names_its_line(text: str) -> None:
    [problem] = problems_of(text)
    assert problem.startswith("not YAML in line ")


def test_what_is_not_json_says_so() -> None:
    [problem] = problems_of("{", Format.JSON)
    assert problem.startswith("not JSON: ")


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.system ['true']", "a: !!binary aGk=", "!!int 3"])
def test_no_tag_is_obeyed(text: str) -> None:
    assert "means nothing here" in problems_of(text)[0]


def test_a_document_that_holds_itself_is_refused() -> None:
    [problem] = problems_of("a: &a [*a]")
    assert problem.endswith("nested too deep")


def test_a_document_that_unfolds_without_end_is_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    [problem] = problems_of("\n".join(lines))
    assert problem.endswith("too large")


@pytest.mark.parametrize(("form", "opening", "closing"), [(Format.YAML, "[", "]"), (Format.JSON, "[", "]")])
def test_deep_nesting_is_refused_in_both_formats(form: Format, opening: str, closing: str) -> None:
    depth = 100_000 if form is Format.JSON else MAX_DEPTH + 2
    assert problems_of(opening * depth + closing * depth, form)[0].endswith("nested too deep")


def test_nothing_at_all_is_nothing() -> None:
    assert parse("", Format.YAML) is None
    assert parse("# only a comment", Format.YAML) is None
