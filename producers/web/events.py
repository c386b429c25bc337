"""What producers/web says into the logs. Pure: the same cause gives the same ids."""

from __future__ import annotations

from producers.web.chat import ADAPTER, CHANNEL, ChatRow
from runtime.events import to_output
from runtime.records import Output
from schemas import ids
from schemas.interactions import ContactPoint, CustomerLeft, InteractionAttributesChanged, InteractionReceived
from schemas.messages import Attachment, Author, MessagePosted
from schemas.topics import INTERACTIONS, MESSAGES
from schemas.typing import TypingSignalled
from schemas.vocabulary import ContactPointKind


def source_of(workspace: str) -> str:
    """The CloudEvents source of what this adapter says, as producers/http writes those of others."""
    return f"/workspaces/{workspace}/adapters/{ADAPTER}"


def received_output(event: InteractionReceived, traceparent: str | None) -> Output:
    """A contact's record."""
    return to_output(
        event,
        INTERACTIONS,
        key=event.workspace,
        event_id=ids.event_id(event.workspace, ADAPTER, event.external_id),
        source=source_of(event.workspace),
        subject=event.interaction_id,
        traceparent=traceparent,
    )


def message_output(event: MessagePosted, traceparent: str | None) -> Output:
    """A message's record."""
    return to_output(
        event,
        MESSAGES,
        key=event.interaction_id,
        event_id=ids.event_id(event.workspace, ADAPTER, event.message_id),
        source=source_of(event.workspace),
        subject=event.interaction_id,
        traceparent=traceparent,
    )


def left_output(workspace: str, interaction_id: str) -> Output:
    """The record that says that the customer has left; the same one however often it is said."""
    return to_output(
        CustomerLeft(workspace=workspace, interaction_id=interaction_id),
        INTERACTIONS,
        key=workspace,
        event_id=ids.event_id(workspace, ADAPTER, f"{interaction_id} left"),
        source=source_of(workspace),
        subject=interaction_id,
    )


def typing_of(row: ChatRow, active: bool, now_ms: int) -> TypingSignalled:
    """That the customer writes, or no longer does, in the contact under way."""
    return TypingSignalled(
        workspace=row.workspace,
        interaction_id=row.interaction(row.number),
        author=Author.CUSTOMER,
        at_ms=now_ms,
        active=active,
    )


def account_output(row: ChatRow) -> Output:
    """The record that says that the customer of the contact under way has signed in."""
    account = ContactPoint(kind=ContactPointKind.WEB_ACCOUNT, value=str(row.account))
    interaction_id = row.interaction(row.number)
    return to_output(
        InteractionAttributesChanged(workspace=row.workspace, interaction_id=interaction_id, contact_points=(account,)),
        INTERACTIONS,
        key=row.workspace,
        event_id=ids.event_id(row.workspace, ADAPTER, f"{interaction_id} account {row.account}"),
        source=source_of(row.workspace),
        subject=interaction_id,
    )


def contact_of(row: ChatRow, instance: str, linked_to: str | None, now_ms: int) -> InteractionReceived:
    """The contact that the chat is at, as it arrives."""
    kind, value = (ContactPointKind.SESSION, row.chat_id)
    if row.account is not None:
        kind, value = (ContactPointKind.WEB_ACCOUNT, row.account)
    return InteractionReceived(
        workspace=row.workspace,
        interaction_id=row.interaction(row.number),
        adapter=ADAPTER,
        instance=instance,
        external_id=row.external_id(row.number),
        channel=CHANNEL,
        received_at_ms=now_ms,
        queue=row.queue,
        contact_points=(ContactPoint(kind=kind, value=value),),
        customer_name=row.customer_name,
        language=row.language,
        linked_to=linked_to,
    )


def message_of(
    row: ChatRow, message_id: str, text: str, media_type: str, attachments: tuple[Attachment, ...], now_ms: int
) -> MessagePosted:
    """A message of the customer in the contact that the chat is at."""
    return MessagePosted(
        workspace=row.workspace,
        interaction_id=row.interaction(row.number),
        message_id=message_id,
        author=Author.CUSTOMER,
        sent_at_ms=now_ms,
        text=text,
        media_type=media_type,
        attachments=attachments,
    )
