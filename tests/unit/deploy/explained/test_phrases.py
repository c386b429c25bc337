"""Parts of sentences."""

from __future__ import annotations

import pytest

from deploy.console.words import Language
from deploy.explained.phrases import NAMES, Phrases, decided_by
from deploy.explained.words import Words
from schemas.trace import Because, Looked, Ranked, WentFirst
from schemas.values import ScorePart

SHORT = Phrases(Words(Language.ENGLISH), full=False)
FULL = Phrases(Words(Language.ENGLISH), full=True)


def ranked(**score: int) -> Ranked:
    return Ranked(agent_id="ana", score=tuple(ScorePart(name=name, value=value) for name, value in score.items()))


@pytest.mark.parametrize(
    ("score", "text"),
    [
        ({"rank": 2, "longest_idle": 0, "has_work": 0, "idle_since_ms": 4_000}, "rank 2, no other work, idle for 6 s"),
        ({"preferred": 0, "rank": 1}, "preferred, rank 1"),
        ({"preferred": 1, "most_skilled": -7}, "not the preferred agent, 7 levels in the skills asked for"),
        ({"least_loaded": 250_000}, "25% loaded"),
        ({"round_robin": -1}, "not asked from this queue yet"),
        ({"round_robin": 7}, "last asked at offer 7"),
        ({"fewest_handled": 3}, "3 handled since login"),
        ({"has_work": 1, "last_accepted_ms": 9_000}, "has other work, last accepted 1 s ago"),
    ],
)
def test_a_score_is_said_in_words(score: dict[str, int], text: str) -> None:
    assert SHORT.score(ranked(**score), 10_000) == text


def test_what_decides_is_the_first_difference() -> None:
    assert decided_by(ranked(rank=1, has_work=0), ranked(rank=1, has_work=1)) == "has_work"
    assert decided_by(ranked(rank=1), ranked(rank=1)) == "agent_id"


def test_many_names_are_shortened_unless_all_are_asked_for() -> None:
    names = [f"a{number}" for number in range(NAMES + 5)]
    assert SHORT.names(names).endswith("and 5 more")
    assert FULL.names(names).endswith(names[-1])
    assert SHORT.names(names[:2]) == "a0, a1"


def test_only_the_reason_that_counts_is_named_unless_all_are_asked_for() -> None:
    reasons = ("lacks_skill", "off_queue")
    assert SHORT.reasons(SHORT.deciding(reasons)) == "lacks a skill asked for"
    assert FULL.reasons(FULL.deciding(reasons)) == "lacks a skill asked for; not on queue"
    assert SHORT.reasons(()) == "could take it"


def test_the_rules_of_a_step_are_said() -> None:
    look = Looked(at_ms=0, offset=0, leg_id="c1.1", queue="q", step=0, requirements={"mandarin": 2}, min_rank=2)
    assert SHORT.rules(look) == "it asks for mandarin 2, only agents of rank 2 or further back"
    alone = Looked(at_ms=0, offset=0, leg_id="c1.1", queue="q", step=0, only="bo", site="tianhe", max_rank=3)
    assert "only the preferred agent bo is asked" in SHORT.rules(alone)
    transferred = Looked(at_ms=0, offset=0, leg_id="c1.1", queue="q", step=0, only="bo", anyhow=True)
    assert SHORT.rules(transferred).startswith("only bo is asked (transferred")
    assert SHORT.rules(Looked(at_ms=0, offset=0, leg_id="c1.1", queue="q", step=0)) == ""


def test_why_others_went_first_names_the_difference() -> None:
    one = WentFirst(
        at_ms=0,
        offset=0,
        leg_id="c1.1",
        agent_id="ana",
        interaction_id="c2",
        queue="q",
        because=Because.HEAD_START,
        earlier_ms=60_000,
    )
    assert SHORT.because(one) == "its head start puts it 1 min earlier in line"
    assert SHORT.because_many([one, one]) == "their head starts put them up to 1 min earlier in line"
