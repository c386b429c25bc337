from __future__ import annotations

from producers.web.absences import Absences


def test_the_owner_acts_after_the_grace_and_another_instance_after_twice_as_long() -> None:
    absences = Absences("web-1", 60_000)
    absent = [("mine", "web-1"), ("theirs", "web-2")]
    assert absences.look(absent, 0) == []
    assert absences.look(absent, 59_999) == []
    assert absences.look(absent, 60_000) == ["mine"]
    assert absences.look(absent, 120_000) == ["mine", "theirs"]


def test_who_comes_back_is_absent_anew() -> None:
    absences = Absences("web-1", 60_000)
    absences.look([("a", "web-1")], 0)
    absences.look([], 30_000)
    assert absences.look([("a", "web-1")], 61_000) == []
    assert absences.look([("a", "web-1")], 121_000) == ["a"]


def test_a_contact_that_was_acted_on_rests_for_a_grace() -> None:
    absences = Absences("web-1", 1_000)
    absences.look([("a", "web-1")], 0)
    assert absences.look([("a", "web-1")], 1_000) == ["a"]
    absences.again("a", 1_000)
    assert absences.look([("a", "web-1")], 1_999) == []
    assert absences.look([("a", "web-1")], 2_000) == ["a"]
