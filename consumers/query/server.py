"""Puts the process together: database, live view, application, server.

It serves from the first moment on: what needs the database or the live view answers 503 until they are reached. It ends
when told to, or when the log cannot be followed any more.
"""

from __future__ import annotations

import asyncio

from consumers.query.app import build, route_of
from consumers.query.audit import AuditTrail
from consumers.query.customers import Customers
from consumers.query.explainer import Explainer
from consumers.query.files import Files
from consumers.query.interactions import Interactions
from consumers.query.intervals import Intervals
from consumers.query.live import Live
from consumers.query.reading import Reading
from consumers.query.timeline import Timelines
from consumers.query.turns import Turns
from runtime.broker import Broker
from runtime.clock import Clock
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import BearerVerifier
from runtime.kafka import KafkaConnection
from runtime.kept_messages import PostgresMessages
from runtime.measured import Measured
from runtime.postgres import Pool, connect_pool
from runtime.process import Context
from runtime.server import serving
from runtime.settings import Settings
from runtime.transcripts import Transcripts
from runtime.vault import open_vault

SESSION = {"jit": "off"}
"""How its pool connects: compiling a question takes longer than answering it."""


async def main(context: Context) -> None:
    """Serves until told to stop; raises what broke."""
    settings, clock = context.settings, context.clock
    broker = KafkaConnection(settings.kafka, clock, context.instance)
    live = Live(broker, clock, context.log)
    explainer = Explainer(settings.explainer.url, context.log)
    async with connect_pool(settings.postgres, SESSION) as pool, explainer:
        verifier = BearerVerifier(PostgresCredentialStore(pool), clock)
        reading = put_together(settings, pool, live, explainer, broker, clock)
        app = Measured(
            build(reading, verifier, Turns(settings.query.open_count), context.log),
            clock,
            context.metrics,
            route_of,
        )
        context.health.add_ready("live", lambda: live.trouble)
        async with serving(app, settings.process.bind, settings.query.port) as port:
            context.log.info("query.listening", port=port)
            await _until_stopped(context, live)
            context.health.set_ready("stop", "stopping")
    await live.stop()


def put_together(
    settings: Settings, pool: Pool, live: Live, explainer: Explainer, broker: Broker, clock: Clock
) -> Reading:
    """What questions are answered from."""
    return Reading(
        customers=Customers(pool),
        timelines=Timelines(pool),
        interactions=Interactions(pool),
        intervals=Intervals(pool),
        trail=AuditTrail(pool),
        transcripts=Transcripts(PostgresMessages(pool), broker.reader()),
        files=Files(open_vault(settings.web.attachments_url, settings.process.attachments_path)),
        live=live,
        explainer=explainer,
        clock=clock,
        region=settings.identity.default_region,
    )


async def _until_stopped(context: Context, live: Live) -> None:
    following = asyncio.create_task(live.run())
    stopped = asyncio.create_task(context.stop.wait())
    try:
        await asyncio.wait({following, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            following.result()
    finally:
        for task in (following, stopped):
            task.cancel()
        await asyncio.gather(following, stopped, return_exceptions=True)
