from __future__ import annotations

from schemas.metrics import INTERVAL_MS, Dimension
from schemas.vocabulary import RoutingStatus
from streams.metrics.kept import KeptAgent, KeptContact
from streams.metrics.tally import Tally, groups_of_agent, groups_of_contact, groups_of_desk, groups_of_queue

ORDERS = (Dimension.QUEUE, "orders")
PHONE = (Dimension.CHANNEL, "phone")
ANA = KeptAgent(
    place=(1, 1),
    online=True,
    routing_status=RoutingStatus.IDLE,
    since_ms=0,
    counted_ms=0,
    team="t1",
    site="tianhe",
)


def test_amounts_add_up_in_each_group_and_nothing_is_no_entry() -> None:
    tally = Tally()
    tally.add([ORDERS, PHONE], offered=1, transferred_in=0)
    tally.add([ORDERS], offered=2)
    assert tally.counts == {ORDERS: {"offered": 3}, PHONE: {"offered": 1}}


def test_time_is_counted_in_the_interval_in_which_it_passed() -> None:
    tally = Tally()
    tally.spent([ORDERS], RoutingStatus.IDLE, INTERVAL_MS - 10, INTERVAL_MS + 20)
    tally.spent([ORDERS], RoutingStatus.IDLE, INTERVAL_MS + 20, INTERVAL_MS + 25)
    assert tally.status_ms == {
        (ORDERS, 0): {RoutingStatus.IDLE: 10},
        (ORDERS, INTERVAL_MS): {RoutingStatus.IDLE: 25},
    }


def test_a_contact_counts_in_the_workspace_its_channel_and_the_site_it_names() -> None:
    somewhere = KeptContact(place=(1, 1), channel="phone", site="panyu")
    assert groups_of_contact("shop", somewhere) == ((Dimension.WORKSPACE, "shop"), PHONE, (Dimension.SITE, "panyu"))
    assert groups_of_contact("shop", KeptContact(place=(1, 1), channel="phone"))[1:] == (PHONE,)
    assert (groups_of_queue("orders"), groups_of_queue(None)) == ((ORDERS,), ())


def test_an_agent_counts_alone_in_the_team_and_at_the_desk() -> None:
    own, team, site = (Dimension.AGENT, "ana"), (Dimension.TEAM, "t1"), (Dimension.SITE, "tianhe")
    assert groups_of_agent("ana", ANA) == (own, team)
    assert groups_of_desk("ana", ANA) == (own, team, site)
    assert groups_of_desk("ana", None) == (own,)
    assert groups_of_agent(None, None) == ()
