"""Kafka's jars: fetched once from Maven Central as the committed lock says, kept in the cache, checked at each use.

A jar whose SHA-256 is not the lock's is never put on a class path: it is fetched again, and refused if it still differs.
With all jars in the cache nothing is asked of the network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from deploy.local.errors import StackError

LOCK_FILE: Final = Path(__file__).with_name("kafka.lock.json")
KAFKA_VERSION: Final = "4.3.1"
FETCHERS: Final = 4
TIMEOUT_S: Final = 30
_OFFLINE: Final = "Connect to Maven Central once and run `hubline doctor --fetch`; afterwards it works offline."


class Jar(msgspec.Struct, frozen=True):
    """One locked file."""

    group: str
    artifact: str
    version: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name that Maven gives the file."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def coordinate(self) -> str:
        """group:artifact:version."""
        return f"{self.group}:{self.artifact}:{self.version}"


Progress = Callable[[int, int, Jar], None]
"""Told after each fetched jar: bytes so far, bytes in all, the jar."""


def no_progress(_done: int, _whole: int, _jar: Jar) -> None:
    """Says nothing."""


def read_lock(path: Path = LOCK_FILE) -> tuple[Jar, ...]:
    """The locked jars, in the order of the class path."""
    return msgspec.json.decode(path.read_bytes(), type=tuple[Jar, ...])


def folder(cache: Path) -> Path:
    """Where the jars lie in the cache."""
    return cache / f"kafka-{KAFKA_VERSION}"


def sha256_of(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def missing(cache: Path, locked: tuple[Jar, ...]) -> tuple[Jar, ...]:
    """The jars that are not in the cache, or are there with other bytes."""
    place = folder(cache)

    def lacks(jar: Jar) -> bool:
        path = place / jar.file_name
        return not path.is_file() or path.stat().st_size != jar.size_bytes or sha256_of(path) != jar.sha256

    with ThreadPoolExecutor(FETCHERS) as pool:
        return tuple(jar for jar, lacking in zip(locked, pool.map(lacks, locked), strict=True) if lacking)


def fetch(cache: Path, progress: Progress = no_progress, locked: tuple[Jar, ...] | None = None) -> tuple[Path, ...]:
    """The class path, after fetching what the cache lacks.

    Raises StackError when a jar cannot be fetched or its bytes are not those of the lock.
    """
    jars = read_lock() if locked is None else locked
    if missing(cache, jars):
        with _exclusive(cache):
            wanted = missing(cache, jars)
            _fetch_all(cache, wanted, progress)
    return tuple(folder(cache) / jar.file_name for jar in jars)


def _fetch_all(cache: Path, wanted: tuple[Jar, ...], progress: Progress) -> None:
    whole = sum(jar.size_bytes for jar in wanted)
    done = 0
    over = threading.Event()

    def fetch_one(scratch: str, jar: Jar) -> None:
        if over.is_set():
            return
        try:
            _fetch_one(Path(scratch), folder(cache), jar)
        except StackError:
            over.set()
            raise

    with tempfile.TemporaryDirectory(dir=cache, prefix="fetch-") as scratch, ThreadPoolExecutor(FETCHERS) as pool:
        jobs = [(jar, pool.submit(fetch_one, scratch, jar)) for jar in wanted]
        try:
            for jar, job in jobs:
                job.result()
                done += jar.size_bytes
                progress(done, whole, jar)
        finally:
            over.set()  # After a failure or Ctrl-C nobody waits until each of the others has timed out too.


def _fetch_one(scratch: Path, place: Path, jar: Jar) -> None:
    from jgo.maven import MavenContext, PythonResolver

    context = MavenContext(repo_cache=scratch, resolver=PythonResolver(), timeout=TIMEOUT_S)
    try:
        component = context.project(jar.group, jar.artifact).at_version(jar.version)
        fetched = component.artifact(packaging="jar").resolve()
    except (OSError, RuntimeError) as error:
        raise StackError(f"{jar.coordinate} cannot be fetched: {error}", _OFFLINE) from error
    found = sha256_of(fetched)
    if found != jar.sha256:
        raise StackError(
            f"{jar.coordinate} has SHA-256 {found}, the lock says {jar.sha256}",
            "Something between here and Maven Central changed the file: do not use it, find out what.",
        )
    os.replace(fetched, place / jar.file_name)


@contextmanager
def _exclusive(cache: Path) -> Iterator[None]:
    folder(cache).mkdir(parents=True, exist_ok=True)
    with (cache / "fetch.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
