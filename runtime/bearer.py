"""Who asks over HTTP: what stands after `Bearer`, and whose it is."""

from __future__ import annotations

from typing import Final

from runtime.credentials import BearerVerifier, Principal
from runtime.problems import Problem, ProblemKind

_SCHEME: Final = "bearer"


def token_of(
    authorization: str | None, nobody: ProblemKind, wanted: str = "with a session's token or an API key"
) -> str:
    """What stands after `Bearer`, that word in any case. Raises Problem (`nobody`, saying what is wanted) when nothing does."""
    scheme, _, token = (authorization or "").strip().partition(" ")
    if scheme.lower() != _SCHEME or not token.strip():
        raise Problem(nobody, f"send Authorization: Bearer {wanted}")
    return token.strip()


async def principal_of(verifier: BearerVerifier, authorization: str | None, nobody: ProblemKind) -> Principal:
    """Whose token it is.

    Raises:
        Problem: `nobody`, when there is no token or none that is known.
        StoreAway: the database is away and the token was never seen here.
    """
    principal = await verifier.verify(token_of(authorization, nobody))
    if principal is None:
        raise Problem(nobody, "unknown, ended or revoked")
    return principal
