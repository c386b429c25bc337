"""A center in which many wait: agents who are all busy, and contacts of many kinds behind them. Pure: chance comes from a seed.

Each step is one contact's worth of work while as many wait as before: an agent ends what he has, gets the contact that
goes first among those he may take, accepts it; and another contact arrives. So after n steps n contacts have gone all
the way from arrival to end.
"""

from __future__ import annotations

import hashlib
import itertools
import random
from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from bench.workload import LIVE_BATCH
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
Keep = Callable[[bytes], object]
"""Takes what is encoded."""


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


def forgotten(_encoded: bytes) -> None:
    """For who only wants decisions to be encoded."""


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
        self._take(self._ending(next(iter(self._held))))
        self._accept()
        self._arrive()
        self._accept()

    def live_step(self, hand_on: Keep) -> int:
        """The work of `LIVE_BATCH` contacts as it comes when people work: an offer is accepted only after it was handed on.

        Returns how many ended. `hand_on` is given all decisions of a batch, of at most `LIVE_BATCH` inputs, at once.
        """
        ending = list(itertools.islice(self._held, LIVE_BATCH))
        self._batch([self._ending(agent) for agent in ending], hand_on)
        self._batch(self._acceptances(), hand_on)
        self._batch([self._arrival() for _ in ending], hand_on)
        self._batch(self._acceptances(), hand_on)
        return len(ending)

    def _batch(self, events: Iterable[Any], hand_on: Keep) -> None:
        encoded: list[bytes] = []
        for event in events:
            self._take(event, encoded.append)
        if encoded:
            hand_on(b"\n".join(encoded))

    def _arrive(self) -> None:
        self._take(self._arrival())

    def _arrival(self) -> inputs.InteractionIdentified:
        self._arrived += 1
        return arrival(self._arrived, self._wishes.next())

    def _ending(self, agent: str) -> Any:
        return self._command(inputs.EndInteraction, agent, leg_id=self._held.pop(agent))

    def _accept(self) -> None:
        while self._ringing:
            for event in self._acceptances():
                self._take(event)

    def _acceptances(self) -> list[Any]:
        """What the agents who are offered something answer."""
        ringing, self._ringing = self._ringing, []
        self._held.update((agent, offer_id.rpartition("/")[0]) for agent, offer_id in ringing)
        return [self._command(inputs.AcceptOffer, agent, offer_id=offer_id) for agent, offer_id in ringing]

    def _command(self, kind: Any, agent: str, **what: Any) -> Any:
        self._commands += 1
        return kind(workspace=WORKSPACE, command_id=f"k_{self._commands:030x}", actor=agent, agent_id=agent, **what)

    def _take(self, event: Any, keep: Keep = forgotten) -> None:
        self._stamp_ms += 1
        if self._stamp_ms >= self._tick_ms:
            self._tick_ms = self._stamp_ms + TICK_MS
            self._apply(inputs.TimeAdvanced(workspace=WORKSPACE), keep)
        if self._stamp_ms >= self._alive_ms:
            self._alive_ms = self._stamp_ms + ALIVE_MS
            self._apply(inputs.GatewayAlive(workspace=WORKSPACE, gateway=GATEWAY, incarnation=1), keep)
        self._apply(event, keep)

    def _apply(self, event: Any, keep: Keep) -> None:
        encode = self._encoder.encode
        for decision in self.engine.apply(event, offset=self.offset, stamp_ms=self._stamp_ms):
            keep(encode(decision))
            if type(decision) is OfferMade and decision.offer is not None:
                self._ringing.append((decision.offer.agent_id, decision.offer.offer_id))
        self.offset += 1
