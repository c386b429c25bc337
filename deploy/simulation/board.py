"""What the live table shows: a count of what the watcher's frames say, with no rules of routing. Pure."""

from __future__ import annotations

from collections import Counter, deque
from typing import Final

import msgspec

from deploy.console.decided import decided_by
from deploy.console.mirror import Mirror
from deploy.simulation.words import Words
from schemas.live import Delta, ServerFrame, Snapshot
from schemas.shown import ShownOffer
from schemas.values import Explanation
from schemas.vocabulary import ENDED, HANDED_ON, LegKind, LegState, OfferState, RoutingStatus

COLUMNS: Final = ("waiting", "offered", "connected", "on_hold", "wrap_up", "ended")
COLUMN_OF: Final[dict[LegState, str]] = {
    LegState.CREATED: "waiting",
    LegState.SCHEDULED: "waiting",
    LegState.QUEUED: "waiting",
    LegState.OFFERED: "offered",
    LegState.CONNECTING: "connected",
    LegState.CONNECTED: "connected",
    LegState.ON_HOLD: "on_hold",
    LegState.WRAP_UP: "wrap_up",
}
ACTIVE_COLUMNS: Final = ("connected", "on_hold", "wrap_up")
LATEST: Final = 10
SHORT_ID: Final = 8


class OfferLine(msgspec.Struct, frozen=True):
    """An offer as the table shows it."""

    channel: str
    interaction_id: str
    agent_id: str
    queue: str
    why: Explanation | None


class Board:
    """Counts by channel and column; the latest offers; `fresh` are those since they were last taken."""

    def __init__(self) -> None:
        self.latest: deque[OfferLine] = deque(maxlen=LATEST)
        self.fresh: list[OfferLine] = []
        self._channels: dict[str, str] = {}
        self._ended: Counter[str] = Counter()
        self._offers: set[str] = set()

    def take(self, frame: ServerFrame) -> None:
        """Takes in a frame of the watcher's socket."""
        if not isinstance(frame, Snapshot | Delta):
            return
        for interaction in frame.interactions:
            self._channels[interaction.interaction_id] = interaction.channel
        if isinstance(frame, Snapshot):
            return
        for leg in frame.legs:
            if leg.kind is LegKind.MAIN and leg.state in ENDED and leg.reason not in HANDED_ON:
                self._ended[self._channels.get(leg.interaction_id, "")] += 1
        for offer in frame.offers:
            self._offer(offer)
        for interaction_id in frame.removed.interactions:
            self._channels.pop(interaction_id, None)
        self._offers.difference_update(frame.removed.offers)

    def fresh_offers(self) -> list[OfferLine]:
        """The offers since this was last asked."""
        taken, self.fresh = self.fresh, []
        return taken

    def counts(self, mirror: Mirror) -> dict[str, Counter[str]]:
        """By channel, and by column within it: every main leg that is there, and how many have ended."""
        found: dict[str, Counter[str]] = {channel: Counter(ended=count) for channel, count in self._ended.items()}
        for leg in mirror.legs.values():
            interaction = mirror.interactions.get(leg.interaction_id)
            if interaction is not None and leg.kind is LegKind.MAIN and leg.state in COLUMN_OF:
                found.setdefault(interaction.channel, Counter())[COLUMN_OF[leg.state]] += 1
        return dict(sorted(found.items()))

    def _offer(self, offer: ShownOffer) -> None:
        if offer.state is not OfferState.PENDING or offer.offer_id in self._offers:
            return
        self._offers.add(offer.offer_id)
        channel = self._channels.get(offer.interaction_id, "")
        line = OfferLine(channel, offer.interaction_id, offer.agent_id, offer.queue or "", offer.why)
        self.latest.append(line)
        self.fresh.append(line)
        del self.fresh[:-LATEST]


def statuses(mirror: Mirror) -> Counter[RoutingStatus]:
    """How many agents are in each routing status."""
    return Counter(agent.routing_status for agent in mirror.agents.values())


def sum_line(board: Board, mirror: Mirror, words: Words) -> str:
    """All counts in one line."""
    total: Counter[str] = Counter()
    for one in board.counts(mirror).values():
        total.update(one)
    found = statuses(mirror)
    agents = ", ".join(f"{words.status(status)} {found[status]}" for status in RoutingStatus if found[status])
    return words.say(
        "line",
        waiting=total["waiting"],
        offered=total["offered"],
        active=sum(total[column] for column in ACTIVE_COLUMNS),
        ended=total["ended"],
        agents=agents,
    )


def offer_line(offer: OfferLine, words: Words) -> str:
    """An offer with its reason, in one line."""
    return words.say(
        "offer",
        channel=words.channel(offer.channel),
        id=offer.interaction_id[-SHORT_ID:],
        agent=offer.agent_id,
        queue=offer.queue,
        why="" if offer.why is None else reason(offer.why, words),
    )


def reason(why: Explanation, words: Words) -> str:
    """Why this agent."""
    name = "why_alone" if why.runner_up is None else "why_before"
    by = decided_by(why.tie_break, words.language)
    said = words.say(name, considered=why.considered, runner_up=why.runner_up, by=by)
    if not why.passed_over:
        return said
    passed = ", ".join(f"{words.passed(reason)} {count}" for reason, count in why.passed_over.items())
    return said + words.say("why_passed", passed=passed)
