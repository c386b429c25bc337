from __future__ import annotations

from consumers.gateway.results import Results
from schemas.decisions import DuplicateIgnored
from schemas.live import Outcome
from schemas.vocabulary import Refusal
from tests.support.decided import Floor


def test_a_decision_that_names_a_command_is_its_result() -> None:
    floor, results = Floor(), Results()
    applied = results.take(floor.applied("k_1"))
    refused = results.take(floor.refused("k_2", Refusal.NOT_OFFERED))
    assert applied is not None
    assert refused is not None
    assert (applied.outcome, applied.seq) == (Outcome.APPLIED, 1)
    assert (refused.outcome, refused.reason) == (Outcome.REFUSED, Refusal.NOT_OFFERED)


def test_other_decisions_are_no_results() -> None:
    assert Results().take(Floor().arrives("i1")) is None


def test_a_repetition_has_the_result_of_the_first_time() -> None:
    floor, results = Floor(), Results()
    first = results.take(floor.refused("k_1", Refusal.NOT_OFFERED))
    assert results.take(floor.say(DuplicateIgnored, command_id="k_1")) == first
    assert results.of("shop", "k_1") == first


def test_a_repetition_whose_first_time_is_not_known_is_said_to_be_one() -> None:
    floor, results = Floor(), Results()
    result = results.take(floor.say(DuplicateIgnored, command_id="k_1"))
    assert result is not None
    assert result.outcome is Outcome.DUPLICATE


def test_only_the_newest_results_are_remembered() -> None:
    floor, results = Floor(), Results(limit=2)
    for name in ("k_1", "k_2", "k_3"):
        results.take(floor.applied(name))
    assert results.of("shop", "k_1") is None
    assert results.of("shop", "k_3") is not None


def test_the_same_id_in_another_workspace_is_another_command() -> None:
    results = Results()
    results.take(Floor("shop").applied("k_1"))
    assert results.of("bank", "k_1") is None
