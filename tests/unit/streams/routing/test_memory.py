"""What the engine remembers, and for how long."""

from __future__ import annotations

from schemas.interactions import Source
from streams.routing.memory import BASKET_MS, Memory

DAY_MS = 24 * 60 * 60 * 1000


def test_a_command_is_known_for_two_days_and_forgotten_within_three() -> None:
    memory = Memory()
    memory.advance(BASKET_MS - 1)
    assert memory.command_is_new("k")
    memory.advance(BASKET_MS - 1 + 2 * DAY_MS)
    assert not memory.command_is_new("k")
    memory.advance(BASKET_MS - 1 + 3 * DAY_MS)
    assert memory.command_is_new("k")


def test_an_ended_interaction_is_known_for_two_days() -> None:
    memory = Memory()
    memory.remember_ended("c1")
    memory.advance(2 * DAY_MS)
    assert memory.has_ended("c1")
    assert not memory.has_ended("c2")
    memory.advance(4 * DAY_MS)
    assert not memory.has_ended("c1")


def test_what_is_held_is_given_out_once() -> None:
    memory = Memory()
    memory.hold("c1").left = True
    memory.advance(DAY_MS)
    assert memory.hold("c1").left
    held = memory.release("c1")
    assert held is not None
    assert held.left
    assert memory.release("c1") is None


def test_a_source_moves_on_only() -> None:
    memory = Memory()
    assert memory.source_is_new(Source(name="identity", partition=3, offset=10, index=0))
    assert memory.source_is_new(Source(name="identity", partition=3, offset=10, index=1))
    assert not memory.source_is_new(Source(name="identity", partition=3, offset=10, index=1))
    assert not memory.source_is_new(Source(name="identity", partition=3, offset=9, index=7))
    assert memory.source_is_new(Source(name="identity.late", partition=3, offset=1))
