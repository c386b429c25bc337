from __future__ import annotations

from deploy.simulation.pace import Pace
from deploy.simulation.script import answer, work

PACE = Pace(think_ms=100, handle_ms=1_000, wrap_up_ms=200)


def test_offers_are_accepted_mostly_and_the_same_offer_is_always_answered_alike() -> None:
    answers = [answer(f"o{number}", PACE) for number in range(1_000)]
    assert 10 < sum(not one.accept for one in answers) < 90
    assert all(50 <= one.after_ms <= 150 for one in answers)
    assert answers[7] == answer("o7", PACE)


def test_some_are_put_on_hold_and_only_writing_channels_get_a_reply() -> None:
    done = [work(f"l{number}", writes=number % 2 == 0, pace=PACE) for number in range(1_000)]
    assert 40 < sum(one.hold_ms > 0 for one in done) < 200
    assert all(500 <= one.talk_ms <= 1_500 and 100 <= one.wrap_up_ms <= 300 for one in done)
    assert all((one.reply is not None) is (number % 2 == 0) for number, one in enumerate(done))


def test_at_no_pace_nobody_waits() -> None:
    assert work("l", writes=False, pace=Pace(0, 0, 0)).talk_ms == 0
    assert answer("o", Pace(0, 0, 0)).after_ms == 0
