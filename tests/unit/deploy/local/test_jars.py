"""Jars are what the lock says, or they are not used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.errors import StackError
from deploy.local.jars import Jar
from tests.support.planting import planted


def a_jar(artifact: str = "broker", content: bytes = b"bytes of a jar") -> Jar:
    return Jar(
        group="org.example",
        artifact=artifact,
        version="1.0",
        sha256=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
    )


def put(cache: Path, jar: Jar, content: bytes = b"bytes of a jar") -> Path:
    path = jars.folder(cache) / jar.file_name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_the_committed_lock_names_the_broker_its_log_and_a_checksum_for_each() -> None:
    locked = jars.read_lock()
    assert f"org.apache.kafka:kafka_2.13:{jars.KAFKA_VERSION}" in {jar.coordinate for jar in locked}
    versions = {jar.artifact: jar.version for jar in locked}
    assert versions["log4j-slf4j-impl"] == versions["log4j-core"]
    assert all(len(jar.sha256) == 64 and jar.size_bytes > 0 for jar in locked)
    assert len({jar.file_name for jar in locked}) == len(locked)


def test_jars_in_the_cache_with_the_right_bytes_are_used_without_the_network(tmp_path: Path) -> None:
    locked = (a_jar("broker"), a_jar("clients"))
    paths = tuple(put(tmp_path, jar) for jar in locked)
    assert jars.fetch(tmp_path, locked=locked) == paths


@pytest.mark.parametrize("content", [b"bytes of a jaR", b"bytes", b""])
def test_a_jar_with_other_bytes_counts_as_missing(tmp_path: Path, content: bytes) -> None:
    right, wrong = a_jar("broker"), a_jar("clients")
    put(tmp_path, right)
    put(tmp_path, wrong, content)
    assert jars.missing(tmp_path, (right, wrong)) == (wrong,)


def test_a_jar_that_was_never_fetched_is_missing(tmp_path: Path) -> None:
    assert jars.missing(tmp_path, (a_jar(),)) == (a_jar(),)


def test_without_a_network_the_first_failure_is_told_and_the_others_are_not_tried(tmp_path: Path) -> None:
    tried: list[Jar] = []

    def unreachable(_scratch: Path, _place: Path, jar: Jar) -> None:
        tried.append(jar)
        raise StackError(f"{jar.coordinate} cannot be fetched")

    locked = tuple(a_jar(f"part{number}") for number in range(40))
    with planted(jars, "_fetch_one", unreachable), pytest.raises(StackError, match="cannot be fetched"):
        jars.fetch(tmp_path, locked=locked)
    assert len(tried) <= jars.FETCHERS
