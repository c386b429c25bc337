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


Asking = dict[Session, asyncio.Event]
"""Who waits for one result. The event is set when it is there, or when the same session has asked once more."""


class Commander:
    """Commands and messages on their way."""

    def __init__(self, sender: Sender, clock: Clock, source: str, tell: Tell, *, answer_timeout_ms: int) -> None:
        self._sender = sender
        self._clock = clock
        self._source = source
        self._tell = tell
        self._timeout_s = answer_timeout_ms / 1000
        self._results = Results()
        self._asking: dict[Key, Asking] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, session: Session, event: Command) -> None:
        """Appends the command; a result that is known already is told at once instead."""
        known = self._results.of(event.workspace, event.command_id)
        if known is not None:
            self._tell(session, known)
            return
        asking = self._asking.setdefault((event.workspace, event.command_id), {})
        if session in asking:
            asking[session].set()
        settled = asking[session] = asyncio.Event()
        self._start(self._command(session, event, settled))

    def post(self, session: Session, command_id: str, message: MessagePosted) -> None:
        """Appends the message; the result comes with the broker's acknowledgement."""
        self._start(self._message(session, command_id, message))

    def decided(self, decision: Decision) -> None:
        """Tells the result, if that is what the decision is, to everyone here who has asked."""
        result = self._results.take(decision)
        if result is None:
            return
        for session, settled in self._asking.pop((decision.workspace, result.command_id), {}).items():
            settled.set()
            self._tell(session, result)

    async def stop(self) -> None:
        """Nobody waits any longer."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _command(self, session: Session, event: Command, settled: asyncio.Event) -> None:
        sent = self._sender.put(input_output(event, self._source, event.command_id, child_traceparent(None)))
        try:
            async with asyncio.timeout(self._timeout_s):
                await sent
                await settled.wait()
        except (TimeoutError, NotSent):
            if settled.is_set():
                return
            self._tell(session, self._unavailable(event.command_id))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LATE_S):
                    await settled.wait()
            self._forget((event.workspace, event.command_id), session, settled)

    def _forget(self, key: Key, session: Session, settled: asyncio.Event) -> None:
        """Nobody waits for it any longer, unless the session has asked once more."""
        asking = self._asking.get(key, {})
        if asking.get(session) is settled:
            del asking[session]
            if not asking:
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
