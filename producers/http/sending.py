"""Sends to the log with a bounded wait.

Returns only after the broker has acknowledged (acks=all, idempotent producer). With no answer in `answer_timeout_ms` the
outcome is unknown: the producer may still deliver, so the caller is told to repeat with the same id. The process stays
up meanwhile, not ready. An error that does not pass by itself ends the process: a new one has a new producer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec

from producers.http.problems import Kind
from runtime.broker import Producer
from runtime.clock import Clock
from runtime.problems import Problem
from runtime.records import Output

RETRY_AFTER_S: Final = 2


class SendPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`most_waiting` requests may wait for the broker at once; more are refused untried."""

    answer_timeout_ms: int = 5_000
    most_waiting: int = 2_000


class Sending:
    """The way into the log; `failed` is set when the producer cannot go on."""

    def __init__(self, producer: Producer, clock: Clock, policy: SendPolicy) -> None:
        self._producer = producer
        self._clock = clock
        self._policy = policy
        self._waiting = 0
        self._started = False
        self._silent_since_s: float | None = None
        self.failed: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Connects; raises what the producer raises when its patience ends."""
        await self._producer.start()
        self._started = True

    async def stop(self) -> None:
        """Sends what is waiting, as far as the broker takes it within the answer's time."""
        try:
            async with asyncio.timeout(self._policy.answer_timeout_ms / 1000):
                await self._producer.stop()
        except TimeoutError:
            return

    def problem(self) -> str | None:
        """Why the process is not ready; None = it is."""
        if not self._started:
            return "not connected to the log yet"
        if self._silent_since_s is not None:
            silent_s = self._clock.monotonic() - self._silent_since_s
            return f"the log has acknowledged nothing for {silent_s:.0f} s"
        return None

    async def send(self, outputs: Sequence[Output]) -> None:
        """Raises Problem (503) when the records are not, or not known to be, in the log."""
        if not self._started:
            raise Problem(Kind.NOT_READY, "not connected to the log yet", retry_after_s=RETRY_AFTER_S)
        if self._waiting >= self._policy.most_waiting:
            raise Problem(Kind.OVERLOADED, retry_after_s=RETRY_AFTER_S)
        self._waiting += 1
        begun_s = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._policy.answer_timeout_ms / 1000):
                await self._producer.send(outputs)
        except TimeoutError:
            self._silent_since_s = self._silent_since_s or begun_s
            raise _unknown() from None
        except Exception as error:
            if not self.failed.done():
                self.failed.set_result(error)
            raise _unknown() from error
        finally:
            self._waiting -= 1
        self._silent_since_s = None


def _unknown() -> Problem:
    detail = "it is not known whether this was taken: repeat it with the same id"
    return Problem(Kind.UNKNOWN_OUTCOME, detail, retry_after_s=RETRY_AFTER_S)
