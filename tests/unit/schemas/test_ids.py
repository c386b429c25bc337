from __future__ import annotations

import re

from schemas import ids


def test_the_same_contact_has_the_same_id_and_another_has_another() -> None:
    known = ids.interaction_id("bookcity", "web", "c1")
    assert known == ids.interaction_id("bookcity", "web", "c1")
    others = {
        ids.interaction_id(*names) for names in (("b", "web", "c1"), ("bookcity", "w", "c1"), ("bookcity", "web", "c"))
    }
    assert len(others | {known}) == 4


def test_an_id_has_one_form_that_never_changes() -> None:
    assert re.fullmatch(r"i_[0-9a-f]{30}", ids.interaction_id("书城", "web", "x" * 300))
    assert ids.interaction_id("bookcity", "web", "c1") == "i_7874d8a6d3b72368ae2e315c650b9c"


def test_whose_an_interaction_is_shows_in_its_id() -> None:
    mark = ids.adapter_mark("bookcity", "web")
    assert ids.interaction_id("bookcity", "web", "c1").startswith(mark)
    assert not ids.interaction_id("bookcity", "phone", "c1").startswith(mark)
    assert not ids.interaction_id("shop", "web", "c1").startswith(mark)


def test_parts_that_run_into_each_other_are_still_told_apart() -> None:
    assert ids.interaction_id("a", "b", "cd") != ids.interaction_id("a", "bc", "d")


def test_ids_of_different_kinds_of_things_differ() -> None:
    made = {ids.interaction_id("w", "a", "1"), ids.message_id("w", "a", "1"), ids.event_id("w", "a", "1")}
    assert len({one.partition("_")[2] for one in made}) == 3


def test_legs_and_offers_lead_back_to_their_interaction() -> None:
    interaction = ids.interaction_id("w", "a", "1")
    leg = ids.leg_id(interaction, 2)
    assert ids.interaction_of(leg) == interaction
    assert ids.interaction_of(ids.offer_id(leg, 3)) == interaction
    assert ids.interaction_of(interaction) == interaction


def test_a_decision_is_named_by_its_place() -> None:
    assert ids.decision_id("bookcity", 2, 17) == "bookcity/2/17"
