"""A crowd in a process of its own: made once, then timed as often as it is asked to."""

from __future__ import annotations

import asyncio
import sys
import time

import msgspec

from bench.children import say
from bench.crowd import Crowd, Size
from bench.memory import own_pss_bytes
from bench.peers.naive_router import NaiveRouter


class Argument(msgspec.Struct, frozen=True):
    """`naive`: the naive router instead of the engine. The first `warm` steps are not timed."""

    size: Size
    contacts: int
    warm: int
    naive: bool = False


class Ready(msgspec.Struct, frozen=True):
    """The crowd waits: what each of it takes in memory, everything in the process but the empty engine counted."""

    bytes_each: float


class Rate(msgspec.Struct, frozen=True):
    """Contacts a second from arrival to end."""

    per_s: float


async def run(argument: Argument) -> None:
    """A role of `bench.child`: says when it is ready, and a rate for each line that it is told."""
    before = own_pss_bytes()
    crowd = NaiveRouter(argument.size) if argument.naive else Crowd(argument.size)
    say(Ready((own_pss_bytes() - before) / argument.size.waiting))
    for _ in range(argument.warm):
        crowd.step()
    while await asyncio.to_thread(sys.stdin.readline):
        began_s = time.perf_counter()
        for _ in range(argument.contacts):
            crowd.step()
        say(Rate(argument.contacts / (time.perf_counter() - began_s)))
