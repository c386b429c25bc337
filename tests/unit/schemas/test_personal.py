from __future__ import annotations

import msgspec
import pytest

from schemas.codec import UNIONS, members
from schemas.decisions import OfferMade
from schemas.messages import MessagePosted
from schemas.personal import PERSONAL, is_personal

ROUTING = [event for events in ("inputs", "decisions", "snapshots") for event in members(UNIONS[events])]


@pytest.mark.parametrize(("struct", "field"), PERSONAL)
def test_the_table_names_fields_that_exist(struct: type[msgspec.Struct], field: str) -> None:
    assert field in struct.__struct_fields__


def test_what_was_written_is_personal_and_who_offered_is_not() -> None:
    assert is_personal(MessagePosted, "text")
    assert not is_personal(OfferMade, "offer")


@pytest.mark.parametrize("event", ROUTING, ids=lambda event: f"{event.__module__}.{event.__name__}")
def test_the_routing_log_has_no_field_for_personal_data(event: type[msgspec.Struct]) -> None:
    _, definitions = msgspec.json.schema_components([event])
    held = {
        f"{name}.{field}"
        for name, definition in definitions.items()
        for field in definition.get("properties", {})
        if (name, field) in {(struct.__name__, field) for struct, field in PERSONAL}
    }
    assert held == set()
