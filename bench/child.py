"""`python -m bench.child ROLE ARGUMENT`: one part of a benchmark in a process of its own, on uvloop like the product's."""

from __future__ import annotations

import importlib
import sys
from typing import Any, Final

import msgspec
import uvloop

from runtime import log
from runtime.settings import LogLevel

ROLES: Final[dict[str, str]] = {
    "routing": "bench.routed",
    "transactions": "bench.peers.transactions",
    "unmarked": "bench.peers.unmarked",
    "copy": "bench.peers.copy_loop",
    "bare_sockets": "bench.peers.bare_sockets",
    "relay": "bench.peers.relay",
    "crowd": "bench.crowded",
    "raw_read": "bench.peers.raw_read",
    "skip_locked": "bench.peers.skip_locked",
    "figures": "bench.figured",
    "bare_faust": "bench.peers.bare_faust",
}
"""Modules with a Struct `Argument` and `async def run(argument) -> None`."""


def main(argv: list[str]) -> None:
    """Runs one role to its end."""
    role, argument = argv
    module: Any = importlib.import_module(ROLES[role])
    log.configure("bench", role, LogLevel.WARNING)
    uvloop.run(module.run(msgspec.json.decode(argument, type=module.Argument)))


if __name__ == "__main__":
    main(sys.argv[1:])
