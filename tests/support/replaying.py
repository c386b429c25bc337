"""Recorded input logs replayed: needs the engine and msgspec only, so that any Python can run it.

`python -m tests.support.replaying FILE...` prints an object of outcomes by file name.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

import msgspec

from schemas import codec
from schemas.inputs import InputsTopicEvent
from schemas.topics import ROUTING_INPUTS
from streams.routing.engine import Engine


class Line(msgspec.Struct):
    """One input as the log held it."""

    offset: int
    stamp_ms: int
    event: msgspec.Raw


class Outcome(msgspec.Struct):
    """What a recording gives: of all decisions' bytes and of the final state, and the fingerprint half way."""

    workspace: str
    inputs: int
    epoch: int
    seq: int
    decisions_sha256: str
    halfway: str
    fingerprint: str


def read(path: Path) -> list[tuple[int, int, InputsTopicEvent]]:
    """The inputs of a recording."""
    lines = gzip.decompress(path.read_bytes()).splitlines()
    found = [msgspec.json.decode(line, type=Line) for line in lines]
    return [(line.offset, line.stamp_ms, codec.decode(ROUTING_INPUTS, bytes(line.event))) for line in found]


def replay(log: list[tuple[int, int, InputsTopicEvent]], *, restart: bool = False) -> Outcome:
    """Apply a log to a fresh engine; `restart` lets it go on from a snapshot half way."""
    engine = Engine.of_log(log[0][2].workspace)
    digest = hashlib.sha256()
    halfway = ""
    for index, (offset, stamp_ms, event) in enumerate(log):
        if index == len(log) // 2:
            halfway = engine.fingerprint()
            engine = Engine.restore(engine.snapshot()) if restart else engine
        for decision in engine.apply(event, offset=offset, stamp_ms=stamp_ms):
            digest.update(codec.encode(decision) + b"\n")
    return Outcome(
        engine.workspace, len(log), engine.epoch, engine.seq, digest.hexdigest(), halfway, engine.fingerprint()
    )


def main() -> None:
    """Replay the files that are named."""
    found = {path.name: replay(read(path)) for path in map(Path, sys.argv[1:])}
    sys.stdout.buffer.write(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
