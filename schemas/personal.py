"""Which fields hold personal data or contents: the one table that masking and the JSON Schemas are made from.

Names, addresses, numbers, what was written, and what an adapter or organisation may put into free attributes. Ids are
not personal data: none of them contains any (see `schemas.ids`); `external_id` may, as an adapter chooses it.
"""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.customers import CustomerChanged, IdentityLinked, IdentityUnlinked
from schemas.interactions import ContactPoint, InteractionAttributesChanged, InteractionReceived
from schemas.live import Details, SendMessage, ShownContactPoint
from schemas.messages import Attachment, MessagePosted

PERSONAL: Final[tuple[tuple[type[msgspec.Struct], str], ...]] = (
    (ContactPoint, "value"),
    (InteractionReceived, "external_id"),
    (InteractionReceived, "contact_points"),
    (InteractionReceived, "customer_name"),
    (InteractionReceived, "subject"),
    (InteractionReceived, "attributes"),
    (InteractionAttributesChanged, "contact_points"),
    (InteractionAttributesChanged, "attributes"),
    (MessagePosted, "text"),
    (MessagePosted, "attachments"),
    (Attachment, "name"),
    (Details, "customer_name"),
    (Details, "subject"),
    (Details, "contact_points"),
    (Details, "attributes"),
    (ShownContactPoint, "value"),
    (SendMessage, "text"),
    (CustomerChanged, "name"),
    (IdentityLinked, "contact_point"),
    (IdentityUnlinked, "contact_point"),
)

PERSONAL_FIELDS: Final[frozenset[tuple[str, str]]] = frozenset((struct.__name__, field) for struct, field in PERSONAL)
"""As above, by the struct's name."""


def is_personal(struct: type[msgspec.Struct], field: str) -> bool:
    """Whether that field of `struct`, by its attribute's name, holds personal data."""
    return (struct.__name__, field) in PERSONAL_FIELDS
