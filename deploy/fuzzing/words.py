"""What a written log is made of: who and what is spoken of, and the inputs that say it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import msgspec

from deploy.fuzzing import companies
from schemas import ids, inputs, interactions
from schemas.configuration import RoutingConfiguration, canonical, diff_patch, digest
from schemas.inputs import InputsTopicEvent
from schemas.interactions import Source
from schemas.vocabulary import LegState
from streams.routing.engine import Engine
from streams.routing.legs import IN_HAND
from streams.routing.model import Interaction, Leg

WORKSPACE = "fuzz"
START_MS = 1_800_000_000_000
GATEWAYS = ("g", "h")
LATEST = 6
TALKING = (LegState.CONNECTED, LegState.ON_HOLD)
"""So many of the newest contacts are most often spoken of."""
CROWDS = (2, 4, 8, 24)
"""At so many contacts at once no more arrive: where agents are idle other things happen than where all are busy."""
WORDS = ("available", "available", "available", "available", "busy", "lunch", "offline", "dancing")

Inputs = Iterator[InputsTopicEvent]


class Words:
    """Picks from the state of `engine`, and from what was said. `now_ms` is the broker's clock."""

    def __init__(self, chance: random.Random, engine: Engine) -> None:
        self.chance = chance
        self.engine = engine
        self.now_ms = START_MS
        self.configuration = RoutingConfiguration()
        self.crowded = chance.choice(CROWDS)
        self.contacts = 0
        self.commands = 0
        self.said: list[InputsTopicEvent] = []
        self.marks: dict[str, int] = {}
        self.incarnations = dict.fromkeys(GATEWAYS, 1)
        self.silent: set[str] = set()

    def _note(self, event: InputsTopicEvent) -> None:
        if isinstance(event, inputs.Command | inputs.InteractionIdentified | interactions.CustomerLeft):
            self.said.append(event)
            del self.said[:-20]

    def _command(self, kind: Any, **values: Any) -> Any:
        self.commands += 1
        return kind(workspace=WORKSPACE, command_id=f"command-{self.commands}", actor="somebody", **values)

    def _about(self, kind: Any, interaction: Interaction, leg: Leg, **values: Any) -> Any:
        leg_id = ids.leg_id(interaction.interaction_id, leg.number)
        return self._command(kind, agent_id=self._holder(leg), leg_id=leg_id, **values)

    def _of_leg(self, kind: Any, *states: LegState, **values: Any) -> Inputs:
        """A command about somebody's leg, mostly one in a state in which it can be done."""
        found = self._leg(*states) if self.chance.random() < 0.85 else self._leg(*IN_HAND)
        if found is not None:
            yield self._about(kind, *found, **values)

    def _configure(self, wanted: RoutingConfiguration) -> Inputs:
        old, new = (msgspec.json.decode(canonical(one)) for one in (self.configuration, wanted))
        version = self.engine.world.policy.version
        text = msgspec.json.encode(diff_patch(old, new)).decode()
        parts = self.chance.choice([1, 1, 2]) if len(text) > 1 else 1
        cut = len(text) // parts
        said: dict[str, Any] = {
            "version": version + 1,
            "base_version": version,
            "digest": digest(wanted),
            "parts": parts,
        }
        command_id = f"configuration-{version + 1}-{self.commands}"
        pieces = [text] if parts == 1 else [text[:cut], text[cut:]]
        for part, piece in enumerate(pieces, 1):
            yield inputs.ConfigurationPublished(
                workspace=WORKSPACE, command_id=command_id, patch=piece, part=part, **said
            )
        self.configuration = wanted

    def _session(self, kind: Any, agent: str) -> Any:
        gateway = self.chance.choice(GATEWAYS)
        incarnation = self.incarnations[gateway] - (self.chance.random() < 0.05)
        more = {"status": self.chance.choice([None, None, *WORDS])} if kind is inputs.AgentSessionOpened else {}
        return kind(
            workspace=WORKSPACE,
            agent_id=agent,
            gateway=gateway,
            incarnation=incarnation,
            session=self.chance.choice(["one", "two"]),
            **more,
        )

    def _of_gateway(self, kind: Any, gateway: str) -> Any:
        return kind(workspace=WORKSPACE, gateway=gateway, incarnation=self.incarnations[gateway])

    def _source(self, name: str) -> Source | None:
        if self.chance.random() < 0.5:
            return None
        mark = self.marks.get(name, 0) + (self.chance.random() < 0.97)
        self.marks[name] = mark
        return Source(name=name, partition=0, offset=mark)

    def _requirements(self) -> dict[str, int]:
        return self.chance.choice([{}, {}, {}, {"mandarin": 1}, {"refunds": 2}, {"mandarin": 2, "refunds": 1}])

    def _agent(self) -> str:
        return self.chance.choice([*companies.AGENTS, *companies.AGENTS, "nobody"])

    def _present(self) -> str:
        """Somebody on queue, if there is anybody."""
        found = [name for name, agent in self.engine.world.agents.items() if agent.code_now >= 0]
        return self.chance.choice(found or [self._agent()])

    def _queue(self) -> str:
        return self.chance.choice([*companies.QUEUES, *companies.QUEUES, "nowhere"])

    def _holder(self, leg: Leg) -> str:
        return self._agent() if leg.agent_id is None or self.chance.random() < 0.05 else leg.agent_id

    def _contact(self) -> str:
        live = self.engine.world.interactions
        if live and self.chance.random() < 0.7:
            return self.chance.choice(list(live))
        return f"c{max(1, self.contacts + 1 - self.chance.randrange(LATEST))}"

    def _leg(self, *states: LegState) -> tuple[Interaction, Leg] | None:
        found = [
            (interaction, leg)
            for interaction in self.engine.world.interactions.values()
            for leg in interaction.all_legs()
            if leg.state in states
        ]
        return self.chance.choice(found) if found else None
