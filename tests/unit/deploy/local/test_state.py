"""What a data folder remembers, and who may drive it."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.local import state
from deploy.local.errors import StackError
from deploy.local.layout import Layout


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(data_dir=tmp_path / "data")
    made.make_folders()
    return made


def test_a_new_folder_gets_an_identity_that_stays(layout: Layout) -> None:
    first = state.load(layout)
    assert state.load(layout) == first
    assert len(first.cluster_id) == 22
    assert first != state.new_state()


def test_only_its_owner_can_read_the_state(layout: Layout) -> None:
    state.load(layout)
    assert stat.S_IMODE(layout.state_file.stat().st_mode) == 0o600


def test_a_state_that_cannot_be_read_is_never_replaced(layout: Layout) -> None:
    layout.state_file.write_text('{"cluster_id": "x"')
    with pytest.raises(StackError, match="cannot be read"):
        state.load(layout)
    assert layout.state_file.read_text() == '{"cluster_id": "x"'


def test_a_folder_has_one_holder_who_is_named(layout: Layout) -> None:
    assert state.holder_of(layout) is None
    with state.exclusive(layout):
        holder = state.holder_of(layout)
        assert holder is not None
        assert holder.pid == os.getpid()
        with pytest.raises(StackError, match="already up"), state.exclusive(layout):
            pytest.fail("two hold the folder")
    assert state.holder_of(layout) is None


def test_a_holder_that_was_killed_holds_nothing(layout: Layout) -> None:
    layout.holder_file.write_text('{"name":"supervisor","pid":1,"mark":"another boot:1","digest":""}')
    assert state.holder_of(layout) is None
    with state.exclusive(layout):
        assert state.holder_of(layout) is not None


def test_nobody_waits_for_a_folder_that_nobody_holds(layout: Layout) -> None:
    assert not state.wait_up(layout)


def test_who_comes_second_waits_until_the_first_has_everything_up(layout: Layout) -> None:
    layout.up_file.touch()  # Left by one that was killed.
    with state.exclusive(layout), ThreadPoolExecutor() as pool:
        assert not state.wait_up(layout, patience_s=0)
        waiting = pool.submit(state.wait_up, layout)
        layout.up_file.touch()
        assert waiting.result()
    assert not layout.up_file.exists()
