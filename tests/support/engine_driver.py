"""An engine and short words to drive it with: what does not matter to a test stays out of it."""

from __future__ import annotations

from typing import Any, TypeVar

from schemas import inputs, interactions
from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration, canonical, diff_patch, digest
from schemas.decisions import CommandRefused, Decision, OfferMade
from schemas.vocabulary import Fault, Refusal
from streams.routing.engine import Engine
from streams.routing.model import Agent, Interaction, Leg
from streams.routing.rules import ENGINE_VERSION
from streams.routing.world import World

WORKSPACE = "bookcity"
START_MS = 1_000_000
D = TypeVar("D", bound=Decision)


def a_configuration(*agents: str, **more: Any) -> RoutingConfiguration:
    """One queue `service`, served by these agents."""
    values: dict[str, Any] = {
        "queues": {"service": QueueSettings()},
        "agents": {name: AgentSettings(queues={"service": 1}) for name in agents},
    }
    return RoutingConfiguration(**(values | more))


class Driver:
    """Feeds an engine; `decisions` are those of the last input."""

    def __init__(self, configuration: RoutingConfiguration | None = None, engine: Engine | None = None) -> None:
        self.engine = engine or Engine(WORKSPACE)
        self.now_ms = START_MS
        self.offset = self.engine.offset
        self.decisions: tuple[Decision, ...] = ()
        self.log: list[tuple[int, int, Any]] = []
        self.configuration = RoutingConfiguration()
        if configuration is not None:
            self.configure(configuration)

    @property
    def world(self) -> World:
        return self.engine.world

    def feed(self, event: Any) -> tuple[Decision, ...]:
        self.offset += 1
        self.log.append((self.offset, self.now_ms, event))
        self.decisions = self.engine.apply(event, offset=self.offset, stamp_ms=self.now_ms)
        return self.decisions

    def command(self, kind: type[inputs.Command], **values: Any) -> tuple[Decision, ...]:
        values.setdefault("command_id", f"command-{self.offset + 1}")
        return self.feed(kind(workspace=WORKSPACE, **values))

    def configure(self, wanted: RoutingConfiguration, **values: Any) -> tuple[Decision, ...]:
        import msgspec

        old, new = (msgspec.json.decode(canonical(one)) for one in (self.configuration, wanted))
        version = self.world.policy.version
        said = {
            "version": version + 1,
            "base_version": version,
            "digest": digest(wanted),
            "patch": msgspec.json.encode(diff_patch(old, new)).decode(),
        }
        self.configuration = wanted
        return self.command(inputs.ConfigurationPublished, **(said | values))

    def login(self, *agents: str, gateway: str = "g", incarnation: int = 1) -> None:
        for agent in agents:
            self.session(agent, gateway=gateway, incarnation=incarnation)

    def session(
        self, agent: str, *, opened: bool = True, gateway: str = "g", incarnation: int = 1, **more: Any
    ) -> None:
        kind: Any = inputs.AgentSessionOpened if opened else inputs.AgentSessionClosed
        more.setdefault("session", f"session-of-{agent}")
        self.feed(kind(workspace=WORKSPACE, agent_id=agent, gateway=gateway, incarnation=incarnation, **more))

    def upgrade(self) -> tuple[Decision, ...]:
        """The log goes on under the newest rules; an engine that has them already says nothing."""
        return self.feed(inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION))

    def alive(self, gateway: str = "g", incarnation: int = 1) -> None:
        self.feed(inputs.GatewayAlive(workspace=WORKSPACE, gateway=gateway, incarnation=incarnation))

    def arrive(self, contact: str = "c1", queue: str | None = "service", **more: Any) -> tuple[Decision, ...]:
        values: dict[str, Any] = {"adapter": "line", "instance": "line-1", "channel": "phone"}
        event = inputs.InteractionIdentified(
            workspace=WORKSPACE, interaction_id=contact, queue=queue, **(values | more)
        )
        return self.feed(event)

    def leave(self, contact: str = "c1", **more: Any) -> tuple[Decision, ...]:
        return self.feed(interactions.CustomerLeft(workspace=WORKSPACE, interaction_id=contact, **more))

    def fail(self, contact: str = "c1", fault: Fault = Fault.AGENT) -> tuple[Decision, ...]:
        leg_id = f"{contact}.{self.leg(contact).number}"
        return self.feed(
            interactions.ChannelFailed(workspace=WORKSPACE, interaction_id=contact, leg_id=leg_id, fault=fault)
        )

    def accept(self, contact: str = "c1", agent: str = "ana") -> tuple[Decision, ...]:
        return self.command(inputs.AcceptOffer, agent_id=agent, offer_id=self.offer(contact))

    def reject(self, contact: str = "c1", agent: str = "ana") -> tuple[Decision, ...]:
        return self.command(inputs.RejectOffer, agent_id=agent, offer_id=self.offer(contact))

    def about(self, kind: type[inputs.LegCommand], contact: str = "c1", agent: str = "ana", **more: Any) -> None:
        self.command(kind, agent_id=agent, leg_id=f"{contact}.{self.leg(contact).number}", **more)

    def end(self, contact: str = "c1", agent: str = "ana") -> None:
        self.about(inputs.EndInteraction, contact, agent)

    def tick(self) -> tuple[Decision, ...]:
        return self.feed(inputs.TimeAdvanced(workspace=WORKSPACE))

    def attend(self, for_ms: int) -> list[Decision]:
        """Time passes with a tick and a sign of the gateway every second; the decisions of all of it."""
        until = self.now_ms + for_ms
        found: list[Decision] = list(self.tick())
        while self.now_ms < until:
            self.now_ms = min(until, self.now_ms + 1_000)
            self.alive()
            found += self.decisions
            found += self.tick()
        return found

    def interaction(self, contact: str = "c1") -> Interaction:
        return self.world.interactions[contact]

    def leg(self, contact: str = "c1") -> Leg:
        return self.interaction(contact).main

    def agent(self, name: str = "ana") -> Agent:
        return self.world.agents[name]

    def offer(self, contact: str = "c1") -> str:
        leg = self.leg(contact)
        return f"{contact}.{leg.number}/{leg.offers}"

    def said(self, kind: type[D]) -> list[D]:
        """Those of the last input's decisions that are of a kind."""
        return [decision for decision in self.decisions if isinstance(decision, kind)]

    def offered(self) -> list[tuple[str, str]]:
        """The last input's offers: contact and agent."""
        return [(one.offer.interaction_id, one.offer.agent_id) for one in self.said(OfferMade) if one.offer]

    def refusal(self) -> Refusal | None:
        """Why the last command was refused."""
        found = self.said(CommandRefused)
        return found[0].reason if found else None


def a_connected_call(*agents: str, **more: Any) -> Driver:
    """`c1` is connected with the first agent; further agents are signed in."""
    driver = Driver(a_configuration(*(agents or ("ana",)), **more))
    driver.login(*(agents or ("ana",)))
    driver.arrive()
    driver.accept(agent=(agents or ("ana",))[0])
    return driver
