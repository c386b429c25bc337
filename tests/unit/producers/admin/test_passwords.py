from __future__ import annotations

import pytest

from producers.admin.passwords import MAX_LENGTH, Attempts, Pace, Passwords, WeakPassword
from runtime.clock import ManualClock

PASSWORD = "correct horse battery"


async def test_a_password_is_known_by_its_hash_and_no_other_one_is() -> None:
    passwords = Passwords()
    hashed = await passwords.hash(PASSWORD)
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed
    assert await passwords.verify(hashed, PASSWORD)
    assert not await passwords.verify(hashed, PASSWORD + ".")


async def test_a_user_who_does_not_exist_is_refused_with_any_password() -> None:
    assert not await Passwords().verify(None, PASSWORD)


async def test_a_damaged_hash_opens_nothing() -> None:
    assert not await Passwords().verify("$argon2id$nonsense", PASSWORD)


@pytest.mark.parametrize("password", ["", "short", "x" * (MAX_LENGTH + 1)])
async def test_weak_and_endless_passwords_are_refused(password: str) -> None:
    passwords = Passwords()
    with pytest.raises(WeakPassword):
        await passwords.hash(password)
    assert not await passwords.verify(None, password)


def test_attempts_run_out_and_come_back_with_time() -> None:
    clock = ManualClock()
    attempts = Attempts(Pace(burst=2, refill_s=10), clock)
    assert attempts.take("ana") is None
    assert attempts.take("ana") is None
    assert attempts.take("ana") == pytest.approx(10)
    assert attempts.take("bo") is None
    clock.advance_ms(4_000)
    assert attempts.take("ana") == pytest.approx(6)
    clock.advance_ms(6_000)
    assert attempts.take("ana") is None


def test_a_good_attempt_costs_nothing() -> None:
    attempts = Attempts(Pace(burst=1, refill_s=10), ManualClock())
    for _ in range(5):
        assert attempts.take("ana") is None
        attempts.give_back("ana")


def test_only_so_many_names_are_remembered() -> None:
    attempts = Attempts(Pace(burst=1, refill_s=10), ManualClock(), capacity=2)
    for name in ("a", "b", "c"):
        attempts.take(name)
    assert attempts.take("c") is not None
    assert attempts.take("a") is None
