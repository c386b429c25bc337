"""Brings a supervisor's command into the routing log over HTTP, and finds what became of it.

Idempotent by the command's id: routing applies it once, and what it answered the first time is read where the audit
keeps it. Without the broker nothing is known: the caller repeats it with the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import aclosing
from typing import Final

from aiokafka.errors import KafkaError

from producers.admin.command_answers import CommandAnswer, Standing, answer_in
from producers.admin.configuration_outbox import SOURCE, decisions_of
from producers.admin.observed import current_trace
from runtime.broker import Reader
from runtime.clock import Clock
from runtime.events import to_output
from runtime.postgres import Pool
from runtime.sender import NotSent, Sender
from schemas.supervision import ActInput
from schemas.topics import ROUTING_INPUTS
from schemas.vocabulary import Refusal

AT_ONCE: Final = 16
ACKNOWLEDGED_S: Final = 5.0
LOOK_S: Final = 0.25
"""How often it is looked whether the audit has an answer."""
_KEPT: Final = """
SELECT outcome, at_ms, epoch, seq, refusal, detail FROM interventions WHERE workspace = $1 AND command_id = $2
ORDER BY epoch, seq LIMIT 1
"""


class BrokerAway(Exception):
    """The broker did not acknowledge in time: whether the command takes effect is not known."""


class Commander:
    """Commands of all workspaces; `wait_ms` is how long it waits for routing."""

    def __init__(self, sender: Sender, reader: Reader, pool: Pool, clock: Clock, wait_ms: int) -> None:
        self._sender = sender
        self._reader = reader
        self._pool = pool
        self._clock = clock
        self._wait_s = wait_ms / 1000
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def give(self, command: ActInput) -> CommandAnswer:
        """What became of the command. Raises BrokerAway."""
        known = await self.kept(command.workspace, command.command_id)
        if known is not None:
            return known
        async with self._slots:
            answer = await self._send(command)
        if answer.standing is Standing.DUPLICATE:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait_s):
                    return await self._written(command.workspace, command.command_id)
        return answer

    async def after(self, workspace: str) -> int | None:
        """Where the answer to a command that is given from now on is looked for; None = the broker does not answer."""
        try:
            async with asyncio.timeout(ACKNOWLEDGED_S):
                return (await self._reader.log_range(decisions_of(workspace))).end
        except (TimeoutError, KafkaError, OSError):
            return None

    async def answered(self, workspace: str, command_id: str, after: int | None) -> CommandAnswer:
        """What became of a command that an outbox brings into the log; `after` as above.

        One that was given before may have been answered before `after`: then the audit says so as soon as it is written.
        """
        known = await self.kept(workspace, command_id)
        if known is not None or after is None:
            return known or CommandAnswer(command_id=command_id, standing=Standing.WAITING)
        told = asyncio.create_task(self._wait(workspace, command_id, after))
        written = asyncio.create_task(self._written(workspace, command_id))
        try:
            await asyncio.wait({told, written}, return_when=asyncio.FIRST_COMPLETED)
            return written.result() if written.done() else told.result()
        finally:
            told.cancel()
            written.cancel()
            await asyncio.wait({told, written})

    async def _written(self, workspace: str, command_id: str) -> CommandAnswer:
        """The answer that the audit keeps, as soon as it does."""
        while True:
            known = await self.kept(workspace, command_id)
            if known is not None:
                return known
            await self._clock.sleep(LOOK_S)

    async def kept(self, workspace: str, command_id: str) -> CommandAnswer | None:
        """The answer that the audit keeps; None = none (yet)."""
        row = await self._pool.fetchrow(_KEPT, workspace, command_id)
        if row is None:
            return None
        return CommandAnswer(
            command_id=command_id,
            standing=Standing(row["outcome"]),
            at_ms=row["at_ms"],
            epoch=row["epoch"],
            seq=row["seq"],
            reason=None if row["refusal"] is None else Refusal(row["refusal"]),
            detail=row["detail"],
        )

    async def _send(self, command: ActInput) -> CommandAnswer:
        where = decisions_of(command.workspace)
        try:
            async with asyncio.timeout(ACKNOWLEDGED_S):
                first = (await self._reader.log_range(where)).end
                await self._sender.put(
                    to_output(
                        command,
                        ROUTING_INPUTS,
                        key=command.workspace,
                        event_id=command.command_id,
                        source=SOURCE,
                        subject=command.workspace,
                        traceparent=current_trace(),
                    )
                )
        except (TimeoutError, NotSent, KafkaError, OSError) as error:
            raise BrokerAway from error
        return await self._wait(command.workspace, command.command_id, first)

    async def _wait(self, workspace: str, command_id: str, first: int) -> CommandAnswer:
        where = decisions_of(workspace)
        waiting = CommandAnswer(command_id=command_id, standing=Standing.WAITING)
        try:
            async with (
                asyncio.timeout(self._wait_s),
                aclosing(self._reader.follow({where: first})) as followed,  # type: ignore[type-var]
            ):
                async for fetched in followed:
                    found = answer_in(fetched.get(where, ()), workspace, command_id)
                    if found is not None:
                        return found
        except (TimeoutError, KafkaError):
            return waiting
        return waiting
