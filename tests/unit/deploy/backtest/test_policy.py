from __future__ import annotations

import pytest

from deploy.backtest.policy import offered_at_once, plain_document, staffed
from producers.admin.problems import InvalidDocument

DOCUMENT = {
    "workspace": "bank",
    "channels": {"phone": {"wrap_up": "10s"}},
    "queues": {"regular": {"wrap_up": "20s"}, "new": {}},
    "agents": {"dana": {"queues": {"new": 2}, "wrap_up": "40s"}},
}


def test_the_log_s_agents_serve_all_queues_with_their_skills_and_the_document_s_own_stay_as_they_are() -> None:
    agents = staffed(DOCUMENT, {"dana": ["regular"], "eli": ["regular", "new"]}).agents
    assert (agents["eli"].queues, agents["eli"].skills) == ({"regular": 1, "new": 1}, {"regular": 1, "new": 1})
    assert (agents["dana"].queues, agents["dana"].skills) == ({"new": 2}, {})


def test_skills_of_the_log_are_declared_where_a_document_declares_its_own() -> None:
    assert staffed({**DOCUMENT, "skills": ["new"]}, {"eli": ["regular", "new"]}).skills == ("new", "regular")


def test_a_document_with_errors_is_refused() -> None:
    with pytest.raises(InvalidDocument, match="queus"):
        staffed({"workspace": "bank", "queus": {}}, {})


def test_a_log_without_a_document_has_its_queues_and_no_wrap_up() -> None:
    configuration = staffed(plain_document(["b", "a", "b"]), {"eli": []})
    assert (set(configuration.queues), configuration.channels["phone"].wrap_up_ms) == ({"a", "b"}, 0)
    assert configuration.settings.default_queue == "a"


def test_offers_are_accepted_at_once_and_the_after_call_time_is_everybody_s() -> None:
    configuration = staffed(DOCUMENT, {})
    as_written, ours = offered_at_once(configuration), offered_at_once(configuration, 75_000)
    assert as_written.channels["phone"].auto_accept
    assert (as_written.channels["phone"].wrap_up_ms, as_written.queues["regular"].wrap_up_ms) == (10_000, 20_000)
    assert ours.channels["phone"].wrap_up_ms == 75_000
    assert (ours.queues["regular"].wrap_up_ms, ours.agents["dana"].wrap_up_ms) == (None, None)
