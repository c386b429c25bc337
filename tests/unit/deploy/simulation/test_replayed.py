from __future__ import annotations

from pathlib import Path

from deploy.simulation.bank import BankPlay, bank_play
from deploy.simulation.bank_day import Replay
from deploy.simulation.record import EndBook, PostBook, TalkBook
from deploy.simulation.replayed import Replayed, latency, replayed
from tests.support.bank_rows import DAY, HEADER, a_row


def a_play(folder: Path) -> BankPlay:
    """Two calls: one was answered after 30 s, one hung up after 20 s."""
    file = folder / "log.csv"
    lines = [HEADER, a_row(1, waited_s=30), a_row(2, asked_s=36_060, waited_s=20, hangs=True)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return bank_play(file, DAY, Replay(speed=60, seed="seed", run="run"))


def a_day(folder: Path) -> Replayed:
    """Both answered here, after 100 and 300 ms."""
    bank = a_play(folder)
    posts, talks, told = PostBook(), TalkBook(), EndBook()
    for interaction_id, waited_ms in zip(bank.day.calls, (100.0, 300.0), strict=True):
        posts.due(interaction_id, 1_000.0, 1_001.0)
        posts.answered(interaction_id, 1_010.0)
        talks.begun_ms[interaction_id] = 1_000.0 + waited_ms
        talks.took(5.0)
        told.ends[interaction_id] = {"d": "completed/agent_ended"}
    return replayed(bank, posts, talks, told)


def test_a_day_is_summed_from_its_people_s_own_records(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    assert (day.asked, day.calls, day.lines, day.agents) == (2, 2, 3, 1)
    assert (day.ends.ended_once, day.ends.failures) == (2, ())
    assert (day.comparison.whole.bank.answered, day.comparison.whole.ours.answered) == (1, 2)
    assert day.comparison.whole.ours.mean_wait_s == 12.0
    assert day.quirks == {"header_line": 1}


def test_our_own_latency_is_also_said_in_the_bank_s_time(tmp_path: Path) -> None:
    day = a_day(tmp_path)
    assert (day.lateness.p50_ms, day.lateness.p99_scaled_s) == (1.0, 0.06)
    assert (day.answer_202.p99_ms, day.taking.p99_scaled_s) == (10.0, 0.3)
    assert latency([], 60).p99_scaled_s is None
