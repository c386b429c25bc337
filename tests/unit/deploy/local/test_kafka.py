"""What a node is told, and when it counts as ready."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import kafka
from deploy.local.errors import StackError
from deploy.local.java import Java
from deploy.local.kafka import Kafka
from deploy.local.state import HOST


def a_node(folder: Path) -> Kafka:
    return Kafka(
        folder=folder,
        java=Java(program=Path("/opt/java/bin/java"), major=17),
        class_path=(Path("/cache/a.jar"), Path("/cache/b.jar")),
        cluster_id="cluster",
        port=19_092,
        controller_port=19_093,
    )


def settings(folder: Path) -> dict[str, str]:
    lines = kafka.properties(a_node(folder)).splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_it_listens_on_this_machine_only(tmp_path: Path) -> None:
    told = settings(tmp_path)
    addresses = [one.split("://")[1] for one in told["listeners"].split(",")]
    assert addresses == [f"{HOST}:19092", f"{HOST}:19093"]
    assert told["advertised.listeners"] == f"PLAINTEXT://{HOST}:19092"


def test_it_makes_no_topic_by_itself_and_asks_for_no_second_node(tmp_path: Path) -> None:
    told = settings(tmp_path)
    assert told["auto.create.topics.enable"] == "false"
    ones = {name for name, value in told.items() if name.endswith((".replication.factor", ".isr", "insync.replicas"))}
    assert {told[name] for name in ones} == {"1"}
    assert len(ones) >= 6


def test_a_rebalance_does_not_wait_for_members_that_may_come(tmp_path: Path) -> None:
    assert settings(tmp_path)["group.initial.rebalance.delay.ms"] == "0"


def test_the_command_runs_java_on_the_class_path_without_scripts(tmp_path: Path) -> None:
    started = kafka.command(a_node(tmp_path))
    assert started.argv[0] == "/opt/java/bin/java"
    assert started.argv[-2:] == ("kafka.Kafka", str(tmp_path / "server.properties"))
    assert "/cache/a.jar:/cache/b.jar" in started.argv


def test_storage_that_was_formatted_is_never_formatted_again(tmp_path: Path) -> None:
    node = a_node(tmp_path)
    node.data_dir.mkdir()
    (node.data_dir / "meta.properties").write_text("cluster.id=cluster\n")
    kafka.prepare(node)
    assert (tmp_path / "server.properties").read_text() == kafka.properties(node)


def test_a_log_whose_identity_is_gone_is_refused_not_overwritten(tmp_path: Path) -> None:
    node = a_node(tmp_path)
    log = node.data_dir / "interactions.v1-3"
    log.mkdir(parents=True)
    with pytest.raises(StackError, match=r"without meta\.properties"):
        kafka.prepare(node)
    assert log.exists()


def test_the_log_of_the_node_is_text_on_standard_output(tmp_path: Path) -> None:
    kafka.prepare_settings(a_node(tmp_path))
    assert "<Console" in (tmp_path / "log4j2.xml").read_text()
