"""Which Java is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import java
from deploy.local.errors import StackError


def a_java(folder: Path, said: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("text", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_412"', 8),
        ('openjdk version "25" 2025-09-16', 25),
        ("command not found", None),
    ],
)
def test_the_major_version_is_read_from_what_java_prints(text: str, major: int | None) -> None:
    assert java.major_of(text) == major


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    home = a_java(tmp_path / "home", 'openjdk version "21.0.1"')
    on_path = a_java(tmp_path / "path", 'openjdk version "17.0.1"')
    environ = {"JAVA_HOME": str(home.parent.parent), "PATH": str(on_path.parent)}
    assert java.find(environ) == java.Java(program=home, major=21)


def test_one_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    old = a_java(tmp_path / "old", 'openjdk version "11.0.2"')
    fit = a_java(tmp_path / "fit", 'openjdk version "17.0.1"')
    assert java.find({"JAVA_HOME": str(old.parent.parent), "PATH": str(fit.parent)}).program == fit


def test_without_any_on_the_machine_the_packaged_one_is_taken() -> None:
    found = java.find({"PATH": ""})
    assert found.major >= java.OLDEST
    assert "java-runtime" in found.program.parts


def test_the_candidates_that_failed_are_named_when_nothing_is_left(tmp_path: Path) -> None:
    old = a_java(tmp_path / "old", 'openjdk version "1.8.0"')
    with pytest.raises(StackError, match=r"old/bin/java \(version 8\)"):
        java.first_fit([old, tmp_path / "absent"])
