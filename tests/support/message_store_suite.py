"""What every message store must do: run against the twin in memory and against PostgreSQL."""

from __future__ import annotations

import asyncio
from typing import Protocol

import pytest

from consumers.message_writer.rows import MessageRow, to_rows
from consumers.message_writer.store import Advance, MarkMoved, MessageStore
from schemas.messages import Attachment, Author
from tests.support.message_builders import a_message, a_record


class MessageBench(Protocol):
    """The table from outside."""

    async def rows(self) -> list[MessageRow]:
        """All rows in the order of their numbers."""
        ...


def rows(first: int, end: int, *, ids: str = "m") -> list[MessageRow]:
    return list(to_rows([a_record(a_message(f"{ids}_{n}"), n) for n in range(first, end)]).rows)


class MessageStoreSuite:
    """The tests; each subclass gives a fresh `store` and its `bench`."""

    async def test_rows_and_mark_move_together(self, store: MessageStore, bench: MessageBench) -> None:
        assert await store.begin(0, 3) == 3
        assert await store.append(rows(3, 6), Advance(0, 3, 6)) == 3
        assert await store.begin(0, 0) == 6
        assert await bench.rows() == rows(3, 6)

    async def test_every_field_comes_back(self, store: MessageStore, bench: MessageBench) -> None:
        attachment = Attachment(claim="a/1", name="单.pdf", media_type="application/pdf", size_bytes=7)
        message = a_message(author=Author.AGENT, agent_id="ana", text="a\x00b", attachments=(attachment,))
        kept = to_rows([a_record(message, 0)]).rows
        await store.begin(0, 0)
        await store.append(kept, Advance(0, 0, 1))
        assert await bench.rows() == kept

    async def test_a_message_is_kept_once_as_it_was_first(self, store: MessageStore, bench: MessageBench) -> None:
        await store.begin(0, 0)
        await store.append(rows(0, 2), Advance(0, 0, 2))
        again = to_rows([a_record(a_message("m_1", text="other"), 2), a_record(a_message("m_2"), 3)]).rows
        assert await store.append(again, Advance(0, 2, 4)) == 1
        assert [(row.message_id, row.number) for row in await bench.rows()] == [("m_0", 0), ("m_1", 1), ("m_2", 3)]
        assert await store.begin(0, 0) == 4

    async def test_an_advance_made_before_does_nothing(self, store: MessageStore, bench: MessageBench) -> None:
        await store.begin(0, 0)
        await store.append(rows(0, 2), Advance(0, 0, 2))
        assert await store.append(rows(0, 2), Advance(0, 0, 2)) == 0
        assert len(await bench.rows()) == 2

    @pytest.mark.parametrize("advance", [Advance(0, 1, 5), Advance(0, 3, 5)])
    async def test_a_mark_that_is_elsewhere_is_an_error_and_nothing_is_kept(
        self, store: MessageStore, bench: MessageBench, advance: Advance
    ) -> None:
        await store.begin(0, 0)
        await store.append(rows(0, 2), Advance(0, 0, 2))
        with pytest.raises(MarkMoved):
            await store.append(rows(2, 5, ids="x"), advance)
        assert len(await bench.rows()) == 2
        assert await store.begin(0, 0) == 2

    async def test_a_batch_without_messages_moves_the_mark(self, store: MessageStore, bench: MessageBench) -> None:
        await store.begin(0, 0)
        assert await store.append([], Advance(0, 0, 4)) == 0
        assert (await store.begin(0, 0), await bench.rows()) == (4, [])

    async def test_partitions_have_marks_of_their_own(self, store: MessageStore, bench: MessageBench) -> None:
        await store.begin(1, 7)
        await store.begin(2, 9)
        await store.append([], Advance(1, 7, 8))
        assert (await store.begin(1, 0), await store.begin(2, 0)) == (8, 9)

    async def test_of_two_writers_at_once_one_advances(self, store: MessageStore, bench: MessageBench) -> None:
        await store.begin(0, 0)
        ends = [3, 5]
        answers = await asyncio.gather(
            *(store.append(rows(0, end), Advance(0, 0, end)) for end in ends), return_exceptions=True
        )
        [winner] = [end for end, answer in zip(ends, answers, strict=True) if not isinstance(answer, BaseException)]
        assert [type(it) for it in answers if isinstance(it, BaseException)] == [MarkMoved]
        assert (await store.begin(0, 0), len(await bench.rows())) == (winner, winner)
