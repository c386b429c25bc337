"""A crowd in a process of its own: made once, then timed as often as it is asked to."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Final

import msgspec

from bench.children import say
from bench.crowd import Crowd, Size
from bench.memory import own_pss_bytes
from bench.peers.naive_router import NaiveRouter

LIVE: Final = "live"
"""The line that asks for work in small batches."""


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
    """A role of `bench.child`: says when it is ready, and a rate for each line that it is told; `LIVE` is one for the engine."""
    before = own_pss_bytes()
    crowd = NaiveRouter(argument.size) if argument.naive else Crowd(argument.size)
    say(Ready((own_pss_bytes() - before) / argument.size.waiting))
    for _ in range(argument.warm):
        crowd.step()
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip() == LIVE and isinstance(crowd, Crowd):
            say(_live(crowd, argument.contacts))
        else:
            say(_one_by_one(crowd, argument.contacts))


def _one_by_one(crowd: Crowd | NaiveRouter, contacts: int) -> Rate:
    began_s = time.perf_counter()
    for _ in range(contacts):
        crowd.step()
    return Rate(contacts / (time.perf_counter() - began_s))


def _live(crowd: Crowd, contacts: int) -> Rate:
    """Each batch's decisions are handed on by one system call."""
    with open(os.devnull, "wb", buffering=0) as sink:
        done, began_s = 0, time.perf_counter()
        while done < contacts:
            done += crowd.live_step(sink.write)
        return Rate(done / (time.perf_counter() - began_s))
