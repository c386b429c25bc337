"""A center in which many wait: agents who are all busy, and contacts of many kinds behind them. Pure: chance comes from a seed.

Each step is one contact's worth of work while as many wait as before: an agent ends what he has, gets the contact that
goes first among those he may take, accepts it; and another contact arrives. So after n steps n contacts have gone all
the way from arrival to end.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any, Final

import msgspec

from schemas import inputs
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    canonical,
    digest,
)
from schemas.decisions import OfferMade
from streams.routing.engine import Engine
from streams.routing.rules import ENGINE_VERSION

WORKSPACE: Final = "crowd"
GATEWAY: Final = "gateway-1"
CHANNEL: Final = "phone"
QUEUES: Final = 20
SKILLS: Final = 50
LEVEL: Final = 2
"""What a contact asks for, if it asks for a skill."""
TICK_MS: Final = 1_000
ALIVE_MS: Final = 5_000


class Size(msgspec.Struct, frozen=True):
    """How many wait, and how many agents there are."""

    waiting: int
    agents: int


class Wish(msgspec.Struct, frozen=True):
    """What a contact asks for: a queue and perhaps a skill."""

    queue: int
    skill: int | None


class Person(msgspec.Struct, frozen=True):
    """What an agent can do: queues, and levels by skill."""

    queues: tuple[int, ...]
    skills: dict[int, int]


def people(count: int, seed: int = 1) -> list[Person]:
    """Agents on three queues with five skills each."""
    chance = random.Random(seed)
    return [
        Person(
            tuple(chance.sample(range(QUEUES), 3)),
            {skill: chance.randint(LEVEL, 5) for skill in chance.sample(range(SKILLS), 5)},
        )
        for _ in range(count)
    ]


class Wishes:
    """What contacts ask for, one after the other: a queue of somebody's, and half of them a skill of the same one's."""

    def __init__(self, staff: list[Person], seed: int = 1) -> None:
        self._staff = staff
        self._chance = random.Random(seed)

    def next(self) -> Wish:
        chance = self._chance
        person = chance.choice(self._staff)
        skill = chance.choice(list(person.skills)) if chance.random() < 0.5 else None
        return Wish(chance.choice(person.queues), skill)


def configuration(staff: list[Person]) -> RoutingConfiguration:
    """The center as the engine has it; deadlines are long and there is no wrap-up."""
    return RoutingConfiguration(
        skills=tuple(f"skill-{number}" for number in range(SKILLS)),
        channels={CHANNEL: ChannelSettings(units=100, offer_timeout_ms=3_600_000, wrap_up_ms=0)},
        queues={f"queue-{number}": QueueSettings() for number in range(QUEUES)},
        agents={
            name_of(number): AgentSettings(
                skills={f"skill-{skill}": level for skill, level in person.skills.items()},
                queues={f"queue-{queue}": 1 for queue in person.queues},
            )
            for number, person in enumerate(staff)
        },
    )


def opening(staff: list[Person]) -> list[Any]:
    """The first inputs: the newest rules, and the configuration."""
    wanted = configuration(staff)
    published = inputs.ConfigurationPublished(
        workspace=WORKSPACE,
        command_id="configuration",
        version=1,
        base_version=0,
        digest=digest(wanted),
        patch=canonical(wanted).decode(),
    )
    return [inputs.EngineUpgraded(workspace=WORKSPACE, version=ENGINE_VERSION), published]


def sessions(staff: list[Person]) -> list[Any]:
    """Everyone comes to work, at one gateway."""
    return [
        inputs.GatewayStarted(workspace=WORKSPACE, gateway=GATEWAY, incarnation=1),
        *(
            inputs.AgentSessionOpened(
                workspace=WORKSPACE, agent_id=name_of(number), gateway=GATEWAY, incarnation=1, session=f"s-{number}"
            )
            for number in range(len(staff))
        ),
    ]


def name_of(number: int) -> str:
    """An agent's id."""
    return f"agent-{number}"


def arrival(number: int, wish: Wish) -> inputs.InteractionIdentified:
    """The `number`-th contact."""
    return inputs.InteractionIdentified(
        workspace=WORKSPACE,
        interaction_id=f"i_{_digits(number)}",
        adapter="sip",
        instance="sip-1",
        channel=CHANNEL,
        queue=f"queue-{wish.queue}",
        customer_id=f"c_{_digits(-number)}",
        requirements={} if wish.skill is None else {f"skill-{wish.skill}": LEVEL},
    )


def _digits(number: int) -> str:
    """Thirty digits that look like chance, as those of real ids: they cannot be pressed into less."""
    return hashlib.blake2b(str(number).encode(), digest_size=15).hexdigest()


class Crowd:
    """The engine with everyone busy and so many waiting. Every decision is encoded, as for the log."""

    def __init__(self, size: Size, seed: int = 1) -> None:
        self.engine = Engine.of_log(WORKSPACE)
        self.offset = 0
        self._stamp_ms = 1_000_000
        self._tick_ms = self._alive_ms = 0
        self._arrived = self._commands = 0
        self._held: dict[str, str] = {}
        self._ringing: list[tuple[str, str]] = []
        staff = people(size.agents, seed)
        self._wishes = Wishes(staff, seed)
        self._encoder = msgspec.json.Encoder()
        for event in [*opening(staff), *sessions(staff)]:
            self._take(event)
        while self.engine.world.accepted - len(self._held) < size.waiting:
            self._arrive()
            self._accept()

    def step(self) -> None:
        """One contact's worth of work."""
        agent = next(iter(self._held))
        self._take(self._command(inputs.EndInteraction, agent, leg_id=self._held.pop(agent)))
        self._accept()
        self._arrive()
        self._accept()

    def _arrive(self) -> None:
        self._arrived += 1
        self._take(arrival(self._arrived, self._wishes.next()))

    def _accept(self) -> None:
        while self._ringing:
            agent, offer_id = self._ringing.pop()
            self._take(self._command(inputs.AcceptOffer, agent, offer_id=offer_id))
            self._held[agent] = offer_id.rpartition("/")[0]

    def _command(self, kind: Any, agent: str, **what: Any) -> Any:
        self._commands += 1
        return kind(workspace=WORKSPACE, command_id=f"k_{self._commands:030x}", actor=agent, agent_id=agent, **what)

    def _take(self, event: Any) -> None:
        self._stamp_ms += 1
        if self._stamp_ms >= self._tick_ms:
            self._tick_ms = self._stamp_ms + TICK_MS
            self._apply(inputs.TimeAdvanced(workspace=WORKSPACE))
        if self._stamp_ms >= self._alive_ms:
            self._alive_ms = self._stamp_ms + ALIVE_MS
            self._apply(inputs.GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=1))
        self._apply(event)

    def _apply(self, event: Any) -> None:
        encode = self._encoder.encode
        for decision in self.engine.apply(event, offset=self.offset, stamp_ms=self._stamp_ms):
            encode(decision)
            if type(decision) is OfferMade and decision.offer is not None:
                self._ringing.append((decision.offer.agent_id, decision.offer.offer_id))
        self.offset += 1
