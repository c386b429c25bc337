from __future__ import annotations

import pytest

from schemas.event import Event, wire_type
from schemas.interactions import CustomerLeft


def test_the_wire_type_of_an_event_and_of_its_class_are_the_same() -> None:
    assert wire_type(CustomerLeft) == wire_type(CustomerLeft(workspace="w", interaction_id="i")) == "customer.left"


def test_a_tag_that_is_no_text_is_no_wire_type() -> None:
    class Numbered(Event, frozen=True, kw_only=True, tag=7):
        pass

    with pytest.raises(TypeError):
        wire_type(Numbered)
