"""Reads a log's file and a workspace document."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any, Final

from deploy.backtest.bank_calls import recorded
from deploy.backtest.calls import RecordedLog
from deploy.local.plan import ROOT
from deploy.simulation.bank_log import read
from producers.admin.document import Format, parse
from producers.admin.problems import InvalidDocument

BANK_DOCUMENT: Final = ROOT / "deploy" / "examples" / "bank.yaml"
GZIP: Final = b"\x1f\x8b"


class Unreadable(Exception):
    """A file that cannot be read, or is not what it should be; the message names it."""


def read_log(file: Path) -> RecordedLog:
    """The calls of a log, gzipped or plain. Raises Unreadable."""
    return recorded(read(_text(file).splitlines()))


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
    except (OSError, EOFError) as error:
        raise Unreadable(f"{os.fspath(file)}: {error}") from error
