from __future__ import annotations

from typing import Any

from producers.admin.problems import Problems
from producers.admin.titles import read_names


def read(document: dict[str, Any]) -> tuple[dict[str, dict[str, dict[str, str]]], list[str]]:
    problems = Problems()
    return read_names(document, problems), [str(problem) for problem in problems.found]


def test_titles_stand_with_their_entries_and_listed_things_under_names() -> None:
    document = {
        "title": {"zh-CN": "购书城", "en": "Book City"},
        "queues": {"service": {"title": "Service"}, "sales": None},
        "names": {"skills": {"mandarin": {"zh-CN": "普通话"}}},
    }
    assert read(document) == (
        {
            "workspace": {"": {"zh-CN": "购书城", "en": "Book City"}},
            "queues": {"service": {"*": "Service"}},
            "skills": {"mandarin": {"zh-CN": "普通话"}},
        },
        [],
    )


def test_every_wrong_title_is_named() -> None:
    _, problems = read(
        {
            "title": 3,
            "agents": {"ana": {"title": {"english": "Ana", "en": ""}}},
            "names": {"queues": {}, "skils": {}, "sites": []},
        }
    )
    assert [problem.split(":")[0] for problem in problems] == [
        "title",
        "agents.ana.title.english",
        "agents.ana.title.en",
        "names.queues",
        "names.skils",
        "names.sites",
    ]


def test_names_must_be_a_mapping() -> None:
    assert read({"names": ["x"]})[1] == ["names: must be a mapping"]
