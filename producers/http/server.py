"""Puts the process together: database for keys, log, application, server; ends when told to or when the log is lost.

It serves from the first moment on, and answers 503 until the log is reached. SIGTERM: waiting polls are answered, open
requests finished, then the producer sends what it holds.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from producers.http.app import build
from producers.http.labels import route_of
from producers.http.polling import Polling, PollPolicy
from producers.http.receiver import Receiver
from producers.http.sending import Sending, SendPolicy
from producers.http.tail import Tail, TailPolicy
from runtime.buckets import Buckets, RatePolicy
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import KeyVerifier
from runtime.directory import PostgresVersionStore, WorkspaceDirectory
from runtime.kafka import KafkaConnection, KafkaReader
from runtime.measured import Measured
from runtime.postgres import connect_pool
from runtime.process import Context
from runtime.server import serving

_LOOK_S: Final = 5.0


async def main(context: Context) -> None:
    """Runs until `context.stop`; raises what broke."""
    settings, clock = context.settings, context.clock
    kafka = KafkaConnection(settings.kafka, clock, context.instance)
    sending = Sending(
        kafka.producer(),
        clock,
        SendPolicy(answer_timeout_ms=settings.kafka.answer_timeout_ms, most_waiting=settings.http.most_waiting),
    )
    reader = kafka.reader()
    tail = Tail(reader, clock, context.log, TailPolicy(idle_ms=settings.http.poll_idle_ms))
    polls = PollPolicy(most_polls=settings.http.most_polls, answer_timeout_ms=settings.kafka.answer_timeout_ms)
    async with connect_pool(settings.postgres) as pool:
        receiver = Receiver(
            KeyVerifier(PostgresCredentialStore(pool), clock),
            WorkspaceDirectory(PostgresVersionStore(pool), clock),
            sending,
            Buckets(RatePolicy(per_s=settings.http.rate_per_s, burst=settings.http.burst)),
            clock,
            context.tracing.hop("http.ingest"),
        )
        ingest = build(receiver, Polling(tail, reader, clock, polls), context.log)
        app = Measured(ingest, clock, context.metrics, route_of)
        context.health.add_ready("log", sending.problem)
        async with _ended(sending, tail, reader), serving(app, settings.process.bind, settings.http.port) as port:
            context.log.info("http.listening", port=port)
            await _until_stopped(context, sending, tail)
            await tail.stop()


async def _until_stopped(context: Context, sending: Sending, tail: Tail) -> None:
    stopped = asyncio.create_task(context.stop.wait())
    starting = asyncio.create_task(sending.start())
    waits: set[asyncio.Future[object]] = {stopped, starting, sending.failed}  # type: ignore[arg-type]
    try:
        while not stopped.done():
            done, _ = await asyncio.wait(waits, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
            tail.drop_idle()
            if starting in done:
                starting.result()
                waits.discard(starting)
            if sending.failed.done():
                raise sending.failed.result()
    finally:
        for task in (stopped, starting):
            task.cancel()
        await asyncio.wait([stopped, starting])


@contextlib.asynccontextmanager
async def _ended(sending: Sending, tail: Tail, reader: KafkaReader) -> AsyncIterator[None]:
    """In the end no poll waits, what was taken is sent, and no client is left."""
    try:
        yield
    finally:
        await tail.stop()
        await sending.stop()
        await reader.stop()
