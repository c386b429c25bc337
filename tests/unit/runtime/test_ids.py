from __future__ import annotations

from runtime.ids import jitter, random_id, random_secret


def test_ids_carry_their_prefix_and_never_repeat() -> None:
    ids = {random_id("c") for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(it.startswith("c_") and len(it) == 32 for it in ids)


def test_secrets_fit_into_a_url_and_never_repeat() -> None:
    secrets = {random_secret() for _ in range(1_000)}
    assert len(secrets) == 1_000
    assert all(len(it) >= 43 and it.replace("-", "").replace("_", "").isalnum() for it in secrets)


def test_jitter_stays_within_a_quarter_and_moves() -> None:
    drawn = {jitter(8.0) for _ in range(500)}
    assert all(6.0 <= it <= 10.0 for it in drawn)
    assert len(drawn) > 10
