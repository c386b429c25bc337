from __future__ import annotations

import asyncio

import pytest

from producers.admin.document import Format
from producers.admin.problems import InvalidDocument
from producers.admin.publication import Conflict, Draft, Publication
from producers.admin.versions import LeftBehind, State
from runtime.clock import SystemClock
from tests.support.memory_versions import MemoryVersions
from tests.support.waiting import eventually


def a_draft(text: str = "queues: {a: {}}") -> Draft:
    return Draft(workspace="shop", text=text, form=Format.YAML)


def publication(versions: MemoryVersions, wait_ms: int = 5_000) -> Publication:
    return Publication(versions, SystemClock(), wait_ms)


async def test_a_preview_changes_nothing_and_says_what_would_change() -> None:
    versions = MemoryVersions()
    found = await publication(versions).preview(a_draft())
    assert [change.path for change in found.changes] == ["queues"]
    assert (found.version, found.unchanged) == (None, False)
    assert versions.stored == {}


async def test_publishing_returns_when_routing_has_answered() -> None:
    versions = MemoryVersions()
    task = asyncio.create_task(publication(versions).publish(a_draft(), None, "root"))
    await eventually(lambda: ("shop", 1) in versions.stored)
    assert not task.done()
    await versions.settle("shop", 1, State.APPLIED, None)
    published = await task
    assert (published.version, published.state) == (1, State.APPLIED)


async def test_a_refusal_is_told_with_its_reason() -> None:
    versions = MemoryVersions()
    task = asyncio.create_task(publication(versions).publish(a_draft(), None, "root"))
    await eventually(lambda: ("shop", 1) in versions.stored)
    await versions.settle("shop", 1, State.REFUSED, "why")
    published = await task
    assert (published.state, published.detail) == (State.REFUSED, "why")


async def test_without_an_answer_in_time_it_waits_on_without_us() -> None:
    published = await publication(MemoryVersions(), wait_ms=1).publish(a_draft(), None, "root")
    assert (published.version, published.state) == (1, State.WAITING)


async def test_the_same_text_again_is_no_new_version() -> None:
    versions = MemoryVersions()
    await publication(versions, wait_ms=1).publish(a_draft(), None, "root")
    again = await publication(versions, wait_ms=1).publish(a_draft(), 1, "root")
    assert (again.version, again.unchanged, again.changes) == (1, True, [])


async def test_a_request_whose_answer_was_lost_is_answered_as_done_when_it_is_repeated() -> None:
    versions = MemoryVersions()
    waiting = publication(versions, wait_ms=1)
    first = await waiting.publish(a_draft(), None, "root")
    again = await waiting.publish(a_draft(), None, "root")
    assert (again.version, again.unchanged) == (first.version, True)
    assert len(versions.stored) == 1


async def test_who_is_gone_while_customers_name_him_is_told_before_and_after() -> None:
    versions = MemoryVersions()
    versions.named = {name: LeftBehind(agent_id=name, owned=3, preferring=5) for name in ("ana", "bo")}
    quick = publication(versions, wait_ms=1)
    first = await quick.publish(a_draft("agents: {ana: {}, bo: {}, li: {}}"), None, "root")
    assert first.left_behind == []
    without = a_draft("agents: {bo: {}}")
    shown, done = await quick.preview(without), await quick.publish(without, 1, "root")
    assert shown.left_behind == done.left_behind == [versions.named["ana"]]


async def test_errors_and_conflicts_change_nothing() -> None:
    versions = MemoryVersions()
    with pytest.raises(InvalidDocument):
        await publication(versions).publish(a_draft("queues: 3"), None, "root")
    with pytest.raises(Conflict):
        await publication(versions).publish(a_draft(), 3, "root")
    assert versions.stored == {}
