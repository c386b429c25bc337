"""Interactions as identity keeps them (`deploy/postgres/0002_identity.sql`), with the customer that they are of now."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from consumers.query.answers import ShownPoint
from runtime.postgres import Pool

ROW: Final = """
SELECT i.adapter, i.channel, i.received_ms, coalesce(n.language, i.language) AS language, i.subject,
    i.attributes::text AS attributes, i.contact_points::text AS contact_points, i.customer_id AS customer_of_its_day,
    n.customer_id, coalesce(n.name, i.customer_name) AS customer_name
FROM interactions AS i LEFT JOIN LATERAL customer_now(i.workspace, i.customer_id) AS n ON true
WHERE i.workspace = $1 AND i.interaction_id = $2
"""


class KeptInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """The row of an interaction, unmasked."""

    adapter: str
    channel: str
    received_ms: int
    language: str | None
    subject: str | None
    attributes: dict[str, str]
    contact_points: tuple[ShownPoint, ...]
    customer_of_its_day: str | None
    customer_id: str | None
    customer_name: str | None

    @staticmethod
    def nothing() -> KeptInteraction:
        """What is known of one that was not written yet."""
        return KeptInteraction(
            adapter="",
            channel="",
            received_ms=0,
            language=None,
            subject=None,
            attributes={},
            contact_points=(),
            customer_of_its_day=None,
            customer_id=None,
            customer_name=None,
        )


class Interactions:
    """The interactions of all workspaces, read only. Questions may raise one of `runtime.postgres.AWAY`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def read(self, workspace: str, interaction_id: str) -> KeptInteraction | None:
        """The interaction; None = unknown, or not written yet."""
        row = await self._pool.fetchrow(ROW, workspace, interaction_id)
        return None if row is None else kept_of(row)


def kept_of(row: Any) -> KeptInteraction:
    """The row as read; contact points that identify nobody are shown as they were given."""
    points = msgspec.json.decode(row["contact_points"])
    return msgspec.convert(
        {
            **dict(row),
            "attributes": msgspec.json.decode(row["attributes"]),
            "contact_points": [{"kind": point["kind"], "value": point["value"]} for point in points],
        },
        KeptInteraction,
    )
