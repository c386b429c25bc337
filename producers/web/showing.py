"""What a customer is shown of decisions and messages. Pure: nothing of agents, queues or rules gets out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import nh3

from schemas import chat
from schemas.chat import ChatState, EndedBy, ShownAttachment, ShownMessage
from schemas.estimate import QueueOrders
from schemas.messages import MessagePosted
from schemas.values import LegValue
from schemas.view import View
from schemas.vocabulary import ENDED, HANDED_ON, EndReason, LegKind, LegState

HTML: Final = "text/html"
TAGS: Final = frozenset({"a", "b", "blockquote", "br", "code", "em", "i", "li", "ol", "p", "pre", "strong", "u", "ul"})
STATES: Final[dict[LegState, ChatState]] = {
    LegState.CREATED: ChatState.WAITING,
    LegState.SCHEDULED: ChatState.WAITING,
    LegState.QUEUED: ChatState.WAITING,
    LegState.OFFERED: ChatState.WAITING,
    LegState.CONNECTING: ChatState.WAITING,
    LegState.CONNECTED: ChatState.CONNECTED,
    LegState.ON_HOLD: ChatState.ON_HOLD,
}
"""Of the newest main leg; in wrap-up and after it the contact is over for the customer."""
ENDINGS: Final[dict[EndReason, EndedBy]] = {
    EndReason.CUSTOMER_LEFT: EndedBy.CUSTOMER,
    EndReason.AGENT_ENDED: EndedBy.AGENT,
    EndReason.CHANNEL_ENDED: EndedBy.AGENT,
    EndReason.CLOSED: EndedBy.CLOSED,
    EndReason.FULL: EndedBy.FULL,
    EndReason.NO_AGENTS: EndedBy.NO_AGENTS,
}


def ended_by(leg: LegValue) -> EndedBy | None:
    """How this leg's value says that the contact is over for the customer; None = it is not, or not by this leg."""
    over = leg.state in ENDED or leg.state is LegState.WRAP_UP
    if leg.kind is not LegKind.MAIN or not over or leg.reason in HANDED_ON:
        return None
    return EndedBy.OTHER if leg.reason is None else ENDINGS.get(leg.reason, EndedBy.OTHER)


def newest_main(legs: Iterable[LegValue]) -> LegValue | None:
    """The leg whose state is the contact's."""
    mains = [leg for leg in legs if leg.kind is LegKind.MAIN]
    return max(mains, key=lambda leg: leg.number, default=None)


def state_of(view: View, interaction_id: str, orders: QueueOrders) -> chat.State | None:
    """The state of a contact that the view knows; None = it does not (yet, or any more)."""
    if view.interaction(interaction_id) is None:
        return None
    leg = newest_main(view.legs_of(interaction_id))
    by = None if leg is None else ended_by(leg)
    if leg is None or by is not None:
        state = ChatState.WAITING if by is None else ChatState.ENDED
        return chat.State(at_ms=view.at_ms, state=state, interaction_id=interaction_id, ended_by=by)
    standing = orders.standing(leg.leg_id, view.at_ms)
    return chat.State(
        at_ms=view.at_ms,
        state=STATES.get(leg.state, ChatState.WAITING),
        interaction_id=interaction_id,
        position=standing.position,
        expected_wait_ms=None if standing.estimate is None else standing.estimate.expected_ms,
    )


def is_news(before: chat.State | None, after: chat.State) -> bool:
    """Whether a page must be told: a wait that only went on as foretold is none."""
    if before is None:
        return True
    same = (before.state, before.interaction_id, before.position, before.ended_by)
    if same != (after.state, after.interaction_id, after.position, after.ended_by):
        return True
    return (before.expected_wait_ms is None) != (after.expected_wait_ms is None)


def shown_message(message: MessagePosted, offset: int) -> ShownMessage:
    """The message as a page gets it: HTML sanitised, whoever wrote it, and without who at the company that was."""
    return ShownMessage(
        offset=offset,
        message_id=message.message_id,
        author=message.author,
        sent_at_ms=message.sent_at_ms,
        text=sanitised(message.text, message.media_type),
        media_type=HTML if message.media_type == HTML else "text/plain",
        attachments=tuple(
            ShownAttachment(
                id=attachment.claim.rpartition("/")[2],
                name=attachment.name,
                media_type=attachment.media_type,
                size_bytes=attachment.size_bytes,
            )
            for attachment in message.attachments
        ),
    )


def sanitised(text: str, media_type: str) -> str:
    """HTML with harmless tags only; other text as it is, for pages show it as text."""
    return nh3.clean(text, tags=set(TAGS), link_rel="noopener noreferrer") if media_type == HTML else text
