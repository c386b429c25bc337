from __future__ import annotations

from runtime.storable import storable


def test_a_nul_becomes_what_stands_for_the_unreadable_and_nothing_stays_nothing() -> None:
    assert storable("a\x00b") == "a\ufffdb"
    assert storable(None) is None
