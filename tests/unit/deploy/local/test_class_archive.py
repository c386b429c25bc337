"""The archive belongs to one Java; a node runs with it or without."""

from __future__ import annotations

from pathlib import Path

from deploy.local import class_archive, kafka
from deploy.local.java import Java
from deploy.local.kafka import Kafka


def a_java(folder: Path, content: str = "#!/bin/sh\n") -> Java:
    folder.mkdir()
    program = folder / "java"
    program.write_text(content)
    return Java(program=program, major=17)


def a_node(folder: Path, archive: Path | None) -> Kafka:
    return Kafka(
        folder=folder,
        java=Java(program=Path("/opt/java"), major=17),
        class_path=(Path("/cache/a.jar"),),
        cluster_id="cluster",
        port=1,
        controller_port=2,
        class_archive=archive,
    )


def test_every_java_has_an_archive_of_its_own(tmp_path: Path) -> None:
    one, other = a_java(tmp_path / "one"), a_java(tmp_path / "other", "#!/bin/sh\nexit 1\n")
    assert class_archive.path_of(tmp_path, one) == class_archive.path_of(tmp_path, one)
    assert class_archive.path_of(tmp_path, one) != class_archive.path_of(tmp_path, other)


def test_an_archive_that_exists_is_not_made_again(tmp_path: Path) -> None:
    java = a_java(tmp_path / "one")
    path = class_archive.path_of(tmp_path, java)
    path.parent.mkdir()
    path.write_text("classes")
    assert class_archive.make(tmp_path, java, ()) == path
    assert path.read_text() == "classes"


def test_a_node_is_told_of_an_archive_only_when_there_is_one(tmp_path: Path) -> None:
    archive = tmp_path / "classes.jsa"
    flag = f"-XX:SharedArchiveFile={archive}"
    assert flag not in kafka.command(a_node(tmp_path, archive)).argv
    assert flag not in kafka.command(a_node(tmp_path, None)).argv
    archive.touch()
    assert flag in kafka.command(a_node(tmp_path, archive)).argv
