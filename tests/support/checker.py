"""What must hold after every fault, from the senders' and the agents' own records and from the log.

Loss and doubling: of ids answered 202 and of what sockets showed, never of the log. The log: decisions dense by
(epoch, seq), byte for byte what the inputs give, invariants kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from typing import Any

from deploy.routing_log import records_of
from deploy.verification import Verified, verify
from runtime.broker import Broker
from runtime.records import header
from schemas import codec
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from schemas.vocabulary import LegState
from streams.routing.engine import Engine
from tests.support.product import Product, Shop
from tests.support.product_people import Record
from tests.support.product_posts import Posts
from tests.support.waiting import eventually

SETTLED_WITHIN_S = 90.0
Report = Callable[[str, object], None]
"""pytest's `record_property`."""


@contextlib.asynccontextmanager
async def a_busy_shop(
    product: Product,
    shop: Shop,
    *,
    per_s: float = 8.0,
    gateways: tuple[str, ...] = (),
    channels: tuple[str, ...] = ("web_chat",),
) -> AsyncIterator[tuple[Record, Posts]]:
    """A shop with its people at work and contacts coming until the block ends; then everything is checked."""
    async with product.staffed(shop, gateways=gateways) as record, product.posts(shop) as posts:
        async with posts.traffic(per_s, channels):
            await more_ended(record)
            yield record, posts
        await check_everything(product.broker, shop.workspace, posts, record)


async def more_ended(record: Record, count: int = 5) -> None:
    """Waits until so many more contacts were seen to their end."""
    wanted = len(record.ended) + count
    what = f"{count} more contacts ended; refused: {record.refused}; blamed: {record.blamed}"
    await eventually(lambda: len(record.ended) >= wanted, within_s=SETTLED_WITHIN_S, what=what)


def told(report: Report, **figures: object) -> None:
    """Figures that are reported and printed, never asserted."""
    for name, value in figures.items():
        report(name, value)
        print(f"{name}: {value}")


def longest_silence_s(record: Record, since: float) -> float:
    """The longest time without an offer on any socket after `since` (monotonic seconds)."""
    moments = sorted([since, *(at for at in record.offered_at if at > since)])
    return round(max((later - earlier for earlier, later in pairwise(moments)), default=0.0), 2)


async def check_everything(broker: Broker, workspace: str, posts: Posts, record: Record) -> Verified:
    """Waits until every contact answered 202 has ended on a socket and everything is decided; then all must hold."""
    await all_ended(posts, record)
    check_records(posts, record)
    verified = await decided(broker, workspace)
    await check_replay(broker, workspace)
    return verified


async def all_ended(posts: Posts, record: Record) -> None:
    """Every contact answered 202 was shown on a socket to its end."""

    def missing() -> set[str]:
        return set(posts.answered) - set(record.ended)

    try:
        await eventually(lambda: not missing(), within_s=SETTLED_WITHIN_S)
    except AssertionError:
        shown = {name: sorted(record.holders[name]) for name in missing() if name in record.shown}
        raise AssertionError(
            f"{len(missing())} of {len(posts.answered)} did not end; shown, with holders: {shown}; "
            f"refused: {record.refused}; blamed: {record.blamed}"
        ) from None


def check_records(posts: Posts, record: Record) -> None:
    """Nothing is lost, nothing done twice, nobody blamed, by the senders' and the sockets' own records."""
    assert set(posts.answered) <= set(record.shown), "answered 202, shown on no socket"
    endings = {name: record.ended[name] for name in posts.answered}
    assert endings == {name: {LegState.COMPLETED} for name in posts.answered}, "each ends once, completed"
    held = {name: record.holders[name] for name in posts.answered}
    assert {name: who for name, who in held.items() if len(who) != 1} == {}, "held by two agents, or by none"
    accepted = {name: offers for name, offers in record.accepted.items() if len(offers) > 1}
    assert accepted == {}, "accepted twice without a requeue"
    assert record.blamed == set(), "an agent was blamed for what was not the agent's doing"


async def decided(broker: Broker, workspace: str) -> Verified:
    """Verifies the log as soon as every input is decided; nothing may be broken."""

    found: list[Verified] = []

    async def settled() -> Any:
        found.append(await verify(broker, workspace))
        assert found[-1].breach is None, found[-1].breach
        return found[-1].undecided == 0

    await eventually(settled, within_s=SETTLED_WITHIN_S, what="every input decided")
    return found[-1]


async def check_replay(broker: Broker, workspace: str) -> int:
    """A plain fold of the inputs by the engine alone gives the log's decisions byte for byte, dense from 1.

    For a workspace that never stopped and was never reopened. Returns how many decisions were repeated.
    """
    reader = broker.reader()
    try:
        # The decisions first: the log goes on, and what is decided meanwhile follows from inputs that are read afterwards.
        found: dict[tuple[int, int], bytes] = {}
        repeated = 0
        async for record in records_of(reader, ROUTING_DECISIONS, workspace):
            place = _place(header(record.headers, "ce_id"))
            assert record.value is not None
            if place in found:
                repeated += 1
                assert found[place] == record.value, f"{place} was sent with two contents"
            else:
                assert place == (1, len(found) + 1), f"{place} after {len(found)}"
                found[place] = record.value
        engine = Engine.of_log(workspace)
        expected: dict[tuple[int, int], bytes] = {}
        async for record in records_of(reader, ROUTING_INPUTS, workspace):
            try:
                event = codec.decode(ROUTING_INPUTS, record.value or b"")
            except codec.Undecodable:
                continue
            for decision in engine.apply(event, offset=record.offset, stamp_ms=record.timestamp_ms):
                expected[decision.epoch, decision.seq] = codec.encode(decision)
        for place, value in found.items():
            assert expected.get(place) == value, f"{place} is not what a fold of the inputs gives"
        assert list(expected) == [(1, seq) for seq in range(1, len(expected) + 1)]
        return repeated
    finally:
        await reader.stop()


def _place(identity: bytes | None) -> tuple[int, int]:
    assert identity is not None
    _, epoch, seq = identity.decode().rsplit("/", 2)
    return int(epoch), int(seq)
