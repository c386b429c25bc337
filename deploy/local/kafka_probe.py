"""Asks a Kafka broker, in two requests of its own protocol, whether it serves: light enough to be asked again and again.

A broker answers before it may serve, and its metadata names it as leader before it leads: a client that starts in
between is refused. So every partition is asked for its end.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Final

TIMEOUT_S: Final = 1.0
METADATA: Final = 3
METADATA_VERSION: Final = 1
LIST_OFFSETS: Final = 2
LIST_OFFSETS_VERSION: Final = 1
LATEST: Final = -1
NO_REPLICA: Final = -1
ALL_TOPICS: Final = -1

Partitions = dict[str, list[int]]


def answers(host: str, port: int) -> bool:
    """Whether a broker there names at least one that serves, within a second for each step."""
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S) as connection:
            _ask(connection, METADATA, METADATA_VERSION, struct.pack(">i", 0))
            return bool(read_brokers(_Answer(_receive(connection))) > 0)
    except (OSError, struct.error):
        return False


def leads_all(host: str, port: int) -> bool:
    """Whether the one broker there serves and leads every partition, within a second for each step."""
    try:
        with socket.create_connection((host, port), timeout=TIMEOUT_S) as connection:
            _ask(connection, METADATA, METADATA_VERSION, struct.pack(">i", ALL_TOPICS))
            answer = _Answer(_receive(connection))
            if read_brokers(answer) == 0:
                return False
            partitions = read_partitions(answer)
            if partitions is None:
                return False
            _ask(connection, LIST_OFFSETS, LIST_OFFSETS_VERSION, offsets_request(partitions))
            return not any(read_errors(_Answer(_receive(connection))))
    except (OSError, struct.error):
        return False


def offsets_request(partitions: Partitions) -> bytes:
    """The body of a request for the end of each partition."""
    body = struct.pack(">ii", NO_REPLICA, len(partitions))
    for name, numbers in partitions.items():
        body += struct.pack(">h", len(name)) + name.encode() + struct.pack(">i", len(numbers))
        body += b"".join(struct.pack(">iq", number, LATEST) for number in numbers)
    return body


class _Answer:
    """Reads an answer's fields one after the other; raises struct.error at its end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, layout: str) -> tuple[int, ...]:
        """The next fields, in network order."""
        found = struct.unpack_from(f">{layout}", self._body, self._at)
        self._at += struct.calcsize(f">{layout}")
        return found

    def number(self, layout: str = "i") -> int:
        """The next field."""
        return self.take(layout)[0]

    def text(self) -> str:
        """The next text; an absent one is empty."""
        length = max(self.number("h"), 0)
        self._at += length
        return self._body[self._at - length : self._at].decode()


def read_brokers(answer: _Answer) -> int:
    """How many brokers serve; reads on to the topics."""
    count = answer.number()
    for _ in range(count):
        answer.take("i")
        answer.text()
        answer.take("i")
        answer.text()
    answer.take("i")  # the controller's id
    return count


def read_partitions(answer: _Answer) -> Partitions | None:
    """Every topic's partitions; None when one has no leader."""
    found: Partitions = {}
    for _ in range(answer.number()):
        answer.take("h")
        name = answer.text()
        answer.take("b")
        numbers = []
        for _ in range(answer.number()):
            error, number, leader = answer.take("hii")
            for _ in ("replicas", "in sync"):
                answer.take(f"{answer.number()}i")
            if error or leader < 0:
                return None
            numbers.append(number)
        found[name] = numbers
    return found


def read_errors(answer: _Answer) -> Iterator[int]:
    """The error code of each partition, 0 = none."""
    for _ in range(answer.number()):
        answer.text()
        for _ in range(answer.number()):
            _number, error, _stamp, _offset = answer.take("ihqq")
            yield error


def _ask(connection: socket.socket, kind: int, version: int, body: bytes) -> None:
    request = struct.pack(">hhih", kind, version, 1, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)


def _receive(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as answer:
        size, _correlation = struct.unpack(">ii", answer.read(8))
        return answer.read(size - 4)
