from __future__ import annotations

import pytest

from runtime.clock import ManualClock
from runtime.directory import WorkspaceDirectory
from runtime.last_known import StoreAway


class MemoryVersions:
    def __init__(self) -> None:
        self.applied: dict[str, int] = {}
        self.away = False

    async def applied_version(self, workspace: str) -> int | None:
        if self.away:
            raise OSError
        return self.applied.get(workspace)


async def test_a_workspace_is_known_from_its_first_applied_configuration_on() -> None:
    store = MemoryVersions()
    directory = WorkspaceDirectory(store, ManualClock())
    assert not await directory.known("shop")
    store.applied["shop"] = 1
    assert await directory.known("shop")


async def test_what_was_known_stays_known_while_the_database_is_away() -> None:
    store, clock = MemoryVersions(), ManualClock()
    directory = WorkspaceDirectory(store, clock)
    store.applied["shop"] = 3
    assert await directory.known("shop")
    store.away = True
    clock.advance_ms(600_000)
    assert await directory.known("shop")
    assert await directory.applied_version("shop") == 3
    with pytest.raises(StoreAway):
        await directory.known("never asked for")


async def test_a_new_version_is_seen_within_a_second() -> None:
    store, clock = MemoryVersions(), ManualClock()
    directory = WorkspaceDirectory(store, clock)
    store.applied["shop"] = 1
    assert await directory.applied_version("shop") == 1
    store.applied["shop"] = 2
    clock.advance_ms(1_000)
    assert await directory.applied_version("shop") == 2
