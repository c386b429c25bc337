from __future__ import annotations

from pathlib import Path

import msgspec

from deploy.simulation.replay_page import distortions, page, tables, text_of
from deploy.simulation.replayed import latency
from tests.unit.deploy.simulation.test_replayed import a_day


def test_the_page_sets_the_bank_s_waits_beside_ours(tmp_path: Path) -> None:
    said = page(a_day(tmp_path))
    assert "| mean wait of the answered, s | 30 | 12 |" in said
    assert "| hung up waiting | 1 | 0 |" in said
    assert "Ended once: 2 of 2; twice: 0; never: 0" in said
    assert "- header_line: 1" in said


def test_every_line_of_a_table_has_as_many_cells_as_its_head(tmp_path: Path) -> None:
    for _, (head, rows) in tables(a_day(tmp_path)):
        assert rows
        assert {len(row) for row in rows} == {len(head)}


def test_it_says_what_the_speed_distorts_with_our_own_latency_in_the_bank_s_time(tmp_path: Path) -> None:
    said = list(distortions(msgspec.structs.replace(a_day(tmp_path), silence_s=7_200)))
    assert any("5 ms (p99, 0.3 s of the bank's)" in one for one in said)
    assert any("channels.phone.offer_timeout is 5s" in one for one in said)
    assert any("2.0 hours in which nobody called" in one for one in said)
    unknown = msgspec.structs.replace(a_day(tmp_path), taking=latency([], 60))
    assert any("took an unknown time" in one for one in distortions(unknown))


def test_the_text_has_the_same_tables_in_columns(tmp_path: Path) -> None:
    lines = text_of(a_day(tmp_path)).splitlines()
    head = next(line for line in lines if "the bank" in line and "here" in line)
    row = next(line for line in lines if "hung up waiting" in line)
    assert len(head) == len(row)
