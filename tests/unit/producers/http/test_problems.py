from __future__ import annotations

from producers.http.problems import Kind, invalid
from runtime.validation import FieldError


def test_what_is_invalid_names_its_place_in_the_documentation() -> None:
    document = invalid([FieldError("$.channel", "is required")]).document()
    assert (document["status"], document["type"]) == (422, "/docs#invalid")


def test_every_kind_has_a_type_of_its_own() -> None:
    assert len({kind.type for kind in Kind}) == len(Kind)
