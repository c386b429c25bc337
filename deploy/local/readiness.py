"""What a process of the product says of itself, asked through the port that it wrote down."""

from __future__ import annotations

import enum
import http.client
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from deploy.local.layout import Layout
from deploy.local.state import HOST

PROBE_TIMEOUT_S: Final = 1.0


class Readiness(enum.Enum):
    """Works, stands by for another one that works, or neither."""

    READY = enum.auto()
    STANDBY = enum.auto()
    UNREADY = enum.auto()


class _Answer(msgspec.Struct, frozen=True):
    standby: bool = False


def health_port(port_file: Path) -> int | None:
    """The port that a process wrote down for its health server, None before it did."""
    try:
        return int(port_file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def ask(port_file: Path) -> Readiness:
    """What the process answers at /readyz within a second."""
    port = health_port(port_file)
    if port is None:
        return Readiness.UNREADY
    connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        if answer.status != http.HTTPStatus.OK:
            return Readiness.UNREADY
        return Readiness.STANDBY if _is_standby(answer.read()) else Readiness.READY
    except (OSError, http.client.HTTPException):
        return Readiness.UNREADY
    finally:
        connection.close()


def first(layout: Layout, names: Iterable[str], wanted: Readiness) -> str | None:
    """The first of these processes that answers so, None = none does."""
    return next((name for name in names if ask(layout.port_file(name)) is wanted), None)


def _is_standby(body: bytes) -> bool:
    try:
        return msgspec.json.decode(body, type=_Answer).standby
    except msgspec.DecodeError:
        return False
