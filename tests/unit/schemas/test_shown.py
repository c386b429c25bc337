from __future__ import annotations

import msgspec

from schemas.shown import shown_offer, shown_queue
from schemas.values import Explanation, OfferValue, QueueValue
from schemas.vocabulary import OfferState


def test_a_shown_offer_has_every_field_of_the_offer_and_the_reason() -> None:
    offer = OfferValue(
        offer_id="i.1/1",
        leg_id="i.1",
        interaction_id="i",
        agent_id="ana",
        state=OfferState.PENDING,
        made_ms=1,
        queue="orders",
        due_ms=2,
    )
    shown = shown_offer(offer, Explanation(queue="orders", step=0))
    assert msgspec.convert(msgspec.to_builtins(shown), OfferValue) == offer
    assert shown.why == Explanation(queue="orders", step=0)


def test_a_shown_queue_has_every_field_of_the_queue_and_nobody_without_a_line() -> None:
    queue = QueueValue(
        queue="orders", open=False, class_=2, service_level_within_ms=3, service_level_goal_percent=80, max_waiting=9
    )
    shown = shown_queue(queue, None)
    assert msgspec.convert(msgspec.to_builtins(shown), QueueValue) == queue
    assert (shown.waiting, shown.offered, shown.oldest_arrived_ms) == (0, 0, None)


def test_a_shown_queue_tells_how_many_callbacks_will_enter_it() -> None:
    assert shown_queue(QueueValue(queue="orders"), None, 3).scheduled == 3
