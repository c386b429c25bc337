from __future__ import annotations

from typing import Any

import pytest

from producers.admin.compile import compile_document
from producers.admin.problems import InvalidDocument


def problems_of(document: dict[str, Any]) -> list[str]:
    try:
        compile_document(document, "w")
    except InvalidDocument as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (
            {"queues": {"sales": {}, "service": {"steps": [{"overflow_to": "sale"}]}}},
            'queues.service.steps[0].overflow_to: no queue "sale"; did you mean "sales"?',
        ),
        ({"settings": {"default_queue": "x"}}, 'settings.default_queue: no queue "x"'),
        (
            {"queues": {"a": {"overflow": {"when_full": {"overflow_to": "b"}}}}},
            'queues.a.overflow.when_full.overflow_to: no queue "b"',
        ),
        ({"agents": {"ana": {"queues": {"b": 1}}}}, 'agents.ana.queues.b: no queue "b"'),
        ({"skills": ["c"], "agents": {"ana": {"skills": {"b": 1}}}}, 'agents.ana.skills.b: no skill "b"'),
        ({"sites": ["c"], "agents": {"ana": {"site": "b"}}}, 'agents.ana.site: no site "b"'),
        ({"agents": {"ana": {"max": {"web_cat": 1}}}}, 'agents.ana.max.web_cat: no channel "web_cat"; did you mean'),
        ({"channels": {"phone": {"interrupted_by": ["x"]}}}, 'channels.phone.interrupted_by[0]: no channel "x"'),
        ({"statuses": {"available": {"routable": False}}}, "statuses.available.routable: available always exists"),
        (
            {"queues": {"a": {"steps": [{"at": "5s"}, {"at": "5s"}]}}},
            "queues.a.steps[1].at: must be later than the step before",
        ),
        (
            {"queues": {"a": {"steps": [{"min_rank": 3, "max_rank": 2}]}}},
            "queues.a.steps[0].min_rank: must not be above max_rank",
        ),
        (
            {"skills": [], "queues": {"a": {"steps": [{"require": {"x": 1}}]}}},
            'queues.a.steps[0].require.x: no skill "x"',
        ),
    ],
)
def test_what_names_nothing_or_contradicts_itself_is_named(document: dict[str, Any], problem: str) -> None:
    [found] = problems_of(document)
    assert found.startswith(problem)


def test_lists_that_are_left_out_allow_everything() -> None:
    assert problems_of({"agents": {"ana": {"site": "b", "skills": {"c": 1}}}}) == []


def test_an_adapters_own_channel_counts_once_it_is_configured() -> None:
    assert problems_of({"channels": {"wechat": {}}, "agents": {"ana": {"max": {"wechat": 2, "sms": 1}}}}) == []
