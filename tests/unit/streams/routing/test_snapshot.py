"""Snapshots: the whole state, and nothing else."""

from __future__ import annotations

import pytest

from schemas import inputs
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingSettings, StepSettings
from schemas.interactions import Source
from streams.routing import invariants, snapshot
from streams.routing.engine import Engine
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration


def a_workspace_with_everything() -> Driver:
    """Waiting, rejected, offered, connected, wrapping and held work; sessions, grace, timers, marks, held words."""
    steps = (StepSettings(at_ms=0), StepSettings(at_ms=30_000, head_start_ms=9_000))
    driver = Driver(
        a_configuration(
            queues={"service": QueueSettings(steps=steps, expire_after_ms=600_000), "sales": QueueSettings()},
            agents={name: AgentSettings(queues={"service": 1}, skills={"mandarin": 2}) for name in ("ana", "bo", "cy")},
            channels={"web_chat": ChannelSettings(units=25)},
            settings=RoutingSettings(not_responding_for_ms=40_000),
        )
    )
    driver.login("ana", "bo", "cy")
    driver.tick()
    driver.arrive("c1", source=Source(name="identity", partition=1, offset=5), requirements={"mandarin": 2})
    driver.accept("c1", "ana")
    driver.arrive("c2", channel="web_chat")
    driver.accept("c2", "bo")
    driver.end("c2", "bo")
    driver.arrive("c3", tier="vip")
    driver.reject("c3", "cy")
    driver.arrive("c4", queue="sales")
    driver.leave("c9")
    driver.about(inputs.HoldInteraction, "c1", "ana")
    driver.session("cy", opened=False)
    driver.attend(3_000)
    return driver


def test_restoring_gives_the_same_state() -> None:
    driver = a_workspace_with_everything()
    chunks = driver.engine.snapshot()
    restored = Engine.restore(chunks)
    assert restored.snapshot() == chunks
    assert restored.fingerprint() == driver.engine.fingerprint()
    assert (restored.epoch, restored.seq, restored.offset) == (1, driver.engine.seq, driver.offset)
    assert restored.next_due_ms() == driver.engine.next_due_ms()
    invariants.check(restored.world)


def test_a_restored_engine_goes_on_identically() -> None:
    driver = a_workspace_with_everything()
    other = Driver(engine=Engine.restore(driver.engine.snapshot()))
    other.now_ms = driver.now_ms
    for one in (driver, other):
        one.session("cy")
        one.arrive("c5", requirements={"mandarin": 1})
        one.attend(70_000)
        one.leave("c1")
        one.attend(40_000)
    assert other.decisions == driver.decisions
    assert other.engine.fingerprint() == driver.engine.fingerprint()


def test_a_missing_or_foreign_chunk_is_noticed() -> None:
    chunks = a_workspace_with_everything().engine.snapshot()
    for wrong in (chunks[1:], chunks[:-1], [], [b"\x63nonsense"], [*chunks, chunks[-1]]):
        with pytest.raises(ValueError, match=r"snapshot|Section"):
            Engine.restore(wrong)


def test_chunks_stay_small_however_much_waits() -> None:
    driver = Driver(a_configuration(*(f"agent-{n}" for n in range(3_000))))
    for n in range(3_000):
        driver.arrive(f"i_{n:040}", customer_id=f"cu_{n:040}", queue="service")
    sizes = [len(chunk) for chunk in driver.engine.snapshot()]
    assert max(sizes) < 600_000
    assert len(sizes) > 8


def test_different_states_have_different_fingerprints() -> None:
    one, other = Driver(a_configuration("ana")), Driver(a_configuration("ana"))
    assert one.engine.fingerprint() == other.engine.fingerprint()
    one.arrive("c1")
    other.arrive("c2")
    assert one.engine.fingerprint() != other.engine.fingerprint()


def test_everything_that_a_workspace_knows_is_kept_or_derived() -> None:
    derived = {
        "_audience_limit", "_routes", "audiences", "capacity", "cause", "decisions", "on_queue", "serving", "skilled",
        "touched_agents", "touched_legs", "timers", "names", "clocks", "policy", "memory", "profiles",
        "witness",
    }  # fmt: skip
    kept = set(snapshot.Head.__struct_fields__) | {"abandoned", "agents", "gateways", "interactions", "queues"}
    assert set(Engine(WORKSPACE).world.__slots__) - derived - kept == set()
