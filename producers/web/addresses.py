"""Who asks, by network address, and how much one address may. Pure: time is handed in."""

from __future__ import annotations

from collections import Counter

from runtime.buckets import Buckets, RatePolicy


def address_of(peer: str, forwarded: str | None, proxy_count: int) -> str:
    """The client's address: the peer's, or with proxies of our own the entry that the first of them has written."""
    if proxy_count <= 0 or forwarded is None:
        return peer
    entries = [entry.strip() for entry in forwarded.split(",")]
    return entries[max(0, len(entries) - proxy_count)] or peer


class Addresses:
    """Open sockets, and a bucket of requests, for each address."""

    def __init__(self, rate: RatePolicy, sockets: int) -> None:
        self._buckets = Buckets(rate)
        self._most = sockets
        self._open: Counter[str] = Counter()

    def wait_s(self, address: str, now_s: float) -> int | None:
        """None = the request may go on; else the seconds after which one may."""
        return self._buckets.take(address, 1, now_s)

    def enter(self, address: str) -> bool:
        """Counts a socket; False = there are too many."""
        if self._open[address] >= self._most:
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str) -> None:
        """The socket is closed."""
        self._open[address] -= 1
        if self._open[address] <= 0:
            del self._open[address]
