"""A process's health server of one answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from deploy.local.state import HOST

T = TypeVar("T")


def answering(port_file: Path, answer: bytes, ask: Callable[[Path], T]) -> T:
    """What `ask` makes of a server that gives this answer, whose port stands in `port_file`."""
    with socket.create_server((HOST, 0)) as listening:
        port_file.write_text(f"{listening.getsockname()[1]}\n")
        server = threading.Thread(target=_answer_one, args=(listening, answer))
        server.start()
        asked = ask(port_file)
        server.join()
    return asked


def _answer_one(listening: socket.socket, answer: bytes) -> None:
    connection, _ = listening.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)
