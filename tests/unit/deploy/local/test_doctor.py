"""Findings say what is wrong and what to do."""

from __future__ import annotations

import socket
from pathlib import Path

from deploy.local import doctor, processes, state
from deploy.local.doctor import Finding
from deploy.local.layout import Layout
from deploy.local.processes import Command, Ending


def findings(folder: Path, **environ: str) -> dict[str, Finding]:
    given = {"HUBLINE_CACHE_DIR": str(folder / "cache"), "PATH": "", **environ}
    return {finding.check: finding for finding in doctor.examine(folder / "data", given)}


def test_an_empty_cache_is_said_with_what_fills_it(tmp_path: Path) -> None:
    found = findings(tmp_path)["kafka"]
    assert not found.well
    assert "jars are missing" in found.found
    assert "hubline doctor --fetch" in found.advice


def test_every_finding_that_is_not_well_has_an_advice(tmp_path: Path) -> None:
    found = findings(tmp_path, DATABASE_URL="postgresql://127.0.0.1:1/x", KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    ill = {name for name, one in found.items() if not one.well}
    assert {"kafka", "postgres"} <= ill
    assert all(found[name].advice for name in ill)


def test_services_of_somebody_else_are_asked_instead_of_our_own(tmp_path: Path) -> None:
    found = findings(tmp_path, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
    assert found["kafka"].found == "127.0.0.1:1: does not answer"
    assert "java" not in found


def test_what_a_killed_supervisor_left_keeps_nobody_from_starting_again(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path / "data")
    layout.make_folders()
    command = Command(argv=("/bin/sleep", "600"), environ=(), folder=tmp_path)
    running, child = processes.start("kafka", command, layout.log_file("kafka"), Ending())
    try:
        processes.write_record(layout.record_file("kafka"), running)
        found = findings(tmp_path)
    finally:
        processes.stop([running])
        child.wait()
    assert found["leftovers"].well
    assert f"kafka ({running.pid}) run unwatched" in found["leftovers"].found
    assert (found["memory"].well, "besides what runs already" in found["memory"].found) == (True, True)


def test_a_kept_port_that_somebody_took_is_named(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path / "data")
    layout.make_folders()
    with socket.create_server((state.HOST, 0)) as taken:
        port = taken.getsockname()[1]
        kept = state.new_state()
        kept.ports["kafka"] = port
        state.store(layout, kept)
        assert f"kafka {port}" in findings(tmp_path)["ports"].found
        assert "taken by somebody else" in findings(tmp_path)["ports"].found
