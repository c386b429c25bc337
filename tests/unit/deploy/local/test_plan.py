"""What runs, and how each process is told who and where it is."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from deploy.local import plan, readiness
from deploy.local.layout import Layout
from deploy.local.plan import Parts, Program
from tests.support.answering import answering

PROGRAM = Program("http", "producers.http", plan.INTAKE, port="http")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the answers mean is asked here, not whether this machine gave them in time."""
    monkeypatch.setattr(readiness, "PROBE_TIMEOUT_S", 60.0)


def test_every_program_is_a_package_of_the_product_with_a_name_of_its_own() -> None:
    packages = [importlib.util.find_spec(program.module.partition(".")[0]) for program in plan.PROGRAMS]
    assert all(packages)
    assert len(set(plan.NAMES)) == len(plan.NAMES)
    assert set(plan.PORTS) <= set(plan.NAMES)


def test_what_takes_work_in_ends_first_and_the_services_last(tmp_path: Path) -> None:
    built = plan.build(
        Parts(kafka=None, postgres=None, programs=plan.PROGRAMS), Layout(data_dir=tmp_path), {}, plan.nothing
    )
    ranks = {service.name: service.ending.rank for phase in built for service in phase.services}
    assert ranks["http"] == ranks["admin"] > ranks["gateway"] > ranks["routing"] > 0


def test_services_come_before_the_step_and_programs_after_it(tmp_path: Path) -> None:
    built = plan.build(
        Parts(kafka=None, postgres=None, programs=(PROGRAM,)), Layout(data_dir=tmp_path), {}, plan.nothing
    )
    assert [[service.name for service in phase.services] for phase in built] == [[], ["http"]]
    assert built[0].then is plan.nothing


def test_a_program_is_told_its_name_its_folder_and_where_to_write_its_health_port(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path)
    given = {"KAFKA_BOOTSTRAP_SERVERS": "k:1", "HUBLINE_INSTANCE": "somebody", "HUBLINE_HEALTH_PORT": "9"}
    told = dict(plan.program_service(PROGRAM, layout, given).command.environ)
    assert told == {
        "KAFKA_BOOTSTRAP_SERVERS": "k:1",
        "HUBLINE_DATA_DIR": str(tmp_path),
        "HUBLINE_INSTANCE": "http-1",
        "HUBLINE_PORT_FILE": str(layout.port_file("http")),
        "HUBLINE_HEALTH_PORT": "0",
    }


def test_the_port_of_an_earlier_life_is_forgotten_before_a_start(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path)
    layout.make_folders()
    layout.port_file("http").write_text("4711\n")
    plan.program_service(PROGRAM, layout, {}).prepare()
    assert readiness.health_port(layout.port_file("http")) is None


def test_a_process_is_ready_when_it_works_and_when_it_stands_by(tmp_path: Path) -> None:
    works = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    stands_by = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"standby":true}'
    unready = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    asked = [answering(tmp_path / "http.port", answer, plan.says_ready) for answer in (works, stands_by, unready)]
    assert asked == [True, True, False]


def test_who_stands_by_comes_last_is_not_awaited_and_ends_with_the_one_it_stands_by_for(tmp_path: Path) -> None:
    built = plan.build(
        Parts(kafka=None, postgres=None, programs=plan.PROGRAMS), Layout(data_dir=tmp_path), {}, plan.nothing
    )
    assert [service.name for service in built[-1].services] == ["routing_standby"]
    assert [phase.awaited for phase in built] == [True, True, False]
    ranks = {service.name: service.ending.rank for phase in built for service in phase.services}
    assert ranks["routing_standby"] == ranks["routing"]


def test_of_a_pair_both_are_told_of_one_lock_and_one_place_in_the_group(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path)
    first, second = (
        dict(plan.program_service(program, layout, {}).command.environ)
        for program in plan.PROGRAMS
        if program.module == "streams.routing"
    )
    assert (first["HUBLINE_INSTANCE"], second["HUBLINE_INSTANCE"]) == ("routing-1", "routing_standby-1")
    for shared in ("HUBLINE_ROUTING_STANDBY_LOCK", "HUBLINE_ROUTING_MEMBER"):
        assert first[shared] == second[shared]
    assert first["HUBLINE_ROUTING_MEMBER"] == "routing-1"
    assert Path(first["HUBLINE_ROUTING_STANDBY_LOCK"]).parent == layout.run_dir
