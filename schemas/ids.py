"""Ids that are derived, so that a repetition is recognised, and ids that follow from another.

Ids of customers, commands and sessions are random and made in `runtime.ids`. No id contains personal data.
"""

from __future__ import annotations

import hashlib
from typing import Final

WEB_ADAPTER: Final = "web"
RESERVED_ADAPTERS: Final = frozenset({WEB_ADAPTER})
"""Adapters that are part of the product: their interactions are theirs alone, nobody is given a key to speak for them."""
_DIGEST_BYTES: Final = 15
_MARK_BYTES: Final = 5


def adapter_mark(workspace: str, adapter: str) -> str:
    """How the ids of an adapter's interactions begin: whose an interaction is can be told without a look-up."""
    return "i_" + _digest("adapter", workspace, adapter, size=_MARK_BYTES)


def interaction_id(workspace: str, adapter: str, external_id: str) -> str:
    """The id of the contact that `adapter` knows as `external_id`: the same for every repetition of a webhook."""
    own = _digest("interaction", workspace, adapter, external_id, size=_DIGEST_BYTES - _MARK_BYTES)
    return adapter_mark(workspace, adapter) + own


def message_id(workspace: str, adapter: str, external_id: str) -> str:
    """The id of the message that `adapter` knows as `external_id`."""
    return "m_" + _digest("message", workspace, adapter, external_id)


def event_id(workspace: str, source: str, external_id: str) -> str:
    """The id of an event posted over HTTP: its CloudEvents source and id, hashed."""
    return "e_" + _digest("event", workspace, source, external_id)


def leg_id(interaction: str, number: int) -> str:
    """The `number`-th leg of an interaction, from 1; the first is the main leg."""
    return f"{interaction}.{number}"


def offer_id(leg: str, number: int) -> str:
    """The `number`-th offer of a leg, from 1."""
    return f"{leg}/{number}"


def interaction_of(leg_or_offer: str) -> str:
    """The interaction that a leg or offer belongs to."""
    return leg_or_offer.split("/", 1)[0].rsplit(".", 1)[0]


def decision_id(workspace: str, epoch: int, seq: int) -> str:
    """The CloudEvents id of a decision: the same however often it is sent."""
    return f"{workspace}/{epoch}/{seq}"


def _digest(kind: str, *parts: str, size: int = _DIGEST_BYTES) -> str:
    joined = "\x1f".join((kind, *parts)).encode()
    return hashlib.blake2b(joined, digest_size=size).hexdigest()
