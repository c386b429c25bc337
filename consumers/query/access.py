"""Who asks: the bearer's token verified, and what goes wrong on the way as problem documents."""

from __future__ import annotations

from consumers.query.problems import Kind, Problem, not_ready
from runtime.credentials import BearerVerifier, Principal, StoreAway


def token_of(authorization: str | None) -> str:
    """What stands after `Bearer`; raises Problem (401) when nothing does."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(Kind.UNAUTHENTICATED, "send Authorization: Bearer with a session's token or an API key")
    return token.strip()


async def principal_of(verifier: BearerVerifier, authorization: str | None) -> Principal:
    """Whose token it is. Raises Problem: 401 for nobody we know, 503 when nobody can say."""
    try:
        principal = await verifier.verify(token_of(authorization))
    except StoreAway:
        raise not_ready("the database") from None
    if principal is None:
        raise Problem(Kind.UNAUTHENTICATED, "unknown, ended or revoked")
    return principal
