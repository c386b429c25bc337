"""The whole product on a stack of its own, for tests that break it: processes, a shop in force, its people and contacts.

What is killed is started again by the stack's supervisor, as in production; further instances are started by hand.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import msgspec

from deploy.console.sign_in import SignIn
from deploy.local import plan, readiness
from deploy.local.layout import DATA_DIR_VARIABLE, Layout
from deploy.local.plan import Program
from deploy.local.readiness import Readiness
from producers.admin.accounts import Accounts
from producers.admin.document import Format
from producers.admin.passwords import Passwords
from producers.admin.publication import Draft, Publication
from producers.admin.versions import State, Versions
from runtime.clock import SystemClock
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.postgres import connect_pool
from runtime.settings import Kafka, Postgres
from schemas.topics import WORKSPACE_PARTITIONS
from schemas.vocabulary import Role
from tests.support.gateway_service import Process
from tests.support.ports import free_port
from tests.support.product_people import Desk, Record, Watcher
from tests.support.product_posts import Posts
from tests.support.stack import RunningStack, running_stack

ADAPTER = "shop"
PASSWORD = "correct horse battery"
AGENTS = ("ana", "bo", "chen")
QUICK = {
    "HUBLINE_KAFKA_SESSION_TIMEOUT_MS": "6000",
    "HUBLINE_KAFKA_HEARTBEAT_INTERVAL_MS": "500",
    "HUBLINE_ROUTING_SNAPSHOT_EVERY_MS": "1000",
    "HUBLINE_VIEW_SNAPSHOT_EVERY_MS": "1000",
}
"""A frozen member is given up after 6 s (the least that Kafka takes), and there are snapshots to begin from."""


class Timing(msgspec.Struct, frozen=True):
    """How long a shop's agents may take."""

    offer_timeout_s: int = 20
    wrap_up_s: int = 20
    grace_s: int = 15


class Shop(msgspec.Struct, frozen=True):
    """A workspace in force, a key of its adapter `shop`, and its agents; everyone's password is the same."""

    workspace: str
    key: str
    agents: tuple[str, ...]


class Product:
    """A running product. `supervisor` halts, resumes, kills, freezes and wakes its parts by name."""

    def __init__(self, stack: RunningStack) -> None:
        self.stack = stack
        self.supervisor = stack.supervisor
        self.broker = KafkaConnection(Kafka(bootstrap_servers=stack.endpoints.kafka), SystemClock(), "test")
        ports = stack.endpoints.ports
        self.http_url = f"http://127.0.0.1:{ports.get('http', 0)}"
        self.admin_url = f"http://127.0.0.1:{ports.get('admin', 0)}"
        self.gateway_url = f"ws://127.0.0.1:{ports.get('gateway', 0)}/"

    def routers(self) -> tuple[str | None, str | None]:
        """The routing process that works and the one that stands by; None = none does now."""
        layout, names = Layout(data_dir=self.stack.folder), ("routing", "routing_standby")
        return readiness.first(layout, names, Readiness.READY), readiness.first(layout, names, Readiness.STANDBY)

    def working(self, name: str) -> str:
        """The process that does the work of `name`: itself, unless who stood by for it took over."""
        return (self.routers()[0] or name) if name == "routing" else name

    async def open_shop(
        self, agents: tuple[str, ...] = AGENTS, timing: Timing | None = None, workspace: str | None = None
    ) -> Shop:
        """A workspace of its own; returns when routing has taken its document."""
        workspace = workspace or random_id("shop")
        clock = SystemClock()
        async with connect_pool(Postgres(url=self.stack.endpoints.database_url)) as pool:
            accounts = Accounts(pool, clock)
            hashed = await Passwords().hash(PASSWORD)
            for agent in agents:
                await accounts.add_user(workspace, agent, hashed, [Role.AGENT], agent, "test")
            await accounts.add_user(workspace, "sue", hashed, [Role.SUPERVISOR], None, "test")
            made = await accounts.add_key(workspace, ADAPTER, [Role.ADAPTER], ADAPTER, "test")
            text = document(agents, timing or Timing())
            draft = Draft(workspace=workspace, text=text, form=Format.YAML)
            published = await Publication(Versions(pool, clock), clock, 30_000).publish(draft, None, "test")
            assert published.state is State.APPLIED, published
        return Shop(workspace, made.raw, agents)

    @contextlib.asynccontextmanager
    async def staffed(
        self, shop: Shop, *, gateways: tuple[str, ...] = (), working: bool = True
    ) -> AsyncIterator[Record]:
        """Every agent there and a supervisor who watches, until the block ends; what their sockets show is kept.

        Agents are spread over `gateways` (left out: the stack's own). They work at once, or not until told to `begin`.
        """
        record = Record()
        urls = gateways or (self.gateway_url,)
        async with contextlib.AsyncExitStack() as staff:
            for number, agent in enumerate(shop.agents):
                signed_in = await staff.enter_async_context(self.signed_in(shop, agent))
                desk = Desk(agent, urls[number % len(urls)], signed_in.ticket, record)
                await staff.enter_async_context(desk.at_work())
                if working:
                    desk.begin()
            sue = await staff.enter_async_context(self.signed_in(shop, "sue"))
            await staff.enter_async_context(Watcher(urls[0], sue.ticket, record).watching())
            yield record

    def signed_in(self, shop: Shop, user: str) -> SignIn:
        return SignIn(self.admin_url, shop.workspace, user, PASSWORD)

    @contextlib.asynccontextmanager
    async def posts(self, shop: Shop) -> AsyncIterator[Posts]:
        """An adapter that posts over HTTP and keeps its own record."""
        headers = {"authorization": f"Bearer {shop.key}"}
        async with httpx.AsyncClient(base_url=self.http_url, headers=headers, timeout=8) as client:
            yield Posts(client, shop.workspace)

    @contextlib.contextmanager
    def another(self, module: str, instance: str, **environ: str) -> Iterator[Process]:
        """A further process of the product on this stack, started; ended with the block however it stands."""
        given = {
            **QUICK,
            **self.stack.endpoints.environ,
            DATA_DIR_VARIABLE: str(self.stack.folder),
            plan.INSTANCE_VARIABLE: instance,
            **environ,
        }
        process = Process(module, given, self.stack.folder / f"{instance}.log")
        process.start()
        try:
            yield process
        finally:
            process.stop()

    @contextlib.contextmanager
    def another_gateway(self) -> Iterator[tuple[Process, str]]:
        """A second gateway, and its address."""
        port = free_port()
        with self.another("consumers.gateway", "gateway-2", HUBLINE_GATEWAY_PORT=str(port)) as process:
            yield process, f"ws://127.0.0.1:{port}/"

    def log_text(self, name: str) -> str:
        """What a process of the stack has logged."""
        path: Path = self.stack.folder / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


@contextlib.contextmanager
def running_product(
    only: tuple[str, ...] = plan.NAMES,
    programs: tuple[Program, ...] = plan.PROGRAMS,
    environ: dict[str, str] | None = None,
) -> Iterator[Product]:
    """The product on a stack of its own, ended with the block."""
    with running_stack(only, programs, {**QUICK, **(environ or {})}) as stack:
        yield Product(stack)


def document(agents: tuple[str, ...], timing: Timing) -> str:
    """A workspace document: one queue, served by all agents, four chats at once for each."""
    people = ", ".join(f"{name}: {{queues: {{orders: 1}}}}" for name in agents)
    return f"""
settings: {{reconnect_grace: {timing.grace_s}s, default_queue: orders}}
channels:
  web_chat: {{units: 25, offer_timeout: {timing.offer_timeout_s}s, wrap_up: {timing.wrap_up_s}s}}
queues: {{orders: {{}}}}
agents: {{{people}}}
"""


def another_in_partition(partition: int) -> str:
    """A new workspace's name that falls into that partition."""
    from deploy.routing_log import partition_for

    names = (random_id("shop") for _ in range(WORKSPACE_PARTITIONS * 100))
    return next(name for name in names if partition_for(name) == partition)
