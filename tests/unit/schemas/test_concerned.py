from __future__ import annotations

from schemas import concerned
from schemas.values import AgentValue, OfferValue
from schemas.vocabulary import OfferState, RoutingStatus

ANA = AgentValue(
    agent_id="ana", status="available", routing_status=RoutingStatus.IDLE, since_ms=1, queues={"orders": 1}
)


def test_an_agent_concerns_the_agent_and_who_watches_the_queues_served() -> None:
    assert concerned.by_agent(ANA) == ("*", "a:ana", "w:orders")


def test_an_offer_concerns_its_agent_and_who_watches_its_queue() -> None:
    offer = OfferValue(
        offer_id="i.1/1", leg_id="i.1", interaction_id="i", agent_id="ana", state=OfferState.PENDING, made_ms=1
    )
    assert concerned.by_offer(offer) == ("*", "a:ana")


def test_the_figures_of_a_queue_concern_more_than_who_watches_it() -> None:
    assert concerned.by_queue("orders") == ("*", "q:orders", "w:orders")
