"""Plays generated requests, valid and not, against a running service, by its own OpenAPI document."""

from __future__ import annotations

from typing import Any, cast

import schemathesis
from schemathesis import Case
from schemathesis.checks import CHECKS

from producers.http.openapi import document
from producers.http.query import LONGEST_WAIT_S, USUAL_WAIT_S
from schemas.ids import interaction_id

EXCLUDED = {
    "positive_data_acceptance": "JSON Schema cannot say that plain JSON needs external_id or Idempotency-Key",
    "ignored_auth": "every request here carries the key; the suite refuses those without",
}
_LONG_WAITS = {str(seconds) for seconds in range(1, LONGEST_WAIT_S + 1)}


def described(workspace: str) -> Any:
    """The document, with the workspace and interaction that exist, so that requests get past the door."""
    api = document()
    for item in api["paths"].values():
        for parameter in item["parameters"]:
            known = {"workspace": workspace, "id": interaction_id(workspace, "web", "c1")}
            parameter["schema"] = {"const": known[parameter["name"]]}
            parameter["example"] = known[parameter["name"]]
    return schemathesis.openapi.from_dict(api)


def play(case: Case[Any], base_url: str, key: str) -> int:
    """Sends one generated request and checks the answer in every way that the document allows: its status. Nobody waits long."""
    if case.method == "GET" and str(case.query.get("wait_s", USUAL_WAIT_S)) in _LONG_WAITS:
        case.query["wait_s"] = 0
    answer = case.call_and_validate(
        base_url=base_url,
        headers={"authorization": f"Bearer {key}"},
        excluded_checks=[cast(Any, check) for check in CHECKS.get_by_names(list(EXCLUDED))],
    )
    return answer.status_code
