from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.console.supervise_words import SuperviseWords
from deploy.console.supervising import Ask, Exit, described, told
from deploy.console.words import Language

WORDS = SuperviseWords(Language.ENGLISH)
ASK = Ask(path="/", body={}, act="cancel", asked={"interaction_id": "i1"}, command_id="k_12345678")


def answer(status: int, **body: Any) -> httpx.Response:
    return httpx.Response(status, json=body)


@pytest.mark.parametrize(
    ("response", "text", "code"),
    [
        (answer(200, standing="applied"), "done: cancel i1", Exit.DONE),
        (answer(200, standing="duplicate"), "done before: cancel i1", Exit.DONE),
        (
            answer(409, reason="wrong_state", detail="connected"),
            "refused (wrong state): cancel i1: connected",
            Exit.REFUSED,
        ),
        (answer(403, title="Your roles do not allow that"), "not done: Your roles do not allow that", Exit.REFUSED),
        (answer(409, title="taken"), "not done: taken", Exit.REFUSED),
    ],
)
def test_an_answer_is_said_and_has_its_exit_code(response: httpx.Response, text: str, code: Exit) -> None:
    found = told(response, ASK, WORDS)
    assert (found.text, found.exit) == (text, code)


@pytest.mark.parametrize("response", [answer(202, standing="waiting"), answer(503, title="away"), httpx.Response(502)])
def test_what_is_not_known_says_under_which_id_to_ask_again(response: httpx.Response) -> None:
    found = told(response, ASK, WORDS)
    assert found.exit is Exit.NOT_ANSWERED
    assert "--command-id k_12345678" in found.text


def test_a_hand_over_says_how_many_customers_and_what_routing_made_of_it() -> None:
    ask = Ask(path="/", body={}, act="hand_over", asked={"agent_id": "ana", "to_agent": "bo"}, command_id="k_12345678")
    done = told(answer(200, owned=3, preferring=5, routing="applied"), ask, WORDS)
    assert done.text == ("done: hand over ana's customers and work to bo. 3 customers owned, 5 customers preferring")
    refused = told(answer(200, owned=3, preferring=5, routing="refused", refusal="unknown_agent"), ask, WORDS)
    assert refused.exit is Exit.REFUSED
    shown = told(answer(200, owned=3, preferring=5), Ask(path="/", body={}, act="hand_over", asked=ask.asked), WORDS)
    assert (shown.text[:9], shown.exit) == ("hand over", Exit.DONE)


def test_every_error_of_a_problem_is_named() -> None:
    errors = [{"path": "to_agent", "detail": "no agent"}, {"path": "reason", "detail": "is required"}]
    assert described({"title": "invalid", "errors": errors}) == "to_agent: no agent; reason: is required"
