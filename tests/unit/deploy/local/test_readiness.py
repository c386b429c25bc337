"""What is made of a process's own word."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import readiness
from deploy.local.layout import Layout
from deploy.local.readiness import Readiness
from tests.support.answering import answering

OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (OK + b'Content-Length: 11\r\n\r\n{"ok":true}', Readiness.READY),
        (OK + b'Content-Length: 26\r\n\r\n{"ok":true,"standby":true}', Readiness.STANDBY),
        (OK + b"Content-Length: 0\r\n\r\n", Readiness.READY),
        (b'HTTP/1.1 503 No\r\nContent-Length: 27\r\n\r\n{"ok":false,"standby":true}', Readiness.UNREADY),
        (b"", Readiness.UNREADY),
    ],
    ids=["works", "stands by", "says nothing more", "is not well", "hangs up"],
)
def test_a_process_works_stands_by_or_neither(tmp_path: Path, answer: bytes, means: Readiness) -> None:
    assert answering(tmp_path / "routing.port", answer, readiness.ask) is means


def test_a_process_without_a_port_yet_is_not_ready(tmp_path: Path) -> None:
    assert readiness.ask(tmp_path / "http.port") is Readiness.UNREADY
    (tmp_path / "http.port").write_text("")
    assert readiness.ask(tmp_path / "http.port") is Readiness.UNREADY


def test_of_several_the_first_that_says_so_is_found(tmp_path: Path) -> None:
    layout = Layout(data_dir=tmp_path)
    layout.make_folders()
    stands_by = OK + b'Content-Length: 16\r\n\r\n{"standby":true}'
    found = answering(
        layout.port_file("second"),
        stands_by,
        lambda _: readiness.first(layout, ("first", "second"), Readiness.STANDBY),
    )
    assert found == "second"
    assert readiness.first(layout, ("first",), Readiness.STANDBY) is None
