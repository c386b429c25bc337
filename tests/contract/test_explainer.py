"""The explainer answers over HTTP what a replay finds, to those who may ask, and never takes more than it is given."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from consumers.query.explainer import Explainer
from runtime import log
from runtime.clock import SystemClock
from runtime.credential_store import Principal
from runtime.credentials import BearerVerifier
from runtime.memory import MemoryBroker
from runtime.problems import Problem
from runtime.records import Output
from runtime.server import serving
from runtime.settings import Explainer as Policy
from runtime.settings import LogLevel
from schemas import codec
from schemas.envelope import Envelope, to_headers
from schemas.event import wire_type
from schemas.topics import ROUTING_INPUTS, TOPICS
from schemas.trace import Trace
from schemas.vocabulary import Role
from streams.routing.explainer_app import Asked, ExplainerApp, address_of, asked_in
from streams.routing.explaining import NotInLog, explain
from streams.routing.live_log import LiveLog
from streams.routing.past import Busy, Past, TooFar
from tests.support.credentials import MemoryCredentials
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration

PATH = f"/v1/workspaces/{WORKSPACE}/interactions/c3/trace"
LOG = log.configure("explainer", "test", LogLevel.ERROR)


def a_day() -> Driver:
    driver = Driver(a_configuration("ana", "bo"))
    driver.login("ana", "bo")
    for number in range(30):
        driver.arrive(f"c{number}")
        driver.attend(12_000)
        if number % 3 == 0:
            driver.leave(f"c{number}")
    return driver


async def a_broker(driver: Driver) -> MemoryBroker:
    broker = MemoryBroker({topic.name: topic.partitions for topic in TOPICS}, SystemClock())
    for _, stamp_ms, event in driver.log:
        headers = to_headers(Envelope(id="e", source="/test", type=wire_type(event)))
        broker.append(Output(ROUTING_INPUTS.name, WORKSPACE.encode(), codec.encode(event), headers), stamp_ms)
    return broker


class Served(msgspec.Struct, frozen=True):
    """A running explainer."""

    url: str
    past: Past
    credentials: MemoryCredentials
    broker: MemoryBroker

    def key(self, *roles: Role, workspace: str = WORKSPACE) -> str:
        who = Principal(user="sue", workspace=workspace, roles=frozenset(roles), agent_id=None)
        return f"Bearer {self.credentials.add_key(who)}"

    async def get(self, path: str, authorization: str = "") -> httpx.Response:
        async with httpx.AsyncClient(base_url=self.url, trust_env=False, timeout=60) as client:
            return await client.get(path, headers={"authorization": authorization} if authorization else {})


@contextlib.asynccontextmanager
async def served(policy: Policy | None = None) -> AsyncIterator[Served]:
    broker = await a_broker(a_day())
    reader, credentials = broker.reader(), MemoryCredentials()
    past = Past(reader, SystemClock(), policy or Policy())
    app = ExplainerApp(past, BearerVerifier(credentials, SystemClock()), LOG)
    async with serving(app, "127.0.0.1", 0, stop_timeout_ms=1_000) as port:
        yield Served(f"http://127.0.0.1:{port}", past, credentials, broker)
    await reader.stop()


async def test_the_answer_is_what_a_replay_finds() -> None:
    async with served() as it:
        answer = await it.get(PATH, it.key(Role.SUPERVISOR))
        expected = await explain(LiveLog(it.broker.reader(), WORKSPACE), "c3")
    assert answer.status_code == 200
    assert msgspec.json.decode(answer.content, type=Trace) == expected
    assert answer.headers["cache-control"] == "no-store"


async def test_the_query_api_gets_the_same_through_its_client() -> None:
    async with served() as it, Explainer(it.url, LOG) as asking:
        key = it.key(Role.ANALYST)
        whole = await asking.trace(WORKSPACE, "c3", key, None)
        assert whole is not None
        cut = await asking.trace(WORKSPACE, "c3", key, whole.moments[0].at_ms)
        assert cut is not None
        assert len(cut.moments) < len(whole.moments)
        assert await asking.trace(WORKSPACE, "nobody", key, None) is None


async def test_who_may_not_ask_is_told_so() -> None:
    async with served() as it:
        statuses = {
            "nobody": (await it.get(PATH)).status_code,
            "unknown": (await it.get(PATH, "Bearer hk_1_2")).status_code,
            "agent": (await it.get(PATH, it.key(Role.AGENT))).status_code,
            "adapter": (await it.get(PATH, it.key(Role.ADAPTER))).status_code,
            "elsewhere": (await it.get(PATH, it.key(Role.SUPERVISOR, workspace="other"))).status_code,
        }
    assert statuses == {"nobody": 401, "unknown": 401, "agent": 403, "adapter": 403, "elsewhere": 404}


async def test_what_is_not_there_or_not_understood_is_refused() -> None:
    async with served() as it:
        key = it.key(Role.SUPERVISOR)
        assert (await it.get(PATH.replace("c3", "nobody"), key)).status_code == 404
        assert (await it.get("/v1/elsewhere", key)).status_code == 404
        assert (await it.get(f"{PATH}?at_ms=soon", key)).status_code == 422
        assert (await it.get(f"{PATH}?when=1", key)).status_code == 422
        async with httpx.AsyncClient(base_url=it.url, trust_env=False, timeout=60) as client:
            posted = await client.post(PATH, headers={"authorization": key})
        assert (posted.status_code, posted.headers["allow"]) == (405, "GET")


async def test_an_explainer_that_is_away_is_503_with_a_moment_to_come_back() -> None:
    async with served() as it:
        url = it.url
    async with Explainer(url, LOG) as asking:
        with pytest.raises(Problem) as gone:
            await asking.trace(WORKSPACE, "c3", "Bearer x", None)
    assert (gone.value.kind.status, gone.value.retry_after_s) == (503, 2)
    async with Explainer(None, LOG) as nobody:
        assert not nobody.is_there
        with pytest.raises(Problem):
            await nobody.trace(WORKSPACE, "c3", "Bearer x", None)


async def test_one_that_has_too_much_to_do_is_503_too() -> None:
    async with served(Policy(patience_ms=1, keep_every_records=10)) as it, Explainer(it.url, LOG) as asking:
        answer = await it.get(PATH.replace("c3", "nobody"), it.key(Role.SUPERVISOR))
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        with pytest.raises(Problem) as busy:
            await asking.trace(WORKSPACE, "nobody", it.key(Role.AGENT), None)
    assert busy.value.kind.status == 503


# The past itself


class CountingReader:
    """A reader that notes from where inputs are read."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.first: list[int] = []
        self.log_range = inner.log_range
        self.held: asyncio.Event | None = None

    async def read_range(self, topic: str, partition: int, first: int, end: int) -> AsyncIterator[Any]:
        if topic == ROUTING_INPUTS.name:
            self.first.append(first)
            if self.held is not None:
                await self.held.wait()
        async for batch in self._inner.read_range(topic, partition, first, end):
            yield batch


def a_past(broker: MemoryBroker, **policy: int) -> tuple[Past, CountingReader]:
    reader = CountingReader(broker.reader())
    return Past(reader, SystemClock(), Policy(**policy)), reader  # type: ignore[arg-type]


async def test_a_later_question_begins_from_a_state_that_an_earlier_one_left() -> None:
    driver = a_day()
    broker = await a_broker(driver)
    past, reader = a_past(broker, keep_every_records=50)
    first = await past.trace(WORKSPACE, "c29")
    again = await past.trace(WORKSPACE, "c28")
    assert reader.first[0] == 0
    assert reader.first[1] > 0
    direct = await explain(LiveLog(broker.reader(), WORKSPACE), "c28")
    assert again.moments == direct.moments
    assert first.moments


async def test_what_has_ended_is_answered_without_reading() -> None:
    past, reader = a_past(await a_broker(a_day()))
    one = await past.trace(WORKSPACE, "c0")
    assert one.ended
    assert await past.trace(WORKSPACE, "c0") == one
    assert len(reader.first) == 1


async def test_more_questions_than_may_wait_are_sent_away() -> None:
    past, reader = a_past(await a_broker(a_day()), most_waiting=2)
    reader.held = asyncio.Event()
    asked = [asyncio.create_task(past.trace(WORKSPACE, f"c{number}")) for number in (1, 2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await past.trace(WORKSPACE, "c4")
    reader.held.set()
    assert all(trace.moments for trace in await asyncio.gather(*asked))


class Hurried(SystemClock):
    """A clock by which every look takes a second."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += 1.0
        return self._now


async def test_what_takes_too_long_is_given_up_and_gets_further_the_next_time() -> None:
    broker = await a_broker(a_day())
    reader = CountingReader(broker.reader())
    past = Past(reader, Hurried(), Policy(patience_ms=1_500))  # type: ignore[arg-type]
    tries = 0
    while tries < 20:
        tries += 1
        try:
            found = await past.trace(WORKSPACE, "c29")
            break
        except TooFar:
            continue
    assert tries > 1
    assert found.moments == (await explain(LiveLog(broker.reader(), WORKSPACE), "c29")).moments
    assert reader.first == sorted(reader.first)


async def test_who_knows_when_it_came_is_spared_the_way_from_the_start() -> None:
    broker = await a_broker(a_day())
    past, reader = a_past(broker, keep_every_records=50)
    whole = await past.trace(WORKSPACE, "c29")
    with pytest.raises(NotInLog):
        await past.trace(WORKSPACE, "nobody", since_ms=whole.moments[0].at_ms)
    begun = reader.first[1]
    assert begun > 0
    late = await past.trace(WORKSPACE, "c29", since_ms=whole.moments[0].at_ms)
    assert late.moments == whole.moments


async def test_an_unknown_contact_is_said_to_be_unknown() -> None:
    past, _ = a_past(await a_broker(a_day()))
    with pytest.raises(NotInLog):
        await past.trace(WORKSPACE, "nobody")


@pytest.mark.parametrize("path", ["/", "/v1/workspaces/w/interactions/i", "/v1/workspaces/w/interactions/i/other"])
def test_only_one_address_is_known(path: str) -> None:
    with pytest.raises(Problem):
        address_of(path)


def test_ids_in_an_address_may_be_quoted() -> None:
    assert address_of("/v1/workspaces/b%2Fc/interactions/i%20x/trace") == ("b/c", "i x")
    assert asked_in("at_ms=17&since_ms=3") == Asked(17, 3)
    assert asked_in("") == Asked()
    with pytest.raises(Problem):
        asked_in("at_ms=1&at_ms=2")
