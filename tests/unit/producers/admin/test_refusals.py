from __future__ import annotations

import pytest

from producers.admin.refusals import Kind, invalid
from runtime.validation import FieldError


def test_what_is_invalid_says_the_line_where_the_text_is_known() -> None:
    document = invalid([FieldError("queues.a", "must be a mapping", 4)]).document()
    assert (document["status"], document["type"]) == (422, "/problems#invalid")
    assert document["errors"] == [{"path": "queues.a", "detail": "must be a mapping", "line": 4}]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_name_of_its_own(kind: Kind) -> None:
    assert [other for other in Kind if other.type == kind.type] == [kind]
    assert 400 <= kind.status < 600
