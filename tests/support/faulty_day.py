"""A day of two workspaces in one partition as routing inputs: contacts offered, accepted, ended, wrapped up, left."""

from __future__ import annotations

from collections.abc import Sequence

from deploy.routing_log import partition_for
from runtime.broker import Broker
from runtime.events import to_output
from runtime.ids import random_id
from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    canonical,
    digest,
)
from schemas.interactions import CustomerLeft
from schemas.topics import ROUTING_INPUTS, WORKSPACE_PARTITIONS
from tests.support.broker_suite import producing

CONFIGURATION = RoutingConfiguration(
    channels={"web_chat": ChannelSettings(units=50)},
    queues={"orders": QueueSettings()},
    agents={"ana": AgentSettings(queues={"orders": 1}), "bo": AgentSettings(queues={"orders": 2})},
)


def two_workspaces() -> tuple[str, str]:
    """New names that fall into one partition."""
    first = random_id("a")
    others = (random_id("b") for _ in range(WORKSPACE_PARTITIONS * 100))
    return first, next(name for name in others if partition_for(name) == partition_for(first))


def morning(workspace: str) -> list[inputs.InputsTopicEvent]:
    """The configuration and the agents' sessions."""
    published = inputs.ConfigurationPublished(
        workspace=workspace,
        command_id=random_id("k"),
        version=1,
        base_version=0,
        digest=digest(CONFIGURATION),
        patch=canonical(CONFIGURATION).decode(),
    )
    sessions = [
        inputs.AgentSessionOpened(workspace=workspace, agent_id=name, gateway="g", incarnation=1, session=f"s-{name}")
        for name in CONFIGURATION.agents
    ]
    return [published, inputs.GatewayStarted(workspace=workspace, gateway="g", incarnation=1), *sessions]


def contacts(workspace: str, first: int, count: int) -> list[inputs.InputsTopicEvent]:
    """Contacts from their arrival to their end; every fifth customer leaves early. Both agents try to accept each."""
    made: list[inputs.InputsTopicEvent] = []
    for number in range(first, first + count):
        name = f"c{number}"
        made.append(
            inputs.InteractionIdentified(
                workspace=workspace,
                interaction_id=name,
                adapter="web",
                instance="web-1",
                channel="web_chat",
                queue="orders",
            )
        )
        if number % 5 == 4:
            made.append(CustomerLeft(workspace=workspace, interaction_id=name))
            continue
        for agent in CONFIGURATION.agents:
            made.append(_command(inputs.AcceptOffer, workspace, agent, offer_id=f"{name}.1/1"))
            made.append(_command(inputs.EndInteraction, workspace, agent, leg_id=f"{name}.1"))
            made.append(_command(inputs.FinishWrapUp, workspace, agent, leg_id=f"{name}.1"))
    return made


async def append(broker: Broker, events: Sequence[inputs.InputsTopicEvent]) -> None:
    """Into the routing log; returns when the broker has acknowledged."""
    async with producing(broker) as producer:
        await producer.send(
            [
                to_output(event, ROUTING_INPUTS, key=event.workspace, event_id=random_id("e"), source="/tests")
                for event in events
            ]
        )


def _command(kind: type[inputs.AgentCommand], workspace: str, agent: str, **values: str) -> inputs.InputsTopicEvent:
    made: inputs.InputsTopicEvent = kind(workspace=workspace, command_id=random_id("k"), agent_id=agent, **values)  # type: ignore[assignment]
    return made
