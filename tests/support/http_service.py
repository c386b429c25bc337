"""The HTTP ingest as it is, on any broker, with keys and workspaces from memory: for suites and measurements."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import httpx
import msgspec

from producers.http.app import build
from producers.http.polling import Polling, PollPolicy
from producers.http.receiver import Receiver
from producers.http.sending import Sending, SendPolicy
from producers.http.tail import Tail, TailPolicy
from runtime import log
from runtime.broker import Broker, Producer, Reader
from runtime.buckets import Buckets, RatePolicy
from runtime.clock import Clock, SystemClock
from runtime.credentials import Principal, StoreAway
from runtime.server import serving
from runtime.settings import LogLevel
from schemas.vocabulary import Role

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class MemoryKeys:
    """API keys that are known; `away` as when PostgreSQL is."""

    def __init__(self, keys: dict[str, Principal]) -> None:
        self.keys = keys
        self.away = False

    async def verify(self, raw_key: str) -> Principal | None:
        if self.away:
            raise StoreAway
        return self.keys.get(raw_key)


class MemoryDirectory:
    """Workspaces whose configuration is in force."""

    def __init__(self, workspaces: set[str]) -> None:
        self.workspaces = workspaces

    async def known(self, workspace: str) -> bool:
        return workspace in self.workspaces


class Service(msgspec.Struct, frozen=True):
    """A running service and what a test looks at."""

    base_url: str
    workspace: str
    broker: Broker
    reader: Reader
    producer: Producer
    sending: Sending
    tail: Tail
    polling: Polling
    keys: MemoryKeys

    def client(self, key: str | None = "key-web") -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=70)

    def url(self, rest: str) -> str:
        return f"/v1/workspaces/{self.workspace}/{rest}"


def an_adapter(workspace: str, adapter: str) -> Principal:
    return Principal(user=f"hk_{adapter}", workspace=workspace, roles=frozenset({Role.ADAPTER}), adapter=adapter)


@contextlib.asynccontextmanager
async def http_service(
    broker: Broker,
    *,
    workspace: str = "bookcity",
    rate: RatePolicy | None = None,
    sends: SendPolicy | None = None,
    polls: PollPolicy | None = None,
    tails: TailPolicy | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Service]:
    """Keys: `key-web` and `key-kiosk` (adapters), `key-ana` (an agent's), `key-other` (of another workspace)."""
    clock = clock or SystemClock()
    keys = MemoryKeys(
        {
            "key-web": an_adapter(workspace, "web"),
            "key-kiosk": an_adapter(workspace, "kiosk"),
            "key-new": an_adapter("not_applied", "web"),
            "key-other": an_adapter("elsewhere", "web"),
            "key-ana": Principal(user="ana", workspace=workspace, roles=frozenset({Role.AGENT}), agent_id="ana"),
        }
    )
    logger = log.configure("http", "test", LogLevel.ERROR)
    sending = Sending(broker.producer(), clock, sends or SendPolicy())
    reader = broker.reader()
    tail = Tail(reader, clock, logger, tails or TailPolicy())
    directory = MemoryDirectory({workspace, "elsewhere"})
    buckets = Buckets(rate or RatePolicy(per_s=100_000, burst=100_000))
    receiver = Receiver(keys, directory, sending, buckets, clock, lambda given: given or TRACE)
    polling = Polling(tail, reader, clock, polls or PollPolicy())
    app = build(receiver, polling, logger)
    producer, checker = broker.producer(), broker.reader()
    await producer.start()
    await sending.start()
    try:
        async with serving(app, "127.0.0.1", 0, stop_timeout_ms=1_000) as port:
            url = f"http://127.0.0.1:{port}"
            yield Service(url, workspace, broker, checker, producer, sending, tail, polling, keys)
            await tail.stop()
    finally:
        await tail.stop()
        await sending.stop()
        await producer.stop()
        await reader.stop()
        await checker.stop()
