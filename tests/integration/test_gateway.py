"""The gateway on a real Kafka, with the real router and view stage beside it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest

from consumers.gateway.screen_pop import PostgresRecords
from deploy.console.client import AgentClient, Wishes
from runtime.clock import SystemClock
from runtime.events import to_output
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.kafka_producer import KafkaProducer
from runtime.postgres import connect_pool
from runtime.settings import Kafka, Postgres
from schemas import inputs, live
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingConfiguration, digest
from schemas.messages import Author, MessagePosted
from schemas.topics import MESSAGES, ROUTING_INPUTS
from schemas.vocabulary import ConsultEnd, JoinMode, LegKind, LegState, Refusal, RoutingStatus
from tests.support.gateway_service import Running, agent, processes, running_gateway, supervisor
from tests.support.stack import running_stack
from tests.support.waiting import eventually

SHOP = RoutingConfiguration(
    skills=("mandarin",),
    channels={"web_chat": ChannelSettings(units=25, wrap_up_ms=60_000)},
    queues={"orders": QueueSettings()},
    agents={
        "ana": AgentSettings(queues={"orders": 1}, skills={"mandarin": 5}),
        "bo": AgentSettings(queues={"orders": 2}),
    },
)


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    """A broker of this file's own: on the shared one others answer in the router's place, which a real one refuses."""
    with running_stack(only=("kafka",)) as running:
        yield running.endpoints.kafka


@pytest.fixture(scope="module")
def router(kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A real router and a real view stage."""
    environ = {"KAFKA_BOOTSTRAP_SERVERS": kafka, "HUBLINE_VIEW_SNAPSHOT_EVERY_MS": "500"}
    folder = tmp_path_factory.mktemp("router")
    with processes(folder, environ, "streams.routing", "streams.view"):
        yield


@pytest.fixture
def broker(kafka: str) -> KafkaConnection:
    return KafkaConnection(Kafka(bootstrap_servers=kafka), SystemClock(), "test")


@contextlib.asynccontextmanager
async def a_producer(broker: KafkaConnection) -> AsyncIterator[KafkaProducer]:
    producer = broker.producer()
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def a_shop(producer: KafkaProducer) -> str:
    """A new workspace with its configuration in the log."""
    workspace = random_id("shop")
    patch = msgspec.json.encode(msgspec.to_builtins(SHOP)).decode()
    published = inputs.ConfigurationPublished(
        workspace=workspace,
        command_id=random_id("k"),
        version=1,
        base_version=0,
        digest=digest(SHOP),
        patch=patch,
    )
    await put(producer, published)
    return workspace


async def put(producer: KafkaProducer, *events: inputs.InputsTopicEvent) -> None:
    await producer.send(
        [
            to_output(event, ROUTING_INPUTS, key=event.workspace, event_id=random_id("e"), source="/tests")
            for event in events
        ]
    )


def a_chat(workspace: str, interaction_id: str) -> inputs.InteractionIdentified:
    return inputs.InteractionIdentified(
        workspace=workspace,
        interaction_id=interaction_id,
        adapter="web",
        instance="web-1",
        channel="web_chat",
        queue="orders",
        requirements={"mandarin": 3},
    )


async def test_a_contact_is_offered_accepted_answered_and_wrapped_up_over_sockets(
    broker: KafkaConnection, router: None
) -> None:
    async with a_producer(broker) as producer, running_gateway(broker) as running:
        workspace = await a_shop(producer)
        frames: list[live.ServerFrame] = []
        ana = running.client(agent(workspace, "ana"))
        sue = running.client(supervisor(workspace), on_frame=frames.append)
        async with until_known(running, workspace), ana.running(), sue.running():
            await ana.until(lambda m: m.agents["ana"].routing_status is RoutingStatus.IDLE)
            await put(producer, a_chat(workspace, "i1"))
            [offer] = await ana.until(lambda m: m.offers_to("ana"))
            assert offer.why is not None
            assert offer.why.requirements == {"mandarin": 3}
            assert (await ana.do(live.Accept(offer_id=offer.offer_id))).outcome is live.Outcome.APPLIED
            [leg] = await ana.until(lambda m: m.legs_of("ana"))
            assert leg.state is LegState.CONNECTED
            assert (await ana.say(leg.leg_id, "你好")).outcome is live.Outcome.APPLIED
            await ana.until(lambda m: [one.text for one in m.transcript("i1")] == ["你好"])
            assert (await ana.do(live.End(leg_id=leg.leg_id))).outcome is live.Outcome.APPLIED
            await ana.until(lambda m: m.legs[leg.leg_id].state is LegState.WRAP_UP)
            wish = live.FinishWrapUp(leg_id=leg.leg_id, disposition="sold")
            assert (await ana.do(wish)).outcome is live.Outcome.APPLIED
            await ana.until(lambda m: not m.legs and not m.interactions)
            await sue.until(lambda m: not m.interactions and m.queues["orders"].waiting == 0)
            ends = [leg for frame in frames if isinstance(frame, live.Delta) for leg in frame.legs]
            assert ends[-1].state is LegState.COMPLETED
            assert ends[-1].disposition == "sold"


async def test_two_agents_consult_join_and_hand_over_over_their_own_sockets(
    broker: KafkaConnection, router: None
) -> None:
    async with a_producer(broker) as producer, running_gateway(broker) as running:
        workspace = await a_shop(producer)
        ana, bo = (running.client(agent(workspace, name)) for name in ("ana", "bo"))
        async with until_known(running, workspace), ana.running(), bo.running():
            await ana.until(lambda m: m.agents["ana"].routing_status is RoutingStatus.IDLE)
            await bo.until(lambda m: m.agents["bo"].routing_status is RoutingStatus.IDLE)
            await put(producer, a_chat(workspace, "i1"), a_chat(workspace, "i2"))
            for _ in ("i1", "i2"):
                [offer, *_] = await ana.until(lambda m: m.offers_to("ana"))
                await applied(ana, live.Accept(offer_id=offer.offer_id))
            await ana.until(lambda m: len(m.legs_of("ana")) == 2)

            await consult(ana, bo, "i1")
            assert (await bo.say("i1.2", "hello")).reason is Refusal.WRONG_STATE
            await applied(ana, live.FinishConsult(leg_id="i1.1", how=ConsultEnd.JOIN))
            await bo.until(lambda m: m.legs["i1.2"].join_mode is JoinMode.BARGE)
            await applied_message(bo, "i1.2", "hello from both of us")
            await ana.until(lambda m: [one.text for one in m.transcript("i1")] == ["hello from both of us"])
            await applied(ana, live.LeaveConference(leg_id="i1.1"))
            await bo.until(lambda m: "i1.2" not in m.legs and m.legs["i1.3"].state is LegState.CONNECTED)
            assert (bo.mirror.legs["i1.3"].kind, bo.mirror.legs["i1.3"].continues) == (LegKind.MAIN, 2)
            await ana.until(lambda m: m.legs["i1.1"].state is LegState.WRAP_UP)

            await consult(ana, bo, "i2")
            await applied(ana, live.FinishConsult(leg_id="i2.1", how=ConsultEnd.COMPLETE))
            await bo.until(lambda m: {"i1.3", "i2.3"} <= {leg.leg_id for leg in m.legs_of("bo")})
            for leg_id in ("i1.1", "i2.1"):
                await applied(ana, live.FinishWrapUp(leg_id=leg_id))
            await ana.until(lambda m: not m.legs and not m.interactions)
            assert (await bo.do(live.LeaveConference(leg_id="i2.3"))).reason is Refusal.WRONG_STATE


async def consult(asks: AgentClient, is_asked: AgentClient, interaction_id: str) -> None:
    """bo is asked about the contact, sees whose it is, and takes it."""
    await applied(asks, live.StartConsult(leg_id=f"{interaction_id}.1", to_agent="bo"))
    await asks.until(lambda m: f"{interaction_id}.2" in m.legs)
    [offer] = await is_asked.until(lambda m: m.offers_to("bo"))
    assert offer.why is not None
    assert offer.why.relaxations == ("consulted_agent",)
    assert is_asked.mirror.legs[f"{interaction_id}.1"].agent_id == "ana"
    await applied(is_asked, live.Accept(offer_id=offer.offer_id))
    await asks.until(lambda m: m.legs[f"{interaction_id}.2"].agent_id == "bo")


async def applied(client: AgentClient, do: live.AnyDo) -> None:
    result = await client.do(do)
    assert result.outcome is live.Outcome.APPLIED, result


async def applied_message(client: AgentClient, leg_id: str, text: str) -> None:
    result = await client.say(leg_id, text)
    assert result.outcome is live.Outcome.APPLIED, result


async def test_a_command_is_refused_with_its_reason_and_repeated_with_the_same_result(
    broker: KafkaConnection, router: None
) -> None:
    async with a_producer(broker) as producer, running_gateway(broker) as running:
        workspace = await a_shop(producer)
        results: list[live.ServerFrame] = []
        bo = running.client(agent(workspace, "bo"), on_frame=results.append)
        async with until_known(running, workspace), bo.running():
            command = live.Command(command_id="k_the_same", do=live.Accept(offer_id="i9.1/1"))
            await bo.send(command)
            await bo.until(lambda _: [one for one in results if isinstance(one, live.Result)])
            await bo.send(command)
            await bo.until(lambda _: len([one for one in results if isinstance(one, live.Result)]) == 2)
            first, second = (one for one in results if isinstance(one, live.Result))
            assert first.outcome is live.Outcome.REFUSED
            assert first == second


async def test_a_gateway_starts_from_the_view_s_snapshots_and_shows_what_was_before_it(
    broker: KafkaConnection, router: None
) -> None:
    async with a_producer(broker) as producer:
        workspace = await a_shop(producer)
        await put(producer, a_chat(workspace, "i1"), a_chat(workspace, "i2"))
        async with running_gateway(broker, incarnation=7) as running, until_known(running, workspace):
            sue = running.client(supervisor(workspace))
            async with sue.running():
                seen = await sue.until(lambda m: m.queues["orders"].waiting == 2 and set(m.interactions))
                assert seen == {"i1", "i2"}


async def test_two_gateways_show_the_same_and_a_client_goes_on_at_the_other(
    broker: KafkaConnection, router: None
) -> None:
    async with (
        a_producer(broker) as producer,
        running_gateway(broker) as one,
        running_gateway(broker, incarnation=2) as two,
    ):
        workspace = await a_shop(producer)
        async with until_known(one, workspace), until_known(two, workspace):
            here = one
            sue = one.client(supervisor(workspace))

            async def ticket() -> str:
                return here.desk.ticket(supervisor(workspace))

            sue = type(sue)(lambda: here.url, ticket)
            async with sue.running():
                await put(producer, a_chat(workspace, "i1"))
                await sue.until(lambda m: "i1" in m.interactions)
                here = two
                await put(producer, a_chat(workspace, "i2"))
                for session in list(one.gateway.sockets.open_sessions()):
                    one.gateway.sockets.too_slow(session)
                await sue.until(lambda m: "i2" in m.interactions and sue.connections == 2)
                assert set(sue.mirror.interactions) == {"i1", "i2"}


async def test_messages_come_with_the_transcript_and_go_on_from_there(
    broker: KafkaConnection, router: None, database_url: str
) -> None:
    async with (
        a_producer(broker) as producer,
        connect_pool(Postgres(url=database_url)) as pool,
        running_gateway(broker, records=PostgresRecords(pool)) as running,
    ):
        workspace = await a_shop(producer)
        interaction_id = random_id("i")
        await post(producer, workspace, interaction_id, "m1", "first")
        async with until_known(running, workspace):
            sue = running.client(supervisor(workspace), Wishes(subscribe=True))
            async with sue.running():
                await put(producer, a_chat(workspace, interaction_id))
                await sue.until(lambda m: [one.text for one in m.transcript(interaction_id)] == ["first"])
                await post(producer, workspace, interaction_id, "m2", "second")
                await post(producer, workspace, interaction_id, "m2", "second")
                await sue.until(lambda m: [one.text for one in m.transcript(interaction_id)] == ["first", "second"])
                details = await sue.until(lambda m: m.details.get(interaction_id))
                assert details.state is live.DetailsState.UNKNOWN


async def post(producer: KafkaProducer, workspace: str, interaction_id: str, message_id: str, text: str) -> None:
    message = MessagePosted(
        workspace=workspace,
        interaction_id=interaction_id,
        message_id=message_id,
        author=Author.CUSTOMER,
        sent_at_ms=1,
        text=text,
    )
    output = to_output(message, MESSAGES, key=interaction_id, event_id=message_id, source="/tests")
    await producer.send([output])


@contextlib.asynccontextmanager
async def until_known(running: Running, workspace: str) -> AsyncIterator[None]:
    """From when this gateway knows the workspace's configuration and agents."""
    known = running.gateway.follower.workspaces

    def ready() -> bool:
        return workspace in known and known[workspace].is_known and len(known[workspace].view.agents) == 2

    await eventually(ready, within_s=60)
    yield
