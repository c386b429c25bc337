"""The golden frames of the chat: one of each kind, as committed, and as docs/web-chat.md shows them."""

from __future__ import annotations

import typing
from pathlib import Path

import msgspec
import pytest

from schemas import chat

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "schemas" / "examples" / "chat").glob("*.json"))
PROTOCOL = (ROOT / "docs" / "web-chat.md").read_text(encoding="utf-8")
FRAMES = (*typing.get_args(chat.ClientFrame), *typing.get_args(chat.ServerFrame))


def decoded(path: Path) -> chat.Frame:
    frame: chat.Frame = msgspec.json.decode(path.read_bytes(), type=typing.Union[FRAMES])  # noqa: UP007
    return frame


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_understood_and_written_as_it_stands(path: Path) -> None:
    assert msgspec.json.decode(chat.encode(decoded(path))) == msgspec.json.decode(path.read_bytes())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_document_shows_the_example_as_it_is(path: Path) -> None:
    assert f"```json\n{path.read_text(encoding='utf-8')}```" in PROTOCOL


def test_every_frame_has_an_example() -> None:
    assert {type(decoded(path)) for path in EXAMPLES} == set(FRAMES)


def test_every_close_code_is_in_the_document() -> None:
    assert [code for code in chat.Close if f"| {int(code)} |" not in PROTOCOL] == []
