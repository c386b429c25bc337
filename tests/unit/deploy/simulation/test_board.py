from __future__ import annotations

from typing import Any

from deploy.console.mirror import Mirror
from deploy.console.words import Language
from deploy.simulation.board import Board, offer_line, sum_line
from deploy.simulation.words import Words
from schemas import live
from schemas.shown import ShownOffer
from schemas.values import AgentValue, Explanation, InteractionValue
from schemas.vocabulary import EndReason, LegState, OfferState, PassedOver, RoutingStatus
from tests.unit.deploy.simulation.test_record import leg

WORDS = Words(Language.ENGLISH)


class Screen:
    """A mirror and a board that hear the same frames."""

    def __init__(self) -> None:
        self.mirror, self.board = Mirror(), Board()
        self.seq = 0
        self.hears(live.Snapshot(epoch=1, seq=0, at_ms=0, cursor="c"))

    def hears(self, frame: live.ServerFrame) -> None:
        self.mirror.take(frame)
        self.board.take(frame)

    def changes(self, **fields: Any) -> None:
        self.seq += 1
        self.hears(live.Delta(epoch=1, after=self.seq - 1, seq=self.seq, at_ms=0, cursor="c", **fields))


def interaction(name: str, channel: str) -> InteractionValue:
    return InteractionValue(interaction_id=name, channel=channel, adapter="a", instance="a-1", arrived_ms=0)


def offer(number: int, why: Explanation | None = None) -> ShownOffer:
    return ShownOffer(
        offer_id=f"i_1.1/{number}",
        leg_id="i_1.1",
        interaction_id="i_1",
        agent_id="ana",
        state=OfferState.PENDING,
        made_ms=0,
        queue="orders",
        why=why,
    )


def test_contacts_are_counted_by_channel_and_state_and_what_ended_stays_counted() -> None:
    screen = Screen()
    screen.changes(
        interactions=(interaction("i_1", "phone"), interaction("i_2", "email")),
        legs=(leg("i_1.1", LegState.QUEUED, None), leg("i_2.1", LegState.CONNECTED)),
    )
    counts = screen.board.counts(screen.mirror)
    assert counts["phone"]["waiting"] == counts["email"]["connected"] == 1
    screen.changes(
        legs=(leg("i_2.1", LegState.COMPLETED, reason=EndReason.AGENT_ENDED),),
        removed=live.Removed(legs=("i_2.1",), interactions=("i_2",)),
    )
    counts = screen.board.counts(screen.mirror)
    assert dict(counts["email"]) == {"ended": 1}


def test_a_leg_that_is_handed_on_is_not_the_end_of_its_contact() -> None:
    screen = Screen()
    screen.changes(interactions=(interaction("i_1", "phone"),), legs=(leg("i_1.1", LegState.CONNECTED),))
    screen.changes(
        legs=(leg("i_1.1", LegState.COMPLETED, reason=EndReason.TRANSFERRED), leg("i_1.2", LegState.QUEUED, None)),
        removed=live.Removed(legs=("i_1.1",)),
    )
    assert dict(screen.board.counts(screen.mirror)["phone"]) == {"waiting": 1}


def test_what_was_there_at_the_start_has_its_channel_too() -> None:
    board = Board()
    board.take(live.Snapshot(epoch=1, seq=3, at_ms=0, cursor="c", interactions=(interaction("i_1", "in_store"),)))
    board.take(live.Delta(epoch=1, after=3, seq=4, at_ms=0, cursor="c", offers=(offer(1),)))
    assert [one.channel for one in board.latest] == ["in_store"]


def test_each_offer_is_told_once_with_its_reason() -> None:
    screen = Screen()
    why = Explanation(
        queue="orders", step=0, considered=3, runner_up="bo", tie_break="rank", passed_over={PassedOver.OFF_QUEUE: 1}
    )
    screen.changes(interactions=(interaction("i_1", "phone"),), offers=(offer(1, why),))
    screen.changes(offers=(offer(1, why),))
    fresh = screen.board.fresh_offers()
    assert len(fresh) == 1
    assert screen.board.fresh_offers() == []
    said = offer_line(fresh[0], WORDS)
    assert "ana (orders): 3 considered, before bo by a better rank in this queue; passed over: off queue 1" in said


def test_all_is_summed_in_one_line() -> None:
    screen = Screen()
    agent = AgentValue(agent_id="ana", status="available", routing_status=RoutingStatus.IDLE, since_ms=0)
    screen.changes(interactions=(interaction("i_1", "phone"),), legs=(leg("i_1.1", LegState.ON_HOLD),), agents=(agent,))
    assert sum_line(screen.board, screen.mirror, WORDS) == "waiting 0, offered 0, active 1, ended 0; agents: idle 1"
