from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runtime.settings import Process, Settings, Ticket
from runtime.ticket_key import FILE_NAME, ticket_key


def settings_of(folder: Path, key: str | None = None) -> Settings:
    return Settings(process=Process(data_dir=str(folder)), ticket=Ticket(key=key))


def test_a_key_that_is_set_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    assert ticket_key(settings_of(tmp_path, "given")) == "given"
    assert list(tmp_path.iterdir()) == []


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = ticket_key(settings_of(folder))
    assert len(first) >= 32
    assert ticket_key(settings_of(folder)) == first
    assert stat.S_IMODE((folder / FILE_NAME).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE_NAME]


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(max_workers=8) as pool:
        keys = set(pool.map(lambda _: ticket_key(settings_of(tmp_path)), range(32)))
    assert len(keys) == 1
