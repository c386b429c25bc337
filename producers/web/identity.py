"""Customers whom the shop has signed in: a short JWT, made by the shop's own server and verified by its key. Pure.

A workspace's key is a JWK: an `oct` key of at least 256 bits takes HS256 only, a P-256 key ES256 only, so that nobody can
pass one off as the other. `aud` is the workspace, `exp` at most five minutes after `iat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from runtime.contact_points import MAX_CHARACTERS

LONGEST_S: Final = 300
CLOCKS_DIFFER_S: Final = 30
FEWEST_KEY_BITS: Final = 256
BITS_OF_A_LETTER: Final = 6
"""Keys are written in base64url."""
_CURVE: Final = "P-256"


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in, by the shop's own account."""

    account: str
    name: str | None = None


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    sub: str
    iat: int
    exp: int
    aud: str | list[str]
    name: str | None = None


class BadKeys(ValueError):
    """The file of keys is not as it should be; the message says where."""


class Identities:
    """Verifies; without any key nobody is signed in."""

    def __init__(self, keys: Mapping[str, OctKey | ECKey]) -> None:
        self._keys = dict(keys)

    def verify(self, workspace: str, token: str, now_s: int) -> Account | None:
        """Whose token it is; None = not valid here and now."""
        key = self._keys.get(workspace)
        if key is None:
            return None
        try:
            decoded = jwt.decode(token, key, algorithms=[algorithm_of(key)])
            claims = msgspec.convert(decoded.claims, _Claims)
        except (JoseError, msgspec.ValidationError, ValueError, TypeError):
            return None
        audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        in_time = claims.iat - CLOCKS_DIFFER_S <= now_s < claims.exp
        if workspace not in audience or not in_time or not 0 < claims.exp - claims.iat <= LONGEST_S:
            return None
        if not claims.sub or len(claims.sub) > MAX_CHARACTERS or not claims.sub.isprintable():
            return None
        has_name = claims.name is not None and claims.name.isprintable()
        return Account(account=claims.sub, name=claims.name[:MAX_CHARACTERS] if has_name and claims.name else None)


def algorithm_of(key: OctKey | ECKey) -> str:
    """The one algorithm that a key is good for."""
    return "HS256" if isinstance(key, OctKey) else "ES256"


def read_keys(text: bytes) -> dict[str, OctKey | ECKey]:
    """The keys of a file: `{"workspace": JWK}`. Raises BadKeys; what it says holds no key."""
    try:
        found: dict[str, dict[str, Any]] = msgspec.json.decode(text, type=dict[str, dict[str, Any]])
    except msgspec.MsgspecError:
        raise BadKeys("expected one JSON object with a JWK for each workspace") from None
    return {workspace: _key(workspace, jwk) for workspace, jwk in found.items()}


def _key(workspace: str, jwk: dict[str, Any]) -> OctKey | ECKey:
    kind = jwk.get("kty")
    try:
        if kind == "oct":
            if len(str(jwk.get("k", ""))) * BITS_OF_A_LETTER < FEWEST_KEY_BITS:
                raise BadKeys(f"{workspace}: a key for HS256 needs {FEWEST_KEY_BITS} bits")
            return OctKey.import_key(jwk)
        if kind == "EC" and jwk.get("crv") == _CURVE:
            return ECKey.import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise error if isinstance(error, BadKeys) else BadKeys(f"{workspace}: not a usable JWK") from None
    raise BadKeys(f"{workspace}: expected a JWK of kty oct, or EC with crv {_CURVE}")
