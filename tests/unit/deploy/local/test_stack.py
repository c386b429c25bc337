"""What a stack is made of, before anything runs."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from deploy.local import stack, state
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.plan import PROGRAMS, Program
from deploy.local.ports import claims
from deploy.local.stack import Request


def a_folder(path: Path, **ports: int) -> Layout:
    layout = Layout(data_dir=path / "data")
    layout.make_folders()
    state.store(layout, msgspec.structs.replace(state.new_state(), ports=ports))
    return layout


def test_a_request_survives_a_command_line(tmp_path: Path) -> None:
    request = Request(data_dir=tmp_path, only=("kafka",), flush_interactions=True)
    assert stack.decode_request(stack.encode_request(request)) == request


def test_a_name_that_is_no_process_is_refused_and_the_processes_are_listed() -> None:
    with pytest.raises(StackError, match="kafkka") as refused:
        stack.check_names(("kafka", "kafkka"), PROGRAMS)
    assert "message_writer" in refused.value.advice


def test_programs_see_of_our_environment_only_what_concerns_them() -> None:
    given = {
        "PATH": "/bin",
        "HUBLINE_LOG_LEVEL": "debug",
        "HUBLINE_PASSWORD": "of somebody at a console",
        "LC_ALL": "C",
        "AWS_SECRET_ACCESS_KEY": "x",
        "PYTHONPATH": ".",
    }
    assert set(stack.inherited(given)) == {"PATH", "HUBLINE_LOG_LEVEL", "LC_ALL", "PYTHONPATH"}


def test_only_the_ports_asked_for_are_settled_and_they_stay(tmp_path: Path) -> None:
    layout = a_folder(tmp_path)
    with claims() as held:
        first = stack.settled_ports(layout, Request(data_dir=layout.data_dir, only=("kafka", "http")), held).ports
        assert set(first) == {"kafka", "kafka_controller", "http"}
        assert stack.settled_ports(layout, Request(data_dir=layout.data_dir, only=("kafka",)), held).ports == first


def test_commands_find_the_local_stack_when_nothing_else_is_named(tmp_path: Path) -> None:
    layout = a_folder(tmp_path, kafka=19_092, postgres=15_432, http=18_080)
    found = stack.with_local_stack({"HUBLINE_DATA_DIR": str(layout.data_dir), "PATH": "/bin"})
    assert found["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:19092"
    assert found["DATABASE_URL"].endswith("@127.0.0.1:15432/hubline")
    assert found["HUBLINE_HTTP_PORT"] == "18080"
    assert found["PATH"] == "/bin"


def test_what_is_named_already_wins_over_the_local_stack(tmp_path: Path) -> None:
    layout = a_folder(tmp_path, kafka=19_092, postgres=15_432)
    environ = {"HUBLINE_DATA_DIR": str(layout.data_dir), "KAFKA_BOOTSTRAP_SERVERS": "k:9092", "DATABASE_URL": "u"}
    found = stack.with_local_stack(environ)
    assert (found["KAFKA_BOOTSTRAP_SERVERS"], found["DATABASE_URL"]) == ("k:9092", "u")


def test_without_a_local_stack_the_environment_is_as_it_was(tmp_path: Path) -> None:
    environ = {"HUBLINE_DATA_DIR": str(tmp_path / "none")}
    assert stack.with_local_stack(environ) == environ
    assert not (tmp_path / "none").exists()


def test_services_of_somebody_else_are_no_part_of_ours(tmp_path: Path) -> None:
    layout = a_folder(tmp_path, kafka=1, kafka_controller=2, postgres=3)
    request = Request(data_dir=layout.data_dir, programs=(Program("http", "producers.http", 3),))
    environ = {"KAFKA_BOOTSTRAP_SERVERS": "k:1", "DATABASE_URL": "postgresql://h/d"}
    parts = stack.make_parts(layout, state.load(layout), request, environ, print)
    assert (parts.kafka, parts.postgres) == (None, None)
    assert [program.name for program in parts.programs] == ["http"]


def test_down_on_a_folder_without_a_stack_does_nothing(tmp_path: Path) -> None:
    assert stack.bring_down(Layout(data_dir=tmp_path / "none"), print) == ()
    assert not (tmp_path / "none").exists()
