from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from deploy.simulation.bank import NoSuchDay, bank_play, read_file
from deploy.simulation.bank_day import Replay
from producers.admin.compile import compile_document
from producers.admin.document import Format, parse
from tests.support.bank_rows import DAY, HEADER, a_row

REPLAY = Replay(speed=60, seed="seed", run="run")
TEXT = "\r\n".join([HEADER, a_row(1, service_s=120), a_row(2, asked_s=36_060, waited_s=20, hangs=True), ""])


def test_a_file_is_read_gzipped_and_plain(tmp_path: Path) -> None:
    plain, zipped = tmp_path / "log.csv", tmp_path / "log.csv.gz"
    plain.write_text(TEXT, encoding="utf-8")
    zipped.write_bytes(gzip.compress(TEXT.encode()))
    assert read_file(plain, DAY) == read_file(zipped, DAY)
    assert len(read_file(plain, DAY).calls) == 2


def test_a_day_is_a_play_of_the_bank_with_the_day_s_agents(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(TEXT, encoding="utf-8")
    bank = bank_play(file, DAY, REPLAY)
    company = bank.play.company
    document = compile_document(parse(company.document, Format.YAML))
    assert (document.workspace, set(document.routing.agents)) == ("bank", {"dana"})
    assert (bank.play.longest_ms, len(bank.day.calls), company.as_given) == (2_000, 2, True)


def test_what_cannot_be_run_is_said_in_a_sentence(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(TEXT.encode())[:20])
    garbled = tmp_path / "garbled.gz"
    garbled.write_bytes(cut.read_bytes()[:10] + b"\xff" * 20)
    nobody = tmp_path / "nobody.csv"
    nobody.write_text(a_row(1, waited_s=20, hangs=True), encoding="utf-8")
    for file, said in (
        (tmp_path / "none.csv", "none.csv"),
        (cut, "cut.gz"),
        (garbled, "garbled.gz"),
        (tmp_path, str(tmp_path)),
        (nobody, "no agent was there"),
    ):
        with pytest.raises(NoSuchDay, match=said):
            bank_play(file, DAY, REPLAY)
    with pytest.raises(NoSuchDay, match="no call asked"):
        bank_play(nobody, "1999-01-04", REPLAY)
