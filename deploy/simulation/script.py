"""What a scripted agent does with an offer and with a leg. Pure: the seed and the id decide."""

from __future__ import annotations

from typing import Final

import msgspec

from deploy.simulation.draws import between, one_of, share
from deploy.simulation.pace import Pace

REJECTS: Final = 0.04
HOLDS: Final = 0.1
HELD_SHARE: Final = 0.3
DISPOSITIONS: Final = ("answered", "answered", "answered", "order_placed", "exchange_agreed", "call_back_promised")
REPLIES: Final = ("您好，我帮您查一下。", "已经为您登记，明天送到。", "好的，马上为您办理。")


class Answer(msgspec.Struct, frozen=True):
    """What becomes of an offer, and after how long."""

    accept: bool
    after_ms: int


class Work(msgspec.Struct, frozen=True):
    """A leg from connected to the end. `hold_ms` 0 = never on hold; `reply` None = nothing is written."""

    talk_ms: int
    hold_ms: int
    wrap_up_ms: int
    disposition: str
    reply: str | None


def answer(offer_id: str, pace: Pace) -> Answer:
    """Accepted mostly."""
    after_ms = round(pace.think_ms * between(0.5, 1.5, offer_id, "think"))
    return Answer(accept=share(offer_id, "accept") >= REJECTS, after_ms=after_ms)


def work(leg_id: str, writes: bool, pace: Pace) -> Work:
    """How a leg is worked on; `writes` on channels where the agent answers in writing."""
    talk_ms = pace.handle_ms * between(0.5, 1.5, leg_id, "talk")
    holds = share(leg_id, "holds") < HOLDS
    return Work(
        talk_ms=round(talk_ms),
        hold_ms=round(talk_ms * HELD_SHARE) if holds else 0,
        wrap_up_ms=round(pace.wrap_up_ms * between(0.5, 1.5, leg_id, "wrap_up")),
        disposition=one_of(DISPOSITIONS, leg_id, "disposition"),
        reply=one_of(REPLIES, leg_id, "reply") if writes else None,
    )
