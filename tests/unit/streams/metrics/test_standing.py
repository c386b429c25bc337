from __future__ import annotations

from typing import Any

import msgspec

from schemas.metrics import Dimension, Now
from schemas.vocabulary import LegKind, LegState, RoutingStatus
from streams.metrics.kept import KeptAgent, KeptContact, KeptLeg
from streams.metrics.standing import Standing

ORDERS, SHOP = (Dimension.QUEUE, "orders"), (Dimension.WORKSPACE, "shop")
CONTACT = KeptContact(place=(1, 1), channel="phone", arrived_ms=500)
LEG = KeptLeg(leg_id="c1.1", kind=LegKind.MAIN, state=LegState.QUEUED, since_ms=900, queue="orders", waits_since_ms=700)


def an_agent(**fields: Any) -> KeptAgent:
    agent = KeptAgent(
        place=(1, 1),
        online=True,
        routing_status=RoutingStatus.IDLE,
        since_ms=60,
        counted_ms=60,
        team="t1",
        queues=("orders",),
    )
    return msgspec.structs.replace(agent, **fields)


def test_who_waits_stands_by_both_clocks_until_connected() -> None:
    standing = Standing("shop")
    standing.leg(CONTACT, None, LEG)
    assert standing.now(ORDERS) == Now(waiting=1, oldest_arrived_ms=500, oldest_queued_ms=700)
    ringing = msgspec.structs.replace(LEG, state=LegState.OFFERED)
    standing.leg(CONTACT, LEG, ringing)
    assert standing.now(ORDERS) == Now(offered=1, oldest_arrived_ms=500, oldest_queued_ms=700)
    talking = msgspec.structs.replace(LEG, state=LegState.CONNECTED)
    standing.leg(CONTACT, ringing, talking)
    assert standing.now(SHOP) == Now(active=1)
    standing.leg(CONTACT, talking, None)
    assert standing.now(SHOP) == Now()
    assert not standing.groups()


def test_an_agent_counts_in_every_queue_served_and_in_his_status_while_signed_in() -> None:
    standing = Standing("shop")
    ana = an_agent(offers=1, legs=2)
    standing.agent("ana", None, ana)
    assert standing.now(ORDERS) == Now(agents={RoutingStatus.IDLE: 1})
    assert standing.now((Dimension.TEAM, "t1")) == Now(offered=1, active=2, agents={RoutingStatus.IDLE: 1})
    assert standing.now((Dimension.AGENT, "ana")).since_ms == 60
    away = an_agent(online=False, routing_status=RoutingStatus.OFF_QUEUE)
    standing.agent("ana", ana, away)
    assert standing.now((Dimension.AGENT, "ana")) == Now()
    assert not standing.groups()


def test_groups_that_changed_are_gathered() -> None:
    standing = Standing("shop")
    standing.leg(CONTACT, None, LEG)
    assert list(standing.touched) == [SHOP, (Dimension.CHANNEL, "phone"), ORDERS]
