"""The golden frames: one of each kind, as committed, and as docs/live-protocol.md shows them."""

from __future__ import annotations

import typing
from pathlib import Path

import msgspec
import pytest

from schemas import live, supervision

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "schemas" / "examples" / "live").glob("*.json"))
PROTOCOL = (ROOT / "docs" / "live-protocol.md").read_text(encoding="utf-8")
FRAMES = (*typing.get_args(live.ClientFrame), *typing.get_args(live.ServerFrame))


def decoded(path: Path) -> live.Frame:
    frame: live.Frame = msgspec.json.decode(path.read_bytes(), type=typing.Union[FRAMES])  # noqa: UP007
    return frame


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_understood_and_written_as_it_stands(path: Path) -> None:
    frame = decoded(path)
    assert msgspec.json.decode(live.encode(frame)) == msgspec.json.decode(path.read_bytes())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_document_shows_the_example_as_it_is(path: Path) -> None:
    assert f"```json\n{path.read_text(encoding='utf-8')}```" in PROTOCOL


def test_every_frame_and_every_command_has_an_example() -> None:
    shown = [decoded(path) for path in EXAMPLES]
    assert {type(frame) for frame in shown} == set(FRAMES)
    commands = {type(frame.do) for frame in shown if isinstance(frame, live.Command)}
    assert commands == {*typing.get_args(live.AnyDo), *typing.get_args(supervision.AnyAct)}


def test_every_close_code_is_in_the_document() -> None:
    assert [code for code in live.Close if str(int(code)) not in PROTOCOL] == []
