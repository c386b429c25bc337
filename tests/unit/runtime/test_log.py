from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
import structlog

from runtime import log
from runtime.settings import LogLevel
from schemas.interactions import ContactPoint, InteractionReceived

RECEIVED = InteractionReceived(
    workspace="bookcity",
    interaction_id="i_1",
    adapter="mail",
    instance="mail-1",
    external_id="<secret@example>",
    channel="email",
    received_at_ms=1_000,
    customer_name="Secret Name",
    contact_points=(ContactPoint(kind="email", value="secret@example"),),
)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    yield io.StringIO()
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_process_and_context(stream: io.StringIO) -> None:
    logger = log.configure("http", "http-1", LogLevel.INFO, stream)
    structlog.contextvars.bind_contextvars(event_id="e_1", trace_id="abc")
    logger.info("contact.accepted", channel="email")
    [line] = lines(stream)
    assert (
        line.items()
        >= {
            "event": "contact.accepted",
            "process": "http",
            "instance": "http-1",
            "event_id": "e_1",
            "trace_id": "abc",
            "channel": "email",
            "level": "info",
        }.items()
    )


def test_personal_data_credentials_and_contents_never_appear(stream: io.StringIO) -> None:
    logger = log.configure("http", "http-1", LogLevel.INFO, stream)
    logger.info("x", what=RECEIVED, items=[RECEIVED], deep={"token": "Secret"}, password="Secret", body=b"Secret")
    [line] = lines(stream)
    assert "ecret" not in json.dumps(line)
    assert line["what"]["interaction_id"] == "i_1"
    assert line["what"]["contact_points"] == "***"
    assert line["body"] == "<6 bytes>"


def test_an_exception_is_logged_with_its_traceback(stream: io.StringIO) -> None:
    logger = log.configure("http", "http-1", LogLevel.INFO, stream)
    try:
        raise RuntimeError("planted")
    except RuntimeError:
        logger.exception("process.crashed")
    [line] = lines(stream)
    assert "RuntimeError: planted" in line["exception"]


@pytest.mark.parametrize("wrapped", [False, True], ids=["alone", "as a cause within a group"])
def test_what_a_database_quotes_of_a_row_is_not_logged(stream: io.StringIO, wrapped: bool) -> None:
    logger = log.configure("http", "http-1", LogLevel.INFO, stream)
    refused = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
    vars(refused)["detail"] = "Key (value)=(Secret) already exists."
    try:
        try:
            raise refused
        except asyncpg.PostgresError as error:
            if not wrapped:
                raise
            raise ExceptionGroup("several", [RuntimeError("not kept")]) from error
    except Exception:
        logger.exception("process.crashed")
        logging.getLogger("uvicorn.error").exception("of a library")
    assert len(lines(stream)) == 2
    for line in lines(stream):
        assert "UniqueViolationError: duplicate key" in line["exception"]
        assert "ecret" not in json.dumps(line)


def test_lines_below_the_level_are_left_out(stream: io.StringIO) -> None:
    logger = log.configure("http", "http-1", LogLevel.WARNING, stream)
    logger.info("no")
    logger.warning("yes")
    assert [line["event"] for line in lines(stream)] == ["yes"]


def test_libraries_speak_in_the_same_form(stream: io.StringIO) -> None:
    log.configure("http", "http-1", LogLevel.INFO, stream)
    logging.getLogger("aiokafka.client").warning("no broker at %s", "x:1")
    [line] = lines(stream)
    assert (line["event"], line["level"]) == ("no broker at x:1", "warning")
