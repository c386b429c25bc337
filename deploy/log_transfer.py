"""Exports a workspace's live routing log into a file, and takes such a file in for replay. Never the other way round:
nothing of a file goes into a topic.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from deploy.log_file import SUFFIX, Counts, Damaged, InputLine, LogFile, Mark, Writer
from runtime.broker import Broker
from runtime.records import Record, header
from schemas import codec
from schemas.topics import ROUTING_INPUTS
from streams.routing.live_log import LiveLog, readable


class NothingToExport(Exception):
    """The log has no input of that workspace."""


class NotWritten(Exception):
    """The file cannot be written; the message names it and says why."""


class Exported(msgspec.Struct, frozen=True):
    """A file that was written. `unreadable`: inputs that nobody can decode, and routers passed over."""

    workspace: str
    path: str
    size_bytes: int
    inputs: int
    decisions: int
    sha256: str
    unreadable: int = 0


class Imported(msgspec.Struct, frozen=True):
    """A file that was taken in; `--from NAME` reads it. `recording`: inputs only, without a check sum of its own."""

    workspace: str
    name: str
    path: str
    inputs: int
    decisions: int
    sha256: str
    recording: bool = False


async def export(
    broker: Broker, workspace: str, path: Path, now_ms: int, progress: Callable[[int], None] | None = None
) -> Exported:
    """Writes the log as it is now; the file appears whole or not at all. `progress` is told how many inputs are written.

    Raises NothingToExport, NotWritten, and what the broker raises.
    """
    try:
        return await _export(broker, workspace, path, now_ms, progress)
    except (ConnectionError, TimeoutError):
        raise
    except OSError as error:
        raise NotWritten(f"{path} cannot be written: {error.strerror or error}") from error


async def _export(
    broker: Broker, workspace: str, path: Path, now_ms: int, progress: Callable[[int], None] | None
) -> Exported:
    reader = broker.reader()
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            part = Path(stream.name)
            try:
                counts, unreadable = await _write(
                    LiveLog(reader, workspace), Writer(stream, workspace, now_ms), progress
                )
                stream.flush()
                os.fsync(stream.fileno())
            except BaseException:
                part.unlink()
                raise
    finally:
        await reader.stop()
    os.replace(part, path)
    size = path.stat().st_size
    return Exported(workspace, str(path), size, counts.inputs, counts.decisions, counts.sha256, unreadable)


def take_in(path: Path, folder: Path, name: str | None) -> Imported:
    """Copies the file into `folder` after it was read whole and found unchanged. Raises Damaged, and NotWritten."""
    source = LogFile(path)
    counts = source.check()
    chosen = name or path.name.removesuffix(SUFFIX).removesuffix(".gz").removesuffix(".jsonl")
    if not chosen or "/" in chosen or chosen.startswith("."):
        raise Damaged(f"{chosen!r} is no name for a log")
    target = folder / f"{chosen}{SUFFIX}"
    part = target.with_name(f".{target.name}.part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(path, part)
        os.replace(part, target)
    except OSError as error:
        raise NotWritten(f"{target} cannot be written: {error.strerror or error}") from error
    return Imported(
        workspace=source.workspace,
        name=chosen,
        path=str(target),
        inputs=counts.inputs,
        decisions=counts.decisions,
        sha256=counts.sha256,
        recording=source.is_recording,
    )


async def _write(source: LiveLog, writer: Writer, progress: Callable[[int], None] | None) -> tuple[Counts, int]:
    unreadable = inputs = 0
    async for record in source.records(ROUTING_INPUTS):
        line = _line(record)
        if line is None:
            unreadable += 1
        else:
            writer.input(line)
            inputs += 1
            if progress is not None:
                progress(inputs)
    if not inputs:
        raise NothingToExport(f"no input of workspace {source.workspace}")
    async for decision in source.decisions():
        writer.decision(decision)
    manifests = [snapshot.manifest for snapshot in await source.snapshots()]
    for one in sorted(manifests, key=lambda manifest: manifest.next_offset):
        writer.mark(Mark(one.fingerprint, one.next_offset, one.epoch, one.seq))
    return writer.finish(), unreadable


def _line(record: Record) -> InputLine | None:
    """The input as it lies in the log; one that was written with line breaks is written without. None = unreadable."""
    found = readable(record)
    if found is None:
        return None
    value, version = record.value or b"", header(record.headers, "ce_version") or b"1"
    if b"\n" in value or b"\r" in value:
        value, version = codec.encode(found.event), b"%d" % found.event.VERSION
    return InputLine(record.offset, record.timestamp_ms, msgspec.Raw(value), int(version) if version.isdigit() else 1)
