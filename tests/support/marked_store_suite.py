"""What every marked store must do: run against the twin in memory and against PostgreSQL, for each table that is kept so."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

import pytest

from runtime.marked_writer import Advance, MarkedStore, MarkMoved

AnyRow = tuple[Any, ...]


class MarkedBench(Protocol):
    """The table from outside."""

    def make(self, first: int, end: int, *, ids: str = "m", offset: int | None = None) -> Sequence[AnyRow]:
        """Rows called `{ids}_{n}` for each n of the range, in order; `offset` is the first one's, else `first`. With
        another offset a row says something else.
        """
        ...

    async def kept(self) -> list[AnyRow]:
        """All rows in the order of their offsets."""
        ...


class MarkedStoreSuite:
    """The tests; each subclass gives a fresh `store` and its `bench`."""

    async def test_rows_and_mark_move_together(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        assert await store.begin(0, 3) == 3
        assert await store.append(bench.make(3, 6), Advance(0, 3, 6)) == 3
        assert await store.begin(0, 0) == 6
        assert await bench.kept() == list(bench.make(3, 6))

    async def test_a_row_is_kept_once_as_it_was_first(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        await store.begin(0, 0)
        await store.append(bench.make(0, 2), Advance(0, 0, 2))
        assert await store.append(bench.make(1, 3, offset=2), Advance(0, 2, 4)) == 1
        assert await bench.kept() == [*bench.make(0, 2), bench.make(1, 3, offset=2)[1]]
        assert await store.begin(0, 0) == 4

    async def test_an_advance_made_before_does_nothing(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        await store.begin(0, 0)
        await store.append(bench.make(0, 2), Advance(0, 0, 2))
        assert await store.append(bench.make(0, 2), Advance(0, 0, 2)) == 0
        assert len(await bench.kept()) == 2

    @pytest.mark.parametrize("advance", [Advance(0, 1, 5), Advance(0, 3, 5)])
    async def test_a_mark_that_is_elsewhere_is_an_error_and_nothing_is_kept(
        self, store: MarkedStore[AnyRow], bench: MarkedBench, advance: Advance
    ) -> None:
        await store.begin(0, 0)
        await store.append(bench.make(0, 2), Advance(0, 0, 2))
        with pytest.raises(MarkMoved):
            await store.append(bench.make(2, 5, ids="x"), advance)
        assert len(await bench.kept()) == 2
        assert await store.begin(0, 0) == 2

    async def test_a_batch_without_rows_moves_the_mark(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        await store.begin(0, 0)
        assert await store.append([], Advance(0, 0, 4)) == 0
        assert (await store.begin(0, 0), await bench.kept()) == (4, [])

    async def test_partitions_have_marks_of_their_own(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        await store.begin(1, 7)
        await store.begin(2, 9)
        await store.append([], Advance(1, 7, 8))
        assert (await store.begin(1, 0), await store.begin(2, 0)) == (8, 9)

    async def test_of_two_writers_at_once_one_advances(self, store: MarkedStore[AnyRow], bench: MarkedBench) -> None:
        await store.begin(0, 0)
        ends = [3, 5]
        answers = await asyncio.gather(
            *(store.append(bench.make(0, end), Advance(0, 0, end)) for end in ends), return_exceptions=True
        )
        [winner] = [end for end, answer in zip(ends, answers, strict=True) if not isinstance(answer, BaseException)]
        assert [type(it) for it in answers if isinstance(it, BaseException)] == [MarkMoved]
        assert (await store.begin(0, 0), len(await bench.kept())) == (winner, winner)
