"""Puts the process together: the HTTP interface, the relay that brings its outboxes into the log, the opening hours."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from producers.admin.accounts import Accounts
from producers.admin.app import build
from producers.admin.commander import Commander
from producers.admin.customers import Customers
from producers.admin.hand_overs import HandOvers
from producers.admin.hours_store import HoursStore
from producers.admin.merge_suggestions import MergeSuggestions
from producers.admin.merges import Merges
from producers.admin.observed import Observed
from producers.admin.passwords import ADDRESS_PACE, USER_PACE, Attempts, Passwords
from producers.admin.publication import Publication
from producers.admin.relay import Relay
from producers.admin.scheduler import Scheduler
from producers.admin.services import Services
from producers.admin.versions import Versions
from runtime.clock import Clock
from runtime.credential_store import PostgresCredentialStore
from runtime.credentials import BearerVerifier, TicketIssuer
from runtime.kafka import KafkaConnection
from runtime.log import Logger
from runtime.metrics import Metrics
from runtime.postgres import AWAY, Pool, connect_pool
from runtime.process import Context
from runtime.sender import Sender
from runtime.server import serving
from runtime.settings import Settings
from runtime.ticket_key import ticket_key

HOUSEKEEPING_S: Final = 600


async def main(context: Context) -> None:
    """Serves until told to stop."""
    settings = context.settings
    broker = KafkaConnection(settings.kafka, context.clock, context.instance)
    async with connect_pool(settings.postgres) as pool:
        scheduler = Scheduler(HoursStore(pool), broker, context.clock, context.log, context.metrics)
        relay = Relay(pool, broker, scheduler, context.clock, context.log, context.metrics)
        sender, reader = Sender(broker.producer, context.clock, context.log), broker.reader()
        commander = Commander(sender, reader, pool, context.clock, settings.admin.command_wait_ms)
        services = put_together(settings, pool, context.clock, context.metrics, commander)
        app = Observed(build(services, context.log), context.clock, context.metrics)
        async with (
            running(relay, scheduler, sender, services.accounts, context.clock, context.log),
            serving(app, settings.process.bind, settings.admin.port) as port,
        ):
            context.log.info("admin.listening", port=port)
            context.health.add_ready("relay", lambda: relay.trouble)
            context.health.add_ready("hours", lambda: scheduler.trouble)
            await context.stop.wait()
            context.health.set_ready("stop", "stopping")
        await reader.stop()


def put_together(settings: Settings, pool: Pool, clock: Clock, metrics: Metrics, commander: Commander) -> Services:
    """What the HTTP interface works with."""
    versions = Versions(pool, clock)
    return Services(
        accounts=Accounts(pool, clock),
        versions=versions,
        publication=Publication(versions, clock, settings.admin.apply_wait_ms),
        customers=Customers(pool, clock),
        merges=Merges(pool, clock),
        merge_suggestions=MergeSuggestions(pool, clock),
        commander=commander,
        hand_overs=HandOvers(pool, clock),
        verifier=BearerVerifier(PostgresCredentialStore(pool), clock),
        tickets=TicketIssuer(ticket_key(settings), clock, max(1, settings.ticket.valid_ms // 1000)),
        passwords=Passwords(),
        user_attempts=Attempts(USER_PACE, clock),
        address_attempts=Attempts(ADDRESS_PACE, clock),
        metrics=metrics,
        clock=clock,
        region=settings.identity.default_region,
    )


@contextlib.asynccontextmanager
async def running(
    relay: Relay, scheduler: Scheduler, sender: Sender, accounts: Accounts, clock: Clock, log: Logger
) -> AsyncIterator[None]:
    """Runs the relay, the opening hours, commands' way into the log and the housekeeping while the block runs."""
    tasks = [
        asyncio.create_task(sender.run(), name="sender"),
        asyncio.create_task(relay.run(), name="relay"),
        asyncio.create_task(scheduler.run(), name="hours"),
        asyncio.create_task(_housekeeping(accounts, clock, log), name="housekeeping"),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _housekeeping(accounts: Accounts, clock: Clock, log: Logger) -> None:
    while True:
        try:
            await accounts.forget_old()
        except AWAY as error:
            log.warning("housekeeping.failed", error=type(error).__name__)
        await clock.sleep(HOUSEKEEPING_S)
