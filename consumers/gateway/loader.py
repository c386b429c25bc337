"""Fills what a client has subscribed to: the screen pop and the transcript.

While the database is away a frame says so, and the rest follows by itself as long as the client wants it and may see the
interaction. Of what is asked for again only the last question goes on: nobody hears anything twice, and nothing piles up.
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
        self._newest: dict[tuple[str, str], Load] = {}
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
        self._newest[session.id, load.interaction_id] = load
        self._start(self._both(session, load, wanted))

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

    def _goes_on(self, session: Session, load: Load) -> bool:
        """Whether the client still wants it, and may: asked anew before anything is told."""
        interaction_id = load.interaction_id
        if self._newest.get((session.id, interaction_id)) is not load or interaction_id not in session.subscriptions:
            return False
        assert session.workspace is not None
        assert session.admitted is not None
        return session.workspace.may_see(session.admitted.scope, interaction_id)

    async def _both(self, session: Session, load: Load, wanted: Wanted) -> None:
        try:
            await asyncio.gather(
                self._details(session, load, wanted.workspace), self._transcript(session, load, wanted)
            )
        finally:
            if self._newest.get((session.id, load.interaction_id)) is load:
                del self._newest[session.id, load.interaction_id]

    async def _details(self, session: Session, load: Load, workspace: str) -> None:
        told: DetailsState | None = None
        tries = 0
        while self._goes_on(session, load):
            details = await self._read_details(workspace, load.interaction_id)
            if not self._goes_on(session, load):
                return
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

    async def _transcript(self, session: Session, load: Load, wanted: Wanted) -> None:
        said_incomplete = False
        while self._goes_on(session, load):
            async with self._slots:
                transcript = await self._transcripts.read(wanted, self._clock.now_ms())
            if not self._goes_on(session, load):
                return
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
