from __future__ import annotations

import base64
import hmac
from typing import Any

import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from producers.web.identity import Account, BadKeys, Identities, read_keys

SECRET = OctKey.generate_key(256, private=True)
PAIR = ECKey.generate_key("P-256", private=True)
NOW_S = 1_700_000_000


def public() -> ECKey:
    return ECKey.import_key(PAIR.as_dict(private=False))


def a_token(key: Any = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {"sub": "li88", "aud": "shop", "iat": NOW_S, "exp": NOW_S + 300, **changes}
    return jwt.encode({"alg": algorithm}, {name: value for name, value in claims.items() if value is not None}, key)


@pytest.mark.parametrize(("key", "known", "algorithm"), [(SECRET, SECRET, "HS256"), (PAIR, public(), "ES256")])
def test_a_token_of_the_shop_says_who_signed_in(key: Any, known: Any, algorithm: str) -> None:
    identities = Identities({"shop": known})
    assert identities.verify("shop", a_token(key, algorithm, name="Li"), NOW_S) == Account(account="li88", name="Li")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "bank"},
        {"aud": None},
        {"exp": NOW_S + 301},
        {"exp": NOW_S},
        {"exp": None},
        {"iat": NOW_S + 60},
        {"iat": None},
        {"sub": ""},
        {"sub": "li\x0088"},
        {"sub": "l" * 255},
        {"sub": None},
    ],
)
def test_a_token_that_is_not_for_here_and_now_is_not_valid(changes: dict[str, Any]) -> None:
    assert Identities({"shop": SECRET}).verify("shop", a_token(**changes), NOW_S) is None


def test_a_token_of_another_key_or_workspace_is_not_valid() -> None:
    identities = Identities({"shop": SECRET})
    assert identities.verify("shop", a_token(OctKey.generate_key(256)), NOW_S) is None
    assert identities.verify("bank", a_token(aud="bank"), NOW_S) is None


def test_a_public_key_cannot_be_passed_off_as_a_secret() -> None:
    head, body, _ = a_token().split(".")
    mac = hmac.digest(public().as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    forged = f"{head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    assert Identities({"shop": public()}).verify("shop", forged, NOW_S) is None
    assert Identities({"shop": SECRET}).verify("shop", "eyJhbGciOiJub25lIn0.e30.", NOW_S) is None


def test_keys_are_read_from_a_file() -> None:
    text = msgspec.json.encode({"shop": SECRET.as_dict(private=True), "bank": public().as_dict()})
    assert Identities(read_keys(text)).verify("shop", a_token(), NOW_S) is not None


@pytest.mark.parametrize(
    "keys", ["[]", '{"shop": {"kty": "oct", "k": "c2hvcnQ"}}', '{"shop": {"kty": "RSA"}}', '{"shop": {"kty": "oct"}}']
)
def test_keys_that_are_no_good_are_refused_without_being_shown(keys: str) -> None:
    with pytest.raises(BadKeys) as refused:
        read_keys(keys.encode())
    assert "c2hvcnQ" not in str(refused.value)
