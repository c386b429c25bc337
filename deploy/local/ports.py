"""Which ports the processes of a stack get, and claims on them, so that two stacks never choose the same one.

A port is chosen seconds before its server listens on it, and stands free whenever that server is down. Whoever has chosen
it holds the UDP port of the same number all the while: nothing else asks for that one, all accounts of the machine see it,
and it goes with its holder, however that dies.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections.abc import Iterator
from typing import Final

from deploy.local.state import HOST

LOWEST_PORT: Final = 20_000
PORTS: Final = 12_000
PREFERRED_PORTS: Final[dict[str, int]] = {
    "http": 8080,
    "admin": 8081,
    "gateway": 8082,
    "query": 8083,
    "web": 8084,
    "explainer": 8085,
}


class Claims:
    """The ports that one stack has chosen, held until `release`."""

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def take(self, port: int) -> bool:
        """Whether the port is ours from now on: nobody else has claimed it, and nobody listens on it."""
        if port in self._held:
            return is_free(port)
        claim = _claimed(port)
        if claim is None:
            return False
        # Looked at under the claim: its last holder may have let it go while his server went on.
        if not is_free(port):
            claim.close()
            return False
        self._held[port] = claim
        return True

    def keep(self, port: int) -> None:
        """Claims the port of a server of our own that listens already."""
        claim = None if port in self._held else _claimed(port)
        if claim is not None:
            self._held[port] = claim

    def take_any(self, taken: frozenset[int] | set[int] = frozenset()) -> int:
        """A port claimed now, below those that the system hands to clients: none of them can take it."""
        while True:
            port = LOWEST_PORT + secrets.randbelow(PORTS)
            if port not in taken and port not in self._held and self.take(port):
                return port

    def release(self) -> None:
        """Lets all of them go."""
        while self._held:
            self._held.popitem()[1].close()


@contextlib.contextmanager
def claims() -> Iterator[Claims]:
    """Claims that are let go at the end of the block."""
    held = Claims()
    try:
        yield held
    finally:
        held.release()


def choose_ports(
    known: dict[str, int], wanted: tuple[str, ...], in_use: frozenset[str], held: Claims
) -> dict[str, int]:
    """A port for each of `wanted`, claimed: the known one, else the preferred one, else any free one.

    `in_use` names those whose own server runs now: they keep their port. Known ports of others stay as they are.
    """
    chosen = dict(known)
    for name in wanted:
        if name in in_use and name in known:
            held.keep(known[name])
            continue
        first = known.get(name, PREFERRED_PORTS.get(name))
        taken = {port for other, port in chosen.items() if other != name}
        chosen[name] = first if first is not None and first not in taken and held.take(first) else held.take_any(taken)
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _claimed(port: int) -> socket.socket | None:
    claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        claim.bind((HOST, port))
    except OSError:
        claim.close()
        return None
    return claim
