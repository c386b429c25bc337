"""`hubline dlq` on a real Kafka: what the worker set aside is listed, shown, and sent back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from runtime.dead_letters import REPLAYED, DeadLetter, to_output
from runtime.ids import random_id
from runtime.records import Output, Record, header
from schemas.topics import INTERACTIONS
from tests.support.broker_suite import producing, read_all
from tests.support.kafka_bench import KafkaBench
from tests.support.stack import SharedStack

Hubline = Callable[..., subprocess.CompletedProcess[str]]
PARTITION = 11


@pytest.fixture
def hubline(stack: SharedStack, tmp_path_factory: pytest.TempPathFactory) -> Hubline:
    """Runs the command as a person would, on the stack of the tests."""

    def run(*words: str, kafka: str = stack.kafka) -> subprocess.CompletedProcess[str]:
        environ = {
            "PATH": os.environ["PATH"],
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "HUBLINE_DATA_DIR": str(tmp_path_factory.getbasetemp() / "nothing"),
        }
        return subprocess.run(
            [sys.executable, "-c", "from deploy.cli import main; main()", *words],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def bench(stack: SharedStack) -> KafkaBench:
    return KafkaBench(stack.kafka)


async def bury(bench: KafkaBench, value: bytes, reason: str) -> Record:
    """A record of interactions.v1 with its dead letter."""
    async with producing(bench.broker) as producer:
        mark = random_id("poison").encode()
        await producer.send([Output(INTERACTIONS.name, mark, value, (("ce_id", mark),), partition=PARTITION)])
        records = await read_all(bench.broker, INTERACTIONS.name, PARTITION)
        [record] = [it for it in records if it.key == mark]
        await producer.send([to_output(DeadLetter(record, reason), "identity")])
    return record


def listed(hubline: Hubline, key: bytes | None) -> dict[str, object]:
    done = hubline("dlq", "list", INTERACTIONS.name, "--json")
    assert done.returncode == 0, done.stderr
    letters: list[dict[str, object]] = [json.loads(line) for line in done.stdout.splitlines()]
    [letter] = [it for it in letters if key is not None and it["key"] == key.decode()]
    return letter


async def test_a_letter_is_listed_with_its_origin_and_reason_but_not_its_contents(
    hubline: Hubline, bench: KafkaBench
) -> None:
    record = await bury(bench, b"secret words", "not an event")
    letter = listed(hubline, record.key)
    assert (letter["topic"], letter["partition"], letter["offset"]) == (INTERACTIONS.name, PARTITION, record.offset)
    assert (letter["stage"], letter["reason"], letter["bytes"]) == ("identity", "not an event", 12)
    plain = hubline("dlq", "list")
    assert f"{letter['id']}  from {INTERACTIONS.name}/{PARTITION}/{record.offset}" in plain.stdout
    assert "secret" not in plain.stdout


async def test_a_letter_is_shown_whole_with_its_original_bytes(hubline: Hubline, bench: KafkaBench) -> None:
    text, binary = await bury(bench, b'{"type":"x"}', "unknown type"), await bury(bench, b"\xff\x00", "not JSON")
    shown = json.loads(hubline("dlq", "show", str(listed(hubline, text.key)["id"]), "--json").stdout)
    assert (shown["text"], shown["headers"]["dlq_reason"]) == ('{"type":"x"}', "unknown type")
    shown = json.loads(hubline("dlq", "show", str(listed(hubline, binary.key)["id"]), "--json").stdout)
    assert (shown["text"], shown["base64"]) == (None, "/wA=")


async def test_a_replayed_letter_is_the_original_record_at_the_end_of_its_partition(
    hubline: Hubline, bench: KafkaBench
) -> None:
    record = await bury(bench, b"once more", "for now")
    letter = listed(hubline, record.key)
    done = hubline("dlq", "replay", str(letter["id"]))
    assert done.returncode == 0, done.stderr
    records = await read_all(bench.broker, INTERACTIONS.name, PARTITION)
    original, again = [it for it in records if it.key == record.key]
    assert (again.value, again.headers[0]) == (original.value, original.headers[0])
    named = (header(again.headers, REPLAYED) or b"").decode()
    assert named == f"dlq.{INTERACTIONS.name}/0/{str(letter['id']).rpartition('/')[2]}"


async def test_exit_codes_tell_found_not_found_misused_and_unreachable(hubline: Hubline, bench: KafkaBench) -> None:
    await bury(bench, b"x", "any")
    assert hubline("dlq", "list").returncode == 0
    assert hubline("dlq", "list", "--check").returncode == 1
    assert hubline("dlq", "show", f"{INTERACTIONS.name}/999999").returncode == 1
    assert hubline("dlq", "replay", "nonsense").returncode == 1
    assert hubline("dlq", "list", "no.such.topic").returncode == 2
    assert hubline("dlq", "list", kafka="127.0.0.1:1").returncode == 3
