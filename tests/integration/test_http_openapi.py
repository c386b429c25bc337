"""Generated requests by the OpenAPI document against the real process on the real Kafka and PostgreSQL."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case

from tests.support.http_played import described, play
from tests.support.http_process import HttpProcess, Seeded, http_process, seed
from tests.support.stack import SharedStack

WORKSPACE = f"w_{secrets.token_hex(6)}"
api = described(WORKSPACE)


@pytest.fixture(scope="module")
def seeded(database_url: str) -> Seeded:
    return seed(database_url, WORKSPACE)


@pytest.fixture(scope="module")
def process(stack: SharedStack, database_url: str) -> Iterator[HttpProcess]:
    with http_process(stack.kafka, database_url) as running:
        yield running


@api.parametrize()  # type: ignore[untyped-decorator] # schemathesis' own
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_one_that_the_document_names(case: Case[Any], process: HttpProcess, seeded: Seeded) -> None:
    assert play(case, process.base_url, seeded.key) < 500
