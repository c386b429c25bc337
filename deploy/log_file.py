"""A workspace's routing log as one compressed file, for replay elsewhere; docs/replay.md has its form.

Lines of JSON in gzip: a header, every input with its offset and stamp, every decision with its place, the fingerprints
that snapshots had, and an end with counts and the SHA-256 of all lines before it. A recording (inputs only, no header,
no end) is read too. Whatever is cut off or changed is `Damaged`.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from runtime.snapshots import Snapshot
from schemas import codec
from schemas.decisions import WorkspaceStopped
from schemas.topics import ROUTING_DECISIONS, ROUTING_INPUTS
from streams.routing.logged import LoggedDecision, LoggedInput

FORM: Final = 1
SUFFIX: Final = ".hublog.gz"
LEVEL: Final = 6
_HEADER: Final = b'{"hubline_log":'
_INPUT: Final = b'{"offset":'
_DECISION: Final = b'{"epoch":'
_MARK: Final = b'{"fingerprint":'
_END: Final = b'{"end":'
STOPPED: Final = b'"workspace.stopped"'


class Damaged(Exception):
    """The file is not a whole log of a known form; the message says what is wrong and where."""


class Header(msgspec.Struct, frozen=True):
    """The first line. `hubline_log`: the form's number."""

    hubline_log: int
    workspace: str
    exported_ms: int = 0


class InputLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One input. `version`: of the event, where it is not 1."""

    offset: int
    stamp_ms: int
    event: msgspec.Raw
    version: int = 1


class DecisionLine(msgspec.Struct, frozen=True):
    """One decision, byte for byte as it was sent."""

    epoch: int
    seq: int
    decision: msgspec.Raw


class Mark(msgspec.Struct, frozen=True):
    """The state's fingerprint when a router made a snapshot: before the input `next_offset`, after decision `seq`."""

    fingerprint: str
    next_offset: int
    epoch: int
    seq: int


class Counts(msgspec.Struct, frozen=True):
    """What the file holds, and the SHA-256 of all lines before the last."""

    inputs: int
    decisions: int
    sha256: str


class End(msgspec.Struct, frozen=True):
    """The last line."""

    end: Counts


class Writer:
    """Writes a log, line by line; nothing but a whole file bears the end."""

    def __init__(self, stream: IO[bytes], workspace: str, exported_ms: int) -> None:
        self._gzip = gzip.GzipFile(filename="", mode="wb", fileobj=stream, compresslevel=LEVEL, mtime=0)
        self._digest = hashlib.sha256()
        self._inputs = self._decisions = 0
        self._line(Header(FORM, workspace, exported_ms))

    def input(self, line: InputLine) -> None:
        """The next input."""
        self._inputs += 1
        self._line(line)

    def decision(self, decision: LoggedDecision) -> None:
        """The next decision."""
        self._decisions += 1
        self._line(DecisionLine(decision.epoch, decision.seq, msgspec.Raw(decision.value)))

    def mark(self, mark: Mark) -> None:
        """A fingerprint that is known."""
        self._line(mark)

    def finish(self) -> Counts:
        """Ends the file; the stream stays open."""
        counts = Counts(self._inputs, self._decisions, self._digest.hexdigest())
        self._gzip.write(msgspec.json.encode(End(counts)) + b"\n")
        self._gzip.close()
        return counts

    def _line(self, value: msgspec.Struct) -> None:
        line = msgspec.json.encode(value) + b"\n"
        if line.count(b"\n") != 1:
            raise ValueError("a value with a line break cannot be kept")
        self._digest.update(line)
        self._gzip.write(line)


class LogFile:
    """A `LogSource` over a file. Raises Damaged when what is read is not what was written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        first = next(self._lines(), b"")
        self.header = _decoded(first, Header) if first.startswith(_HEADER) else _of_recording(first, path)
        if self.header.hubline_log > FORM:
            raise Damaged(f"{path}: form {self.header.hubline_log} is newer than this program's {FORM}")

    @property
    def workspace(self) -> str:
        """See `LogSource`."""
        return self.header.workspace

    @property
    def is_recording(self) -> bool:
        """Whether it holds inputs only, with no end that could be checked."""
        return self.header.hubline_log == 0

    async def inputs(self, first: int | None = None, end: int | None = None) -> AsyncIterator[LoggedInput]:
        """See `LogSource`."""
        for line in self._lines():
            if not line.startswith(_INPUT):
                continue
            found = _decoded(line, InputLine)
            if (first is None or found.offset >= first) and (end is None or found.offset < end):
                yield LoggedInput(found.offset, found.stamp_ms, self._event(found))

    async def decisions(self) -> AsyncIterator[LoggedDecision]:
        """See `LogSource`."""
        for line in self._lines():
            if line.startswith(_DECISION):
                found = _decoded(line, DecisionLine)
                yield LoggedDecision(found.epoch, found.seq, bytes(found.decision))

    async def stops(self) -> list[WorkspaceStopped]:
        """See `LogSource`."""
        found: list[WorkspaceStopped] = []
        async for decision in self.decisions():
            if STOPPED in decision.value:
                event = self._stop(decision)
                if isinstance(event, WorkspaceStopped):
                    found.append(event)
        return found

    async def snapshots(self) -> tuple[Snapshot, ...]:
        """See `LogSource`: a file has none."""
        return ()

    def marks(self) -> list[Mark]:
        """The fingerprints that the file knows."""
        return [_decoded(line, Mark) for line in self._lines() if line.startswith(_MARK)]

    def check(self) -> Counts:
        """Reads all of it. Raises Damaged unless it is whole and unchanged; of a recording only the counts are new."""
        digest = hashlib.sha256()
        counts = {_INPUT: 0, _DECISION: 0}
        end: Counts | None = None
        for line in self._lines():
            if end is not None:
                raise Damaged(f"{self.path}: lines behind the end")
            if line.startswith(_END):
                end = _decoded(line, End).end
                continue
            digest.update(line)
            for kind in counts:
                counts[kind] += line.startswith(kind)
        found = Counts(counts[_INPUT], counts[_DECISION], digest.hexdigest())
        if end is None and not self.is_recording:
            raise Damaged(f"{self.path}: it has no end: it was cut off")
        if end is not None and end != found:
            raise Damaged(f"{self.path}: the contents are not those that were written (SHA-256 differs)")
        return found

    def _event(self, line: InputLine) -> Any:
        try:
            return codec.decode(ROUTING_INPUTS, bytes(line.event), line.version)
        except codec.Undecodable as error:
            raise Damaged(f"{self.path}: input {line.offset}: {error}") from error

    def _stop(self, decision: LoggedDecision) -> Any:
        try:
            return codec.decode(ROUTING_DECISIONS, decision.value)
        except codec.Undecodable as error:
            raise Damaged(f"{self.path}: decision {decision.epoch}/{decision.seq}: {error}") from error

    def _lines(self) -> Iterator[bytes]:
        try:
            with gzip.open(self.path, "rb") as stream:
                for line in stream:
                    yield line if line.endswith(b"\n") else line + b"\n"
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise Damaged(f"{self.path}: {error}") from error


def _decoded(line: bytes, kind: type[msgspec.Struct]) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.MsgspecError as error:
        raise Damaged(f"{line[:60]!r}: {error}") from error


def _of_recording(first: bytes, path: Path) -> Header:
    if not first.startswith(_INPUT):
        raise Damaged(f"{path}: not a routing log")
    line = _decoded(first, InputLine)
    try:
        event: Any = codec.decode(ROUTING_INPUTS, bytes(line.event), line.version)
    except codec.Undecodable as error:
        raise Damaged(f"{path}: input {line.offset}: {error}") from error
    return Header(0, event.workspace)
