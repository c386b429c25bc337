"""What a broker's answers mean; a real broker is asked in tests/integration."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence

import pytest

from deploy.local import kafka_probe
from deploy.local.state import HOST


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the answers mean is asked here, not whether this machine gave them in time."""
    monkeypatch.setattr(kafka_probe, "TIMEOUT_S", 60.0)


def text(value: str) -> bytes:
    return struct.pack(">h", len(value)) + value.encode()


def metadata(brokers: int = 1, leaders: Sequence[int] = (1, 1)) -> bytes:
    """Version 1: brokers, controller, one topic with a partition for each leader."""
    one = struct.pack(">i", 1) + text(HOST) + struct.pack(">ih", 9092, -1)
    body = struct.pack(">i", brokers) + one * brokers + struct.pack(">i", 1)
    body += struct.pack(">ih", 1, 0) + text("inputs") + struct.pack(">bi", 0, len(leaders))
    for number, leader in enumerate(leaders):
        body += struct.pack(">hii", 0, number, leader) + struct.pack(">ii", 1, 1) * 2
    return body


def offsets(errors: Sequence[int] = (0, 0)) -> bytes:
    body = struct.pack(">i", 1) + text("inputs") + struct.pack(">i", len(errors))
    return body + b"".join(struct.pack(">ihqq", number, error, -1, 7) for number, error in enumerate(errors))


def framed(body: bytes) -> bytes:
    return struct.pack(">ii", len(body) + 4, 1) + body


@pytest.mark.parametrize(
    ("answers", "leads"),
    [
        ((metadata(), offsets()), True),
        ((metadata(leaders=()), offsets(errors=())), True),
        ((metadata(brokers=0),), False),
        ((metadata(leaders=(1, -1)),), False),
        ((metadata(), offsets(errors=(0, 6))), False),
        ((metadata(),), False),
        ((), False),
    ],
    ids=["leads", "no topics yet", "serves nothing yet", "no leader", "not leading yet", "hangs up later", "hangs up"],
)
def test_a_broker_leads_all_when_every_partition_says_its_end(answers: tuple[bytes, ...], leads: bool) -> None:
    with FakeBroker(answers) as port:
        assert kafka_probe.leads_all(HOST, port) is leads


@pytest.mark.parametrize(("brokers", "serves"), [(1, True), (3, True), (0, False)])
def test_a_cluster_answers_when_it_names_a_broker_that_serves(brokers: int, serves: bool) -> None:
    with FakeBroker((metadata(brokers=brokers),)) as port:
        assert kafka_probe.answers(HOST, port) is serves


def test_where_nothing_listens_nothing_answers() -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
        assert not kafka_probe.answers(HOST, port)
        assert not kafka_probe.leads_all(HOST, port)


def test_the_request_for_offsets_asks_for_the_end_of_each_partition() -> None:
    body = kafka_probe.offsets_request({"a": [0, 2]})
    assert body == struct.pack(">ii", -1, 1) + text("a") + struct.pack(">i", 2) + struct.pack(">iqiq", 0, -1, 2, -1)


class FakeBroker:
    """Gives one client these answers, one for each request, then hangs up."""

    def __init__(self, answers: tuple[bytes, ...]) -> None:
        self._answers = answers
        self._listening = socket.create_server((HOST, 0))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._listening.getsockname()[1])

    def __exit__(self, *_failure: object) -> None:
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        connection, _ = self._listening.accept()
        with connection:
            for answer in self._answers:
                connection.recv(4096)
                connection.sendall(framed(answer))
