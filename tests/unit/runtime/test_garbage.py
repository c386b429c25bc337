from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from runtime import garbage


class Ring:
    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_there_is_not_searched_again() -> None:
    garbage.settle()
    assert gc.get_freeze_count() > 0


def test_cycles_made_afterwards_are_still_found() -> None:
    garbage.settle()
    garbage.seldom()
    ring = weakref.ref(Ring())
    kept: list[list[int]] = []
    while ring() is not None and len(kept) < 200_000:
        kept.append([])
    assert ring() is None
