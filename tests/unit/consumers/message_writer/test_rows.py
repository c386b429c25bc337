from __future__ import annotations

import msgspec
import pytest

from consumers.message_writer.rows import MAX_ID_CHARACTERS, to_rows
from schemas.messages import Attachment, Author
from tests.support.message_builders import AT_MS, a_message, a_record


def test_a_message_is_a_row_whose_number_is_its_offset() -> None:
    message = a_message("m_1", "i_1", author=Author.AGENT, agent_id="ana", text="好")
    [row] = to_rows([a_record(message, 41, partition=3)]).rows
    assert (row.log_partition, row.number, row.logged_ms, row.sent_ms) == (3, 41, AT_MS + 41, AT_MS)
    assert (row.message_id, row.interaction_id, row.author, row.agent_id, row.text) == (
        "m_1",
        "i_1",
        "agent",
        "ana",
        "好",
    )
    assert (row.attachments, row.media_type, row.leg_id) == ("[]", "text/plain", None)


def test_of_a_repeated_message_the_first_is_kept() -> None:
    records = [a_record(a_message("m_1", text=text), n) for n, text in enumerate(("first", "second"))]
    assert [(row.text, row.number) for row in to_rows(records).rows] == [("first", 0)]


def test_the_same_id_in_another_workspace_is_another_message() -> None:
    records = [a_record(a_message("m_1", workspace=ws), n) for n, ws in enumerate(("books", "bank"))]
    assert len(to_rows(records).rows) == 2


def test_a_nul_becomes_readable_wherever_it_stands() -> None:
    attachment = Attachment(claim="c\x00", name="n\x00", media_type="m", size_bytes=1)
    [row] = to_rows([a_record(a_message(text="a\x00b", agent_id="x\x00", attachments=(attachment,)))]).rows
    assert "\x00" not in "".join(str(field) for field in row)
    assert "u0000" not in row.attachments
    assert row.text == "a\ufffdb"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"message_id": "x" * (MAX_ID_CHARACTERS + 1)}, "message_id"),
        ({"interaction_id": ""}, "interaction_id"),
        ({"workspace": "a\x00"}, "workspace"),
        ({"sent_at_ms": -1}, "sent_at_ms"),
        ({"sent_at_ms": 2**62}, "sent_at_ms"),
    ],
)
def test_what_no_table_could_hold_is_a_dead_letter(fields: dict[str, object], says: str) -> None:
    record = a_record(msgspec.structs.replace(a_message(), **fields))
    found = to_rows([record])
    assert found.rows == []
    assert says in found.dead[0].reason


def test_poison_does_not_spoil_its_neighbours() -> None:
    poison = msgspec.structs.replace(a_record(a_message("m_2"), 1), value=None)
    found = to_rows([a_record(a_message("m_1"), 0), poison, a_record(a_message("m_3"), 2)])
    assert [row.message_id for row in found.rows] == ["m_1", "m_3"]
    assert [dead.record.offset for dead in found.dead] == [1]
