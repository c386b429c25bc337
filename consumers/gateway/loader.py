"""Fills what a client has subscribed to: the screen pop and the transcript.

While the database is away a frame says so, and the rest follows by itself as long as the client wants it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from consumers.gateway.commander import Tell
from consumers.gateway.screen_pop import Records
from consumers.gateway.session import Load, Session
from runtime.clock import Clock
from runtime.kept_messages import Away
from runtime.partitioner import partition_of
from runtime.records import TopicPartition
from runtime.transcripts import Transcripts, Wanted
from schemas.live import Details, DetailsState
from schemas.topics import MESSAGES

AGAIN_S: Final = 2.0
UNKNOWN_TRIES: Final = 15
AT_ONCE: Final = 8
"""Loads that ask the database and the log at the same time; more wait."""


class Loader:
    """`border` is the position up to which messages of a partition have been told."""

    def __init__(
        self,
        records: Records,
        transcripts: Transcripts,
        clock: Clock,
        tell: Tell,
        border: Callable[[TopicPartition], int],
    ) -> None:
        self._records = records
        self._transcripts = transcripts
        self._clock = clock
        self._tell = tell
        self._border = border
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    def load(self, session: Session, load: Load) -> None:
        """Begins; what is read is told to the session as long as it is subscribed."""
        assert session.workspace is not None
        workspace = session.workspace.view.workspace
        partition = partition_of(load.interaction_id.encode(), MESSAGES.partitions)
        wanted = Wanted(
            workspace=workspace,
            interaction_id=load.interaction_id,
            partition=partition,
            after=load.after,
            border=self._border(TopicPartition(MESSAGES.name, partition)),
        )
        self._start(self._details(session, workspace, load.interaction_id))
        self._start(self._transcript(session, wanted))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being read."""
        return not self._tasks

    async def stop(self) -> None:
        """Nothing more is read."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _details(self, session: Session, workspace: str, interaction_id: str) -> None:
        told: DetailsState | None = None
        tries = 0
        while interaction_id in session.subscriptions:
            details = await self._read_details(workspace, interaction_id)
            if details.state is not told:
                self._tell(session, details)
                told = details.state
            tries += details.state is DetailsState.UNKNOWN
            if details.state is DetailsState.KNOWN or tries > UNKNOWN_TRIES:
                return
            await self._clock.sleep(AGAIN_S)

    async def _read_details(self, workspace: str, interaction_id: str) -> Details:
        async with self._slots:
            at_ms = self._clock.now_ms()
            try:
                return await self._records.details(workspace, interaction_id, at_ms)
            except Away:
                return Details(interaction_id=interaction_id, at_ms=at_ms, state=DetailsState.AWAY)

    async def _transcript(self, session: Session, wanted: Wanted) -> None:
        said_incomplete = False
        while wanted.interaction_id in session.subscriptions:
            async with self._slots:
                transcript = await self._transcripts.read(wanted, self._clock.now_ms())
            moved = transcript.complete_to > wanted.after + 1
            if transcript.complete or moved or not said_incomplete:
                self._tell(session, transcript)
            if transcript.complete:
                return
            said_incomplete = True
            wanted = wanted.above(transcript.complete_to - 1)
            if not moved:
                await self._clock.sleep(AGAIN_S)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
