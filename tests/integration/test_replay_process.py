"""Explaining and replaying on real processes: what the commands, the HTTP interface and the screens say is the same."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from typer.testing import CliRunner, Result

from deploy.cli import build
from deploy.console.client import AgentClient, Wishes
from deploy.console.mirror import Mirror
from schemas.inputs import EngineUpgraded
from schemas.trace import Happened, Looked, Trace
from streams.routing.live_log import LiveLog
from streams.routing.rules import ENGINE_VERSION
from tests.support.product import PASSWORD, Product, Shop, running_product
from tests.support.waiting import eventually

PARTS = ("kafka", "postgres", "routing", "identity", "view", "gateway", "admin", "http", "query", "explainer")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product(only=PARTS) as running:
        yield running


async def hubline(product: Product, *words: str) -> Result:
    """The command, on this stack."""
    environ = {**product.stack.endpoints.environ, "HUBLINE_DATA_DIR": str(product.stack.folder), "LANG": "C.UTF-8"}
    return await asyncio.to_thread(lambda: CliRunner().invoke(build(), list(words), env=environ))


async def answer(product: Product, *words: str) -> Any:
    """What the command prints as JSON."""
    result = await hubline(product, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@contextlib.asynccontextmanager
async def asking(product: Product, shop: Shop, user: str) -> AsyncIterator[httpx.AsyncClient]:
    """The query API, as that user."""
    url = f"http://127.0.0.1:{product.stack.endpoints.ports['query']}/v1/workspaces/{shop.workspace}"
    async with httpx.AsyncClient(timeout=60) as client:
        body = {"workspace": shop.workspace, "user": user, "password": PASSWORD}
        token = (await client.post(f"{product.admin_url}/v1/sign-in", json=body)).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        client.base_url = httpx.URL(url)
        yield client


@contextlib.asynccontextmanager
async def watching(product: Product, shop: Shop) -> AsyncIterator[AgentClient]:
    """The supervisor's screen."""
    async with product.signed_in(shop, "sue") as signed_in:
        client = AgentClient(product.gateway_url, signed_in.ticket, Wishes(subscribe=False))
        async with client.running():
            yield client


async def a_morning(product: Product, shop: Shop) -> tuple[list[str], dict[str, Any]]:
    """Two agents at work and more contacts than they can take; the ids, and what a screen showed in the middle of it."""
    shown: dict[str, Any] = {}
    async with watching(product, shop) as sue, product.staffed(shop) as record, product.posts(shop) as posts:
        ids = [await posts.post() for _ in range(14)]
        await sue.until(lambda mirror: mirror.legs and len(mirror.agents) == 2 and _shown(mirror, shown))
        await eventually(lambda: len(record.accepted) > 0, within_s=60, what="an accepted contact")
    return ids, shown


def as_json(value: msgspec.Struct) -> Any:
    return json.loads(msgspec.json.encode(value))


def _shown(mirror: Mirror, shown: dict[str, Any]) -> bool:
    """Takes down what the screen shows while somebody waits or is offered."""
    if not mirror.offers:
        return False
    shown["place"] = f"{mirror.epoch}/{mirror.seq}"
    shown["agents"] = {name: as_json(value) for name, value in mirror.agents.items()}
    shown["offers"] = {name: as_json(value) for name, value in mirror.offers.items()}
    shown["queues"] = {name: as_json(value) for name, value in mirror.queues.items()}
    shown["legs"] = {name: as_json(value) for name, value in mirror.legs.items()}
    return True


async def test_a_contact_is_explained_alike_by_command_over_http_and_from_a_file(
    product: Product, tmp_path: Path
) -> None:
    shop = await product.open_shop(("ana", "bo"))
    ids, shown = await a_morning(product, shop)
    last = ids[-1]

    # The log began under the newest rules, said once.
    reader = product.broker.reader()
    upgrades = [one async for one in LiveLog(reader, shop.workspace).inputs() if isinstance(one.event, EngineUpgraded)]
    await reader.stop()
    assert [one.event.version for one in upgrades] == [ENGINE_VERSION]

    # Exported, the log replays byte for byte, and verifies.
    file = tmp_path / "morning.hublog.gz"
    exported = await answer(product, "log", "export", shop.workspace, "--to", str(file))
    assert exported["inputs"] > 20
    replayed = await answer(product, "replay", "--from", str(file), "--check")
    assert (replayed.get("difference"), replayed["compared"]) == (None, exported["decisions"])
    verified = await answer(product, "verify", "--from", str(file))
    assert (verified["breach"], verified["judged"] > 0, verified["restarts"] > 0) == (None, True, True)

    # State at a decision is what the supervisor's screen showed.
    state = await answer(product, "state", "--at", shown["place"], "--from", str(file))
    assert {one["agent_id"]: one for one in state["agents"]} == shown["agents"]
    assert {one["offer_id"]: one for one in state["offers"]} == shown["offers"]
    assert {one["queue"]: one for one in state["queues"]} == shown["queues"]
    assert {leg["leg_id"]: leg for one in state["work"] for leg in one["legs"]} == shown["legs"]

    # The trace by command, live and from the file, and over HTTP.
    whole = await answer(product, "explain", last, "--workspace", shop.workspace, "--from", str(file))
    trace = msgspec.convert(whole, Trace)
    assert any(isinstance(one, Looked) for one in trace.moments)
    assert any(isinstance(one, Happened) and one.decision == "leg.queued" for one in trace.moments)
    told = await hubline(product, "explain", last, "--workspace", shop.workspace)
    assert told.exit_code == 0, told.output
    assert "entered the queue orders" in told.stdout
    chinese = await hubline(product, "explain", last, "--workspace", shop.workspace, "--lang", "zh-CN")
    assert "进入队列 orders" in chinese.stdout
    async with asking(product, shop, "sue") as client:
        explained = (await client.get(f"/interactions/{last}/explanation?at_ms={trace.until_ms}")).json()
        live = msgspec.convert(explained["trace"], Trace)
        assert live.moments == trace.moments
        assert (await client.get(f"/interactions/{last}/explanation?trace=false")).json()["trace"] is None
    async with asking(product, shop, "ana") as client:
        assert (await client.get(f"/interactions/{last}/explanation")).json()["trace"] is None
        assert (await client.get(f"/interactions/{last}/explanation?trace=true")).status_code == 403

    # A flipped byte is found, wherever the file is read.
    good = file.read_bytes()
    file.write_bytes(good[: len(good) // 2] + bytes([good[len(good) // 2] ^ 1]) + good[len(good) // 2 + 1 :])
    for words in (("replay", "--check"), ("verify",), ("state",), ("explain", last)):
        result = await hubline(product, *words, "--from", str(file))
        assert result.exit_code == 1, words
    assert (await hubline(product, "log", "import", str(file))).exit_code == 1
    file.write_bytes(good)
    assert (await answer(product, "log", "import", str(file), "--as", "morning"))["inputs"] == exported["inputs"]
    assert (await answer(product, "replay", "--from", "morning", "--until", shown["place"]))["seq"] > 0


async def test_while_the_explainer_is_away_the_rest_goes_on(product: Product) -> None:
    shop = await product.open_shop(("ana",))
    async with product.posts(shop) as posts:
        one = await posts.post()
    async with asking(product, shop, "sue") as client:

        async def explained() -> bool:
            return (await client.get(f"/interactions/{one}/explanation")).status_code == 200

        await eventually(explained, within_s=60, what="the contact's explanation")
        product.supervisor.halt("explainer")
        gone = await client.get(f"/interactions/{one}/explanation")
        assert gone.status_code == 503
        assert int(gone.headers["retry-after"]) > 0
        assert (await client.get(f"/interactions/{one}/explanation?trace=false")).status_code == 200
        product.supervisor.resume("explainer")
        await eventually(explained, within_s=60, what="the explainer is back")
