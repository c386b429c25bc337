"""What is left early lets go at once."""

from __future__ import annotations

from collections.abc import AsyncIterator

from runtime.closing import closing


async def test_an_iterator_that_is_left_early_is_closed_before_the_block_ends() -> None:
    said: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            for number in range(10):
                yield number
        finally:
            said.append("closed")

    async with closing(numbers()) as found:
        async for number in found:
            if number == 2:
                break
    said.append("left")
    assert said == ["closed", "left"]


class Plain:
    """An iterator that cannot be closed."""

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        raise StopAsyncIteration


async def test_one_that_cannot_be_closed_is_left_alone() -> None:
    async with closing(Plain()) as found:
        assert [number async for number in found] == []
