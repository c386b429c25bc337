"""From a client's command to its result.

The command goes into the routing log under the client's random id; the result is the decision that names it. With none
in time the answer is `unavailable`: unknown, repeat with the same id. A decision that comes later is a result still.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any, Final

from consumers.gateway.outputs import input_output, message_output
from consumers.gateway.results import Key, Results
from consumers.gateway.session import Session
from runtime.clock import Clock
from runtime.sender import NotSent, Sender
from runtime.tracing import child_traceparent
from schemas.decisions import Decision
from schemas.inputs import Command
from schemas.live import Frame, Outcome, Result
from schemas.messages import MessagePosted

LATE_S: Final = 600.0
"""How long a result is still told after the client was told `unavailable`."""

Tell = Callable[[Session, Frame], None]
"""Sends a frame to a session; one that is closed gets nothing."""


class _Asking:
    __slots__ = ("decided", "session")

    def __init__(self, session: Session) -> None:
        self.session = session
        self.decided = asyncio.Event()


class Commander:
    """Commands and messages on their way."""

    def __init__(self, sender: Sender, clock: Clock, source: str, tell: Tell, *, answer_timeout_ms: int) -> None:
        self._sender = sender
        self._clock = clock
        self._source = source
        self._tell = tell
        self._timeout_s = answer_timeout_ms / 1000
        self._results = Results()
        self._asking: dict[Key, _Asking] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, session: Session, event: Command) -> None:
        """Appends the command; a result that is known already is told at once instead."""
        known = self._results.of(event.workspace, event.command_id)
        if known is not None:
            self._tell(session, known)
            return
        asking = self._asking[(event.workspace, event.command_id)] = _Asking(session)
        self._start(self._command(event, asking))

    def post(self, session: Session, command_id: str, message: MessagePosted) -> None:
        """Appends the message; the result comes with the broker's acknowledgement."""
        self._start(self._message(session, command_id, message))

    def decided(self, decision: Decision) -> None:
        """Tells the result, if that is what the decision is and somebody here has asked."""
        result = self._results.take(decision)
        if result is None:
            return
        asking = self._asking.pop((decision.workspace, result.command_id), None)
        if asking is not None:
            asking.decided.set()
            self._tell(asking.session, result)

    async def stop(self) -> None:
        """Nobody waits any longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _command(self, event: Command, asking: _Asking) -> None:
        sent = self._sender.put(input_output(event, self._source, event.command_id, child_traceparent(None)))
        try:
            async with asyncio.timeout(self._timeout_s):
                await sent
                await asking.decided.wait()
        except (TimeoutError, NotSent):
            self._tell(asking.session, self._unavailable(event.command_id))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LATE_S):
                    await asking.decided.wait()
            key = (event.workspace, event.command_id)
            if self._asking.get(key) is asking:
                del self._asking[key]

    async def _message(self, session: Session, command_id: str, message: MessagePosted) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._sender.put(message_output(message, self._source, child_traceparent(None)))
        except (TimeoutError, NotSent):
            self._tell(session, self._unavailable(command_id))
        else:
            self._tell(session, Result(command_id=command_id, outcome=Outcome.APPLIED, at_ms=self._clock.now_ms()))

    def _unavailable(self, command_id: str) -> Result:
        return Result(command_id=command_id, outcome=Outcome.UNAVAILABLE, at_ms=self._clock.now_ms())

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
