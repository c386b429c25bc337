"""How aiokafka's clients are set up: the one place that names their options.

No client resets a position by itself, creates a topic, or commits on its own. Producers are idempotent with acks=all.
While the broker is away a starting client tries again until `start_patience_ms` have passed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError, NodeNotReadyError, RequestTimedOutError

from runtime.broker import GroupPolicy
from runtime.clock import Clock
from runtime.fetch_pace import FetchPace
from runtime.settings import Kafka

_RETRY_S: Final = 0.25
_UNREACHABLE: Final = (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError)
_STOP_S: Final = 5.0
_UNTAKEN_S: Final = 0.5
_POLL_LIMIT_MS: Final = 24 * 60 * 60 * 1000
"""The worker fetches all the time: a member that does not is stuck, and is found by its health, not by the group."""


class ClientSetup(msgspec.Struct, frozen=True):
    """What every client of this process shares; `client_id` names it in the broker's logs."""

    settings: Kafka
    clock: Clock
    client_id: str


class _Client(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


ClientT = TypeVar("ClientT", bound=_Client)


def make_producer(setup: ClientSetup) -> AIOKafkaProducer:
    """An idempotent producer, not started. It retries for ever while the broker is away: bound what you wait for."""
    settings = setup.settings
    return AIOKafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        client_id=setup.client_id,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_batch_size=settings.batch_bytes,
        request_timeout_ms=settings.request_timeout_ms,
    )


def make_consumer(setup: ClientSetup, **options: Any) -> AIOKafkaConsumer:
    """A consumer, not started, that never resets a position and never commits by itself."""
    settings = setup.settings
    options.setdefault("fetch_max_wait_ms", settings.fetch_max_wait_ms)
    return AIOKafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers,
        client_id=setup.client_id,
        auto_offset_reset="none",
        enable_auto_commit=False,
        max_partition_fetch_bytes=settings.partition_fetch_bytes,
        request_timeout_ms=settings.request_timeout_ms,
        **options,
    )


def make_group_consumer(setup: ClientSetup, policy: GroupPolicy) -> AIOKafkaConsumer:
    """As `make_consumer`, for a member of a group."""
    settings = setup.settings
    return make_consumer(
        setup,
        group_id=policy.group_id,
        group_instance_id=policy.static_member_id,
        session_timeout_ms=settings.session_timeout_ms,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
        rebalance_timeout_ms=settings.rebalance_timeout_ms,
        max_poll_interval_ms=_POLL_LIMIT_MS,
    )


def keep_fetches(consumer: AIOKafkaConsumer, pace: FetchPace) -> None:
    """From its next fetch on; aiokafka takes these only before it starts.

    What has come and is not taken yet keeps the next fetch back for a while: one without that partition would be kept, and
    what comes for it meanwhile would be late.
    """
    fetcher = consumer._fetcher  # noqa: SLF001
    fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes = pace.kept  # noqa: SLF001
    fetcher._prefetch_backoff = _UNTAKEN_S  # noqa: SLF001


async def started(setup: ClientSetup, make: Callable[[], ClientT]) -> ClientT:
    """A client that has reached the broker; raises what the last attempt raised when patience ends."""
    deadline = setup.clock.monotonic() + setup.settings.start_patience_ms / 1000
    while True:
        client = make()
        try:
            await _in_one_go(client.start())
        except _UNREACHABLE:
            await stopped(client)
            if setup.clock.monotonic() >= deadline:
                raise
            await setup.clock.sleep(_RETRY_S)
        except BaseException:
            await stopped(client)
            raise
        else:
            return client


async def _in_one_go(start: Coroutine[Any, Any, None]) -> None:
    """Waits for a client's start; who is cancelled meanwhile waits on for a moment, until it is over. Broken off in the middle
    aiokafka forgets the connection that it was about to keep, and nobody can close it any more.
    """
    starting = asyncio.ensure_future(start)
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting}, timeout=_STOP_S)
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled():
            starting.exception()
        raise


async def stopped(client: _Client | None) -> None:
    """Stops a client, if there is one, within 5 s: while the broker is away aiokafka waits for it, or breaks off with a
    CancelledError of its own. Whatever it says then concerns nobody any more.
    """
    if client is None:
        return
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=_STOP_S)
    if not stopping.done():
        stopping.cancel()
        await asyncio.wait({stopping}, timeout=_STOP_S)
    elif not stopping.cancelled():
        stopping.exception()
