"""Every test can fail, waits for conditions, runs its neighbours for real and says why it is skipped."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

import pytest

from tests.architecture import tree
from tests.architecture.honesty import Breach, asserting_functions, assertionless, blind_waits, mocks, silent_skips

Check = Callable[[ast.Module], Iterable[Breach]]


def test_every_test_can_fail() -> None:
    support = frozenset[str]().union(
        *(asserting_functions(tree.parsed(path)) for path in tree.tests() if path.parent.name == "support")
    )
    found = [
        f"{tree.name(path)}:{breach.line}: {breach.reason}"
        for path in tree.tests()
        for breach in assertionless(tree.parsed(path), support)
    ]
    assert found == []


@pytest.mark.parametrize("check", [blind_waits, mocks, silent_skips])
def test_no_test_is_worthless(check: Check) -> None:
    found = [
        f"{tree.name(path)}:{breach.line}: {breach.reason}"
        for path in tree.tests()
        for breach in check(tree.parsed(path))
    ]
    assert found == []


PLANTED: list[tuple[Check, str]] = [
    (assertionless, "def test_it():\n    run()"),
    (assertionless, "async def test_it():\n    await run()"),
    (assertionless, "def helper():\n    run()\ndef test_it():\n    helper()"),
    (blind_waits, "async def test_it():\n    await asyncio.sleep(1)"),
    (blind_waits, "def test_it():\n    time.sleep(0.5)"),
    (blind_waits, "from time import sleep\ndef test_it():\n    sleep(0.5)"),
    (mocks, "from unittest.mock import Mock"),
    (mocks, "from unittest import mock"),
    (mocks, "import unittest.mock"),
    (mocks, "def test_it(mocker): ..."),
    (mocks, "def test_it(monkeypatch):\n    monkeypatch.setattr(kafka, 'send', None)"),
    (silent_skips, "@pytest.mark.skip\ndef test_it(): ..."),
    (silent_skips, "def test_it():\n    pytest.skip()"),
    (silent_skips, "@pytest.mark.skipif(True)\ndef test_it(): ..."),
]


@pytest.mark.parametrize(("check", "source"), PLANTED)
def test_a_planted_worthless_test_is_found(check: Check, source: str) -> None:
    assert list(check(ast.parse(source))) != []


HONEST: list[tuple[Check, str]] = [
    (assertionless, "def test_it():\n    with pytest.raises(ValueError):\n        run()"),
    (assertionless, "def helper():\n    assert run()\ndef test_it():\n    helper()"),
    (assertionless, "async def test_it():\n    await eventually(lambda: run())"),
    (blind_waits, "async def test_it():\n    while not ready():\n        await asyncio.sleep(0.01)"),
    (blind_waits, "async def test_it():\n    await asyncio.sleep(0)"),
    (blind_waits, "async def test_it(clock):\n    await clock.sleep(60)"),
    (mocks, "def test_it(monkeypatch):\n    monkeypatch.setenv('HUBLINE_LOG_LEVEL', 'debug')"),
    (mocks, "def test_it(monkeypatch):\n    monkeypatch.setattr(feed, 'RING_CHANGES', 3)"),
    (silent_skips, "def test_it():\n    pytest.skip('no Asterisk on this machine')"),
    (silent_skips, "@pytest.mark.skipif(True, reason='3.14 only')\ndef test_it(): ..."),
]


@pytest.mark.parametrize(("check", "source"), HONEST)
def test_an_honest_test_is_let_through(check: Check, source: str) -> None:
    assert list(check(ast.parse(source))) == []
