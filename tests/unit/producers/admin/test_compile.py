from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from producers.admin.compile import compile_document
from producers.admin.document import Format, parse
from producers.admin.problems import InvalidDocument
from schemas.configuration import AgentSettings, OverflowRule, canonical

EXAMPLE = Path(__file__).parents[4] / "deploy" / "examples" / "bookcity.yaml"


def problems_of(document: Any, workspace: str | None = None) -> list[str]:
    with pytest.raises(InvalidDocument) as raised:
        compile_document(document, workspace)
    return [str(problem) for problem in raised.value.problems]


def test_the_example_is_right_and_no_name_of_it_reaches_routing() -> None:
    compiled = compile_document(parse(EXAMPLE.read_text(encoding="utf-8"), Format.YAML))
    assert compiled.workspace == "bookcity"
    assert len(compiled.routing.agents) == 12
    assert {"ana", "bo"} <= set(compiled.routing.agents)
    assert compiled.card_types == ("ordinary", "student", "senior", "vip")
    assert compiled.names["card_types"]["senior"]["zh-CN"] == "乐龄卡"
    assert canonical(compiled.routing).isascii()


def test_the_example_takes_contacts_at_any_hour() -> None:
    """The demo runs at night, too."""
    compiled = compile_document(parse(EXAMPLE.read_text(encoding="utf-8"), Format.YAML))
    with_hours = {name: queue for name, queue in compiled.routing.queues.items() if queue.hours is not None}
    assert list(with_hours) == ["group_purchases"]
    assert all(queue.overflow.when_closed == OverflowRule() for queue in with_hours.values())


def test_errors_of_every_section_come_together() -> None:
    document = {
        "workspace": "w",
        "skills": 3,
        "queues": {"a": {"x": 1}},
        "names": 4,
        "agents": {"b": {"queues": {"c": 1}}},
    }
    assert {problem.split(":")[0] for problem in problems_of(document)} == {
        "skills",
        "queues.a.x",
        "names",
        "agents.b.queues.c",
    }


def test_the_workspace_must_be_said_once_and_rightly() -> None:
    assert compile_document({}, "w").workspace == "w"
    assert compile_document({"workspace": "w"}, "w").workspace == "w"
    assert problems_of({}) == ["workspace: is missing"]
    assert problems_of({"workspace": "v"}, "w") == ['workspace: is "v", but the document is for "w"']


@pytest.mark.parametrize("document", [None, [], "queues", 3])
def test_only_a_mapping_is_a_document(document: Any) -> None:
    assert problems_of(document, "w") == ["a workspace document is a mapping"]


def test_hours_are_calendars_and_only_their_names_reach_routing() -> None:
    shop = {"time_zone": "Asia/Shanghai", "weekly": {"mon-sun": "09:00-21:00"}}
    compiled = compile_document({"hours": {"shop": shop}, "queues": {"a": {"hours": "shop"}}}, "w")
    assert compiled.hours["shop"].time_zone == "Asia/Shanghai"
    assert canonical(compiled.routing) == b'{"queues":{"a":{"hours":"shop"}}}'
    document = {"hours": {"shop": shop}, "queues": {"a": {"hours": "shp"}}}
    assert problems_of(document, "w") == ['queues.a.hours: no hours "shp"; did you mean "shop"?']


def test_skills_and_sites_that_are_not_listed_are_those_in_use() -> None:
    document = {
        "queues": {"q": {"steps": [{"require": {"b": 1}}]}},
        "agents": {"ana": {"skills": {"c": 1}, "site": "t"}, "bo": {"skills": {"a": 1}}},
    }
    routing = compile_document(document, "w").routing
    assert (routing.skills, routing.sites) == (("a", "b", "c"), ("t",))
    assert routing.agents["bo"] == AgentSettings(skills={"a": 1})
