from __future__ import annotations

import msgspec
import pytest

from consumers.timeline_writer.rows import MAX_ENTRY_ID_CHARACTERS, MAX_ID_CHARACTERS, row_of, to_rows
from runtime.errors import Invalid
from schemas.timeline import TimelineEntryAdded
from schemas.values import Explanation
from schemas.vocabulary import LegKind
from tests.support.timeline_builders import AT_MS, STORED_MS, a_record, an_entry


def test_an_entry_is_a_row_with_every_field() -> None:
    entry = an_entry("books/1/9", order=9, customer_id="ann", leg_kind=LegKind.MAIN, by="li", duration_ms=5)
    row = row_of(entry, STORED_MS)
    assert (row.workspace, row.entry_id, row.kind, row.at_ms, row.place) == (
        "books",
        "books/1/9",
        "contact.queued",
        AT_MS,
        9,
    )
    assert (row.customer_id, row.leg_kind, row.by_user, row.duration_ms, row.stored_ms) == (
        "ann",
        "main",
        "li",
        5,
        STORED_MS,
    )
    assert (row.explanation, row.interaction_id) == (None, None)


def test_no_field_of_an_entry_is_forgotten() -> None:
    renamed = {"order": "place", "by": "by_user"}
    assert {renamed.get(name, name) for name in TimelineEntryAdded.__struct_fields__} | {"stored_ms"} == set(
        row_of(an_entry(), 0)._fields
    )


def test_of_a_repeated_entry_the_first_is_kept_and_another_workspaces_is_another() -> None:
    entries = [an_entry("m/1", queue="a"), an_entry("m/1", queue="b"), an_entry("m/1", workspace="bank", queue="c")]
    rows = to_rows([a_record(entry, offset) for offset, entry in enumerate(entries)], STORED_MS).rows
    assert [(row.workspace, row.queue) for row in rows] == [("books", "a"), ("bank", "c")]


def test_a_nul_becomes_readable_wherever_it_stands() -> None:
    why = Explanation(queue="q\x00", step=0, tie_break="t\x00")
    row = row_of(an_entry(author="x\x00", explanation=why), 0)
    assert row.author == "x\ufffd"
    assert msgspec.json.decode(row.explanation or "")["queue"] == "q\ufffd"
    assert "u0000" not in (row.explanation or "")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"entry_id": "x" * (MAX_ENTRY_ID_CHARACTERS + 1)}, "entry_id"),
        ({"interaction_id": "x" * (MAX_ID_CHARACTERS + 1)}, "interaction_id"),
        ({"customer_id": "x" * (MAX_ID_CHARACTERS + 1)}, "customer_id"),
        ({"workspace": ""}, "workspace"),
        ({"at_ms": -1}, "at_ms"),
        ({"at_ms": 2**60}, "at_ms"),
        ({"order": -1}, "order"),
        ({"duration_ms": 2**60}, "duration_ms"),
        ({"duration_ms": -(2**60)}, "duration_ms"),
    ],
)
def test_what_no_table_could_hold_is_a_dead_letter(fields: dict[str, object], says: str) -> None:
    record = a_record(msgspec.structs.replace(an_entry(), **fields))
    found = to_rows([record], STORED_MS)
    assert found.rows == []
    assert says in found.dead[0].reason


def test_a_clock_that_was_set_back_makes_a_negative_duration_and_no_dead_letter() -> None:
    assert row_of(an_entry(duration_ms=-5), 0).duration_ms == -5


def test_poison_does_not_spoil_its_neighbours() -> None:
    poison = msgspec.structs.replace(a_record(an_entry("b"), 1), value=b"{")
    found = to_rows([a_record(an_entry("a"), 0), poison, a_record(an_entry("c"), 2)], 0)
    assert ([row.entry_id for row in found.rows], [dead.record.offset for dead in found.dead]) == (["a", "c"], [1])


def test_what_no_table_could_hold_as_an_id_is_no_row() -> None:
    with pytest.raises(Invalid):
        row_of(an_entry("\n"), 0)
