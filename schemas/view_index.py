"""Of a decision and of a view's indexes: which interaction and leg are spoken of, and how an entry is dropped."""

from __future__ import annotations

from schemas.decisions import Decision


def drop(index: dict[str, dict[str, None]], key: str, entry: str) -> None:
    """Forget the entry, and the key with its last one."""
    entries = index.get(key)
    if entries is not None:
        entries.pop(entry, None)
        if not entries:
            del index[key]


def interaction_of(decision: Decision) -> str | None:
    """The interaction that the decision speaks of."""
    for value in (decision.leg, decision.offer, decision.interaction):
        if value is not None:
            return value.interaction_id
    return None


def leg_of(decision: Decision) -> str | None:
    """The leg that the decision speaks of."""
    if decision.leg is not None:
        return decision.leg.leg_id
    return None if decision.offer is None else decision.offer.leg_id
