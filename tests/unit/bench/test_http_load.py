from __future__ import annotations

import asyncio
import json

import pytest

from bench.http_load import HOST, Load, Target, pour
from bench.http_load import contact as contact_of


def contact(label: str, number: int) -> bytes:
    return contact_of(label, number, "orders")


async def served(status: str) -> tuple[asyncio.Server, list[dict[str, str]]]:
    got: list[dict[str, str]] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                body = json.loads(await reader.readexactly(length))
                got.append(body)
                answer = json.dumps({"interaction_id": body["external_id"], "more": 1}).encode()
                writer.write(f"HTTP/1.1 {status}\r\ncontent-length: {len(answer)}\r\n\r\n".encode() + answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            await writer.wait_closed()

    return await asyncio.start_server(handle, HOST, 0), got


async def test_the_whole_load_is_posted_and_each_answer_kept() -> None:
    server, got = await served("202 Accepted")
    async with server:
        port = server.sockets[0].getsockname()[1]
        answered = await pour(Target(port, "/x", "key"), Load("c", 1_000, 50), contact)
    assert set(answered.at_s) == {f"c-{number}" for number in range(50)}
    assert len(got) == 50
    assert answered.late_s >= 0


async def test_any_other_answer_breaks_the_run() -> None:
    server, _ = await served("503 Service Unavailable")
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ExceptionGroup) as broken:
            await pour(Target(port, "/x", "key"), Load("c", 1_000, 1), contact)
    assert "503" in str(broken.value.exceptions[0])


def test_contacts_are_of_a_bounded_number_of_customers() -> None:
    values = {json.loads(contact("c", number))["contact_points"][0]["value"] for number in range(1_000)}
    assert len(values) == 200
