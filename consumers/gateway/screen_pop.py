"""Who the customer of an interaction is, read from PostgreSQL: the screen pop."""

from __future__ import annotations

from typing import Any, Final, Protocol

import msgspec

from runtime.kept_messages import Away, KeptMessages, PostgresMessages
from runtime.postgres import AWAY
from schemas.live import Details, DetailsState, ShownContactPoint

DETAILS: Final = """
    SELECT i.customer_name, i.subject, i.language, i.received_ms, i.contact_points, i.attributes, i.channel,
           c.customer_id, c.name, c.kind, c.card_type, c.tier, c.language AS customer_language, c.owner,
           c.preferred_agent, c.do_not_contact
    FROM interactions i
    LEFT JOIN LATERAL customer_now(i.workspace, i.customer_id) c ON true
    WHERE i.workspace = $1 AND i.interaction_id = $2
"""


class Records(KeptMessages, Protocol):
    """Where screens look things up. Raises Away."""

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> Details: ...


class PostgresRecords(PostgresMessages):
    """See `Records`."""

    async def details(self, workspace: str, interaction_id: str, at_ms: int) -> Details:
        try:
            row = await self._pool.fetchrow(DETAILS, workspace, interaction_id)
        except AWAY as error:
            raise Away from error
        return details_of(interaction_id, row, at_ms)


def details_of(interaction_id: str, row: Any, at_ms: int) -> Details:
    """The frame for a row of `DETAILS`; None = no row. The customer's own name and language go before the adapter's."""
    if row is None:
        return Details(interaction_id=interaction_id, at_ms=at_ms, state=DetailsState.UNKNOWN)
    return Details(
        interaction_id=interaction_id,
        at_ms=at_ms,
        state=DetailsState.KNOWN,
        customer_id=row["customer_id"],
        customer_name=row["name"] or row["customer_name"],
        kind=row["kind"],
        card_type=row["card_type"],
        tier=row["tier"],
        language=row["customer_language"] or row["language"],
        owner=row["owner"],
        preferred_agent=row["preferred_agent"],
        do_not_contact=bool(row["do_not_contact"]),
        subject=row["subject"],
        received_at_ms=row["received_ms"],
        contact_points=tuple(
            ShownContactPoint(kind=point["kind"], value=point["value"]) for point in _json(row["contact_points"])
        ),
        attributes=dict(_json(row["attributes"])),
    )


def _json(value: Any) -> Any:
    """asyncpg gives JSON as text unless a codec is set."""
    return msgspec.json.decode(value) if isinstance(value, str | bytes) else value
