"""Whatever a scenario names must be there at some time."""

from __future__ import annotations

from typing import Any

import pytest

from streams.routing.scenario_grammar import ACTIONS, EXPECTATIONS, Words
from streams.routing.scenario_names import Names, Sentence, left_out
from streams.routing.scenario_values import Unreadable

NAMES = Names(
    {"queues": {"service": {}}, "agents": {"ana": {}}, "statuses": {"lunch": {}}},
    [("arrive", {"arrive": "c1"}, "a"), ("configure", {"configure": {"agents": {"bo": {}}, "queues": None}}, "b")],
)


@pytest.mark.parametrize(
    ("words", "verb", "said", "problem"),
    [
        (ACTIONS, "login", {"login": "anna"}, "login: there is no agent 'anna' in this scenario; did you mean \"ana\""),
        (ACTIONS, "login", {"login": "ana", "status": "lnch"}, "there is no status 'lnch'"),
        (ACTIONS, "leave", {"leave": "c2"}, "there is no contact 'c2'"),
        (ACTIONS, "open", {"open": "sales"}, "there is no queue 'sales'"),
        (EXPECTATIONS, "not_offered", {"not_offered": "cl"}, "there is no contact 'cl'"),
        (EXPECTATIONS, "waiting", {"waiting": "servce", "is": 0}, "there is no queue 'servce'"),
        (EXPECTATIONS, "order", {"order": "service", "is": ["c1", "c3"]}, "there is no contact 'c3'"),
        (EXPECTATIONS, "owner", {"owner": "c1", "is": "bob"}, "there is no agent 'bob'"),
    ],
)
def test_a_name_that_nobody_has_is_a_mistake(words: Words, verb: str, said: dict[str, Any], problem: str) -> None:
    with pytest.raises(Unreadable, match=f"p.*{problem}"):
        NAMES.check(words, (verb, said, "p"))


def test_names_that_come_later_are_known_and_a_refusal_may_be_about_anything() -> None:
    NAMES.check(ACTIONS, ("login", {"login": "bo"}, "p"))
    NAMES.check(ACTIONS, ("arrive", {"arrive": "c1", "queue": "nowhere", "preferred": "nobody"}, "p"))
    NAMES.check_all([(("cancel", {"cancel": "ghost"}, "p"), True)], [("owner", {"owner": "c1", "is": None}, "q")])
    with pytest.raises(Unreadable, match="ghost"):
        NAMES.check_all([(("cancel", {"cancel": "ghost"}, "p"), False)], [])


@pytest.mark.parametrize("targets", [{}, {"to_queue": "service", "to_agent": "bo"}])
def test_whom_to_hand_over_to_is_said_once_unless_the_command_is_to_be_refused(targets: dict[str, str]) -> None:
    for verb in ("transfer", "consult"):
        sentence: Sentence = (verb, {verb: "c1", "by": "ana", **targets}, "p")
        NAMES.check_all([(sentence, True)], [])
        with pytest.raises(Unreadable, match=f"p: {verb} takes either to_(queue or to_agent|agent or to_queue)"):
            NAMES.check_all([(sentence, False)], [])


def test_what_a_refused_command_names_or_a_contact_asks_for_may_be_expected_to_stay_without_effect() -> None:
    done: list[tuple[Sentence, bool]] = [
        (("arrive", {"arrive": "c1", "queue": "nowhere", "preferred": "nobody"}, "a"), False),
        (("assign", {"assign": "c1", "to": "ghost"}, "b"), True),
    ]
    expected: list[Sentence] = [
        ("offered", {"offered": "c1", "to": "ghost"}, "c"),
        ("waiting", {"waiting": "nowhere", "is": 0}, "d"),
        ("agent", {"agent": "nobody", "is": "off_queue"}, "e"),
    ]
    names = Names({}, [sentence for sentence, _ in done])
    names.check_all(done, expected)
    with pytest.raises(Unreadable, match="there is no queue 'nwhere'"):
        names.check_all(done, [("waiting", {"waiting": "nwhere", "is": 0}, "d")])


def test_queues_that_are_named_and_not_described_are_told_in_their_order() -> None:
    document: dict[str, Any] = {
        "settings": {"default_queue": "rest"},
        "queues": {
            "service": {
                "steps": [{"overflow_to": "sales"}, 5],
                "overflow": {"when_full": {"overflow_to": "night"}, "when_closed": "stay"},
            },
            "sales": None,
        },
        "agents": {"ana": {"queues": {"service": 1, "vip": 2}}, "bo": None},
    }
    assert left_out(document) == ["rest", "night", "vip"]
    assert left_out({"queues": [], "agents": 5, "settings": None}) == []
