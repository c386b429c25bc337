from __future__ import annotations

import gc

import pytest

from schemas.event import Event, Value, wire_type
from schemas.frame import Part
from schemas.interactions import CustomerLeft


def test_the_wire_type_of_an_event_and_of_its_class_are_the_same() -> None:
    assert wire_type(CustomerLeft) == wire_type(CustomerLeft(workspace="w", interaction_id="i")) == "customer.left"


def test_a_tag_that_is_no_text_is_no_wire_type() -> None:
    class Numbered(Event, frozen=True, kw_only=True, tag=7):
        pass

    with pytest.raises(TypeError):
        wire_type(Numbered)


def test_what_is_followed_by_the_thousand_costs_the_garbage_collector_nothing() -> None:
    assert not gc.is_tracked(CustomerLeft(workspace="w", interaction_id="i"))
    assert not any(
        kind.__struct_config__.gc for base in (Event, Value, Part) for kind in (base, *base.__subclasses__())
    )
