from __future__ import annotations

import pytest

from deploy.simulation import bookcity
from deploy.simulation.scenario import HOUR_MS, BadScenario, read

AGENTS = frozenset({"ana", "bo"})
SMALL = """
begins: "09:00"
ends: "12:30"
channels:
  phone: {per_hour: {"09:00": 30, "11:00": 60}, patience: 3m, handling: 4m, spread: 25%, customer_ends: 40%}
shifts:
  - {agents: [ana], from: "08:00", to: "12:00"}
"""


def test_times_lengths_and_shares_are_read() -> None:
    scenario = read(SMALL, AGENTS)
    phone = scenario.channels["phone"]
    assert (scenario.begins_ms, scenario.ends_ms) == (9 * HOUR_MS, 12 * HOUR_MS + HOUR_MS // 2)
    assert (phone.patience_ms, phone.handling_ms, phone.spread, phone.customer_ends) == (180_000, 240_000, 0.25, 0.4)
    assert (scenario.think_ms, scenario.wrap_up_ms) == (2_000, 10_000)


def test_a_rate_holds_from_its_moment_until_the_next_one() -> None:
    phone = read(SMALL, AGENTS).channels["phone"]
    assert [phone.rate_at(hour * HOUR_MS) for hour in (8, 9, 10, 11, 23)] == [0, 30, 30, 60, 60]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('ends: "12:30"', 'ends: "8:00"', "ends: must be later"),
        ('begins: "09:00"', "begins: nine", "begins: write a time"),
        ("handling: 4m", "handling: 4", "handling"),
        ("handling: 4m", "handling: long", "channels.phone.handling: write a duration"),
        ("spread: 25%", "spread: a lot", "channels.phone.spread: write a share"),
        ("phone:", "smoke:", "channels.smoke: the book city's customers come by"),
        ('"11:00": 60', '"25:00": 60', "channels.phone.per_hour: write a time"),
        ('"11:00": 60', '"11:00": -1', "per_hour"),
        ("patience: 3m", "pateince: 3m", "pateince"),
        ("[ana]", "[carl, ana]", "no agent carl"),
        ('to: "12:00"', 'to: "07:00"', "shifts[0].to: must be later"),
        ('  - {agents: [ana], from: "08:00", to: "12:00"}', "  []", "nobody is there"),
        ("customer_ends: 40%", "calls_back: half", "channels.phone.calls_back: write a share"),
        ("customer_ends: 40%", "called_in: soon", "channels.phone.called_in: write a duration"),
        ("phone: {", "email: {calls_back: 10%, ", "channels.email.calls_back: only callers"),
        ("begins", "begins: 1\nbegins", "stands twice"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, said: str) -> None:
    with pytest.raises(BadScenario) as error:
        read(SMALL.replace(old, new), AGENTS)
    assert said in str(error.value)


def test_the_day_of_the_book_city_is_a_scenario() -> None:
    scenario = read(bookcity.SCENARIO.read_text(encoding="utf-8"), frozenset(bookcity.agents()))
    assert set(scenario.channels) == {"phone", "web_chat", "email", "in_store"}
