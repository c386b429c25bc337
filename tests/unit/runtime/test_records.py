from __future__ import annotations

from aiokafka.structs import TopicPartition as KafkaPartition

from runtime.records import TopicPartition, header


def test_a_partition_equals_the_clients_own() -> None:
    assert TopicPartition("t", 3) == KafkaPartition("t", 3)
    assert {TopicPartition("t", 3): 1}[KafkaPartition("t", 3)] == 1


def test_the_first_header_of_a_name_counts() -> None:
    headers = (("a", b"1"), ("b", b"2"), ("a", b"3"))
    assert header(headers, "a") == b"1"
    assert header(headers, "c") is None
