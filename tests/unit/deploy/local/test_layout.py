"""Where things lie."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from deploy.local.layout import ROOT_CACHE_DIR, ROOT_DATA_DIR, Layout, cache_dir, data_dir


def test_the_environment_chooses_both_folders(tmp_path: Path) -> None:
    environ = {"HUBLINE_DATA_DIR": str(tmp_path / "data"), "HUBLINE_CACHE_DIR": str(tmp_path / "cache")}
    assert data_dir(environ) == tmp_path / "data"
    assert cache_dir(environ) == tmp_path / "cache"


def test_a_tilde_is_the_home_folder() -> None:
    assert data_dir({"HUBLINE_DATA_DIR": "~/contacts"}) == Path.home().resolve() / "contacts"


def test_roots_own_folders_lie_outside_its_closed_home() -> None:
    chosen = (data_dir({}), cache_dir({}))
    assert (chosen == (ROOT_DATA_DIR, ROOT_CACHE_DIR)) is (os.geteuid() == 0)


def test_every_part_lies_in_the_data_folder(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path)
    parts = (layout.lock_file, layout.holder_file, layout.state_file, layout.run_dir, layout.logs_dir, layout.kafka_dir)
    assert {part.parent for part in (*parts, layout.postgres_dir)} == {tmp_path}
    assert layout.log_file("http") == tmp_path / "logs" / "http.log"
    assert len({layout.record_file("http"), layout.port_file("http"), layout.turn_file("http")}) == 3


def test_made_folders_let_nobody_else_look_in(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path / "new")
    layout.make_folders()
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (layout.data_dir, layout.run_dir, layout.logs_dir)}
    assert modes == {layout.data_dir: 0o711, layout.run_dir: 0o700, layout.logs_dir: 0o700}
