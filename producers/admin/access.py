"""Who asks: the bearer's token verified, and what goes wrong on the way as problem documents."""

from __future__ import annotations

from producers.admin.refusals import Kind, Refusal
from runtime.credentials import BearerVerifier, Principal, StoreAway

RETRY_AFTER_S = 2


def token_of(authorization: str | None) -> str:
    """What stands after `Bearer`; raises Refusal (401) when nothing does."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(Kind.UNAUTHENTICATED, "send Authorization: Bearer with a session's token or an API key")
    return token.strip()


async def principal_of(verifier: BearerVerifier, authorization: str | None) -> Principal:
    """Whose token it is.

    Raises:
        Refusal: 401 for nobody we know, 503 when the database is away and the token was never seen.
    """
    try:
        principal = await verifier.verify(token_of(authorization))
    except StoreAway:
        raise Refusal(Kind.AWAY, retry_after_s=RETRY_AFTER_S) from None
    if principal is None:
        raise Refusal(Kind.UNAUTHENTICATED, "unknown, ended or revoked")
    return principal
