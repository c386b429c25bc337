from __future__ import annotations

import msgspec

from runtime import dead_letters
from runtime.dead_letters import DeadLetter, Origin
from runtime.records import Headers, Output, Record

HEADERS: Headers = (("ce_id", b"e_1"), ("ce_type", b"interaction.received"))
RECORD = Record("interactions.v1", 5, 42, 1_000, b"ws", b"\xff not json", HEADERS)


def as_record(output: Output, offset: int = 0) -> Record:
    return Record(output.topic, output.partition or 0, offset, 2_000, output.key, output.value, output.headers)


def test_a_letter_keeps_key_value_and_headers_and_says_where_it_came_from() -> None:
    output = dead_letters.to_output(DeadLetter(RECORD, "not readable"), "identity")
    assert (output.topic, output.partition) == ("dlq.interactions.v1", 0)
    assert (output.key, output.value, output.headers[:2]) == (RECORD.key, RECORD.value, HEADERS)
    origin = dead_letters.origin_of(as_record(output))
    assert origin == Origin("interactions.v1", 5, 42, "identity", "not readable")


def test_a_replay_is_the_original_record_and_names_its_letter() -> None:
    letter = as_record(dead_letters.to_output(DeadLetter(RECORD, "no"), "identity"), offset=7)
    origin = dead_letters.origin_of(letter)
    assert origin is not None
    again = dead_letters.replay_output(letter, origin)
    assert (again.topic, again.partition, again.key, again.value) == ("interactions.v1", 5, b"ws", RECORD.value)
    assert again.headers == (*HEADERS, (dead_letters.REPLAYED, b"dlq.interactions.v1/0/7"))


def test_a_letter_that_dies_again_says_only_its_last_death() -> None:
    letter = as_record(dead_letters.to_output(DeadLetter(RECORD, "first"), "identity"))
    origin = dead_letters.origin_of(letter)
    assert origin is not None
    replayed = as_record(dead_letters.replay_output(letter, origin), offset=99)
    again = dead_letters.to_output(DeadLetter(replayed, "second"), "identity")
    reasons = [value for name, value in again.headers if name == dead_letters.REASON]
    assert reasons == [b"second"]
    assert sum(name == dead_letters.REPLAYED for name, _ in again.headers) == 1


def test_a_record_that_is_no_letter_has_no_origin() -> None:
    assert dead_letters.origin_of(RECORD) is None
    odd = msgspec.structs.replace(
        RECORD, headers=((dead_letters.TOPIC, b"t"), (dead_letters.PARTITION, b"x"), (dead_letters.OFFSET, b"1"))
    )
    assert dead_letters.origin_of(odd) is None
