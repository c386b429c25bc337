"""The bare agent: Faust hands it every record of the same log, and it counts them.

The same Faust with the same transport and settings as ours: at least once, in memory, one agent. Nothing is decoded, kept
or sent.
"""

from __future__ import annotations

import tempfile
import time

from faust.types import StreamT

from bench.children import say
from bench.figured import Argument, Seconds, context
from runtime.faust_app import FaustApp
from schemas.topics import ROUTING_DECISIONS

__all__ = ["Argument", "run"]


async def run(work: Argument) -> None:
    """A role of `bench.child`."""
    with tempfile.TemporaryDirectory() as folder:
        around = context(work, folder)
        stream = FaustApp(around, work.group)
        took_s = 0.0

        async def count(records: StreamT[bytes]) -> None:
            nonlocal took_s
            seen, began_s = 0, 0.0
            async for _ in records.events():
                if not seen:
                    began_s = time.perf_counter()
                seen += 1
                if seen == work.decisions:
                    took_s = time.perf_counter() - began_s
                    around.stop.set()

        stream.app.agent(stream.topic(ROUTING_DECISIONS), name=work.group, concurrency=1)(count)
        await stream.run()
        say(Seconds(took_s))
