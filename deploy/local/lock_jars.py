"""Writes the lock of Kafka's jars anew: `python -m deploy.local.lock_jars`, after a change of version.

The only place that resolves dependencies; starting the stack only fetches what the lock names.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import msgspec
from jgo.maven import MavenContext, PythonResolver

from deploy.local.jars import KAFKA_VERSION, LOCK_FILE, Jar, sha256_of

BROKER: Final = f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}"
LOGGER: Final = ("org.apache.logging.log4j", "log4j-slf4j-impl")
LOGGER_PEER: Final = "log4j-core"


def resolve(repository: Path) -> tuple[Jar, ...]:
    """The broker, all that it needs at run time, and the binding of its logger in the logger's own version."""
    context = MavenContext(repo_cache=repository, resolver=PythonResolver())
    inputs, transitive = context.resolver.resolve([context.create_dependency(BROKER)])
    artifacts = [dependency.artifact for dependency in (*inputs, *transitive)]
    logger_version = next(artifact.version for artifact in artifacts if artifact.artifactId == LOGGER_PEER)
    artifacts.append(context.project(*LOGGER).at_version(logger_version).artifact(packaging="jar"))
    return tuple(
        _locked(artifact.resolve(), artifact.groupId, artifact.artifactId, artifact.version) for artifact in artifacts
    )


def _locked(path: Path, group: str, artifact: str, version: str) -> Jar:
    return Jar(group=group, artifact=artifact, version=version, sha256=sha256_of(path), size_bytes=path.stat().st_size)


def main() -> None:
    """Resolves in an empty repository and replaces the lock."""
    with tempfile.TemporaryDirectory() as repository:
        locked = resolve(Path(repository))
    LOCK_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(locked), indent=2) + b"\n")
    print(f"{len(locked)} jars, {sum(jar.size_bytes for jar in locked) // 2**20} MiB: {LOCK_FILE}")


if __name__ == "__main__":
    main()
