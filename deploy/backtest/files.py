"""Reads a log's file and a workspace document."""

from __future__ import annotations

import gzip
import os
import zlib
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.backtest import bank_calls, csv_calls
from deploy.backtest.calls import RecordedLog
from deploy.local.plan import ROOT
from deploy.simulation import bank_log
from producers.admin.document import Format, parse
from producers.admin.problems import InvalidDocument

BANK_DOCUMENT: Final = ROOT / "deploy" / "examples" / "bank.yaml"
GZIP: Final = b"\x1f\x8b"
BYTE_ORDER_MARK: Final = "\ufeff"


class Unreadable(Exception):
    """A file that cannot be read, or is not what it should be; the message names it."""


class LogFile(msgspec.Struct, frozen=True):
    """A log, and the document of its own rules; None = its queues, first come first served."""

    log: RecordedLog
    document: dict[str, Any] | None


def read_log(file: Path) -> LogFile:
    """The calls of a log, gzipped or plain: CSV where the first line says so, else a bank's. Raises Unreadable."""
    lines = _text(file).removeprefix(BYTE_ORDER_MARK).splitlines()
    head = next((line for line in lines if line.strip()), "")
    if csv_calls.ARRIVED_AT in csv_calls.columns_of(head):
        return LogFile(csv_calls.read(lines), None)
    return LogFile(bank_calls.recorded(bank_log.read(lines)), read_document(BANK_DOCUMENT))


def read_document(file: Path) -> dict[str, Any]:
    """A workspace document as written. Raises Unreadable."""
    try:
        found = parse(_text(file), Format.JSON if file.suffix == ".json" else Format.YAML)
    except InvalidDocument as invalid:
        raise Unreadable(f"{os.fspath(file)}: {invalid}") from invalid
    if not isinstance(found, dict):
        raise Unreadable(f"{os.fspath(file)}: a workspace document is a mapping")
    return found


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
        return (gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8", "replace")
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable(f"{os.fspath(file)}: {error}") from error
