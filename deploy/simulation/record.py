"""What the demonstration's own people wrote down: senders their answers, sockets what they showed. Pure.

Nothing here asks the product afterwards: `lost` and `duplicated` follow from these records alone.
"""

from __future__ import annotations

import msgspec

from schemas.live import Delta, ServerFrame, Snapshot
from schemas.values import LegValue
from schemas.vocabulary import ENDED, HANDED_ON, LegKind, LegState

HOLDING = frozenset({LegState.CONNECTING, LegState.CONNECTED, LegState.ON_HOLD})
"""States in which the leg's agent has the customer."""
TALKING = HOLDING - {LegState.CONNECTING}
OVER = ENDED | {LegState.WRAP_UP}


class Accepted(msgspec.Struct, frozen=True):
    """An agent's acceptance that was applied: `seq` is the decision's."""

    agent_id: str
    offer_id: str
    seq: int


class Held(msgspec.Struct, frozen=True):
    """From when to when an agent's socket showed a leg as that agent's own: begun at `begun_seq` or before, and over
    only after `over_seq` (None = still held). `continues`: it goes on from that agent's part beside the owner before.
    """

    agent_id: str
    leg_id: str
    begun_seq: int
    over_seq: int | None = None
    continues: bool = False


class Left(msgspec.Struct, frozen=True):
    """An agent's socket showed between `after` and `seq` that a leg is not that agent's any more; `finished`: for good."""

    agent_id: str
    leg_id: str
    after: int
    seq: int
    finished: bool


class PostBook:
    """The senders' own record, of ids and of milliseconds of one clock."""

    def __init__(self) -> None:
        self.channels: dict[str, str] = {}
        self.due_ms: dict[str, float] = {}
        self.names: dict[str, str] = {}
        self.late_ms: list[float] = []
        self.answered_ms: dict[str, float] = {}
        self.posts = 0

    def planned(self, interaction_id: str, channel: str) -> None:
        """A contact is about to be posted."""
        self.channels[interaction_id] = channel

    def due(self, interaction_id: str, due_ms: float, at_ms: float) -> None:
        """A contact that was due then is begun at `at_ms`."""
        self.due_ms[interaction_id] = due_ms
        self.late_ms.append(max(0.0, at_ms - due_ms))

    def named(self, planned_id: str, interaction_id: str) -> None:
        """A contact that was planned under one id turned out to be another interaction; its records are its own."""
        self.names[planned_id] = interaction_id
        if planned_id in self.channels:
            self.channels[interaction_id] = self.channels.pop(planned_id)
        if planned_id in self.due_ms:
            self.due_ms[interaction_id] = self.due_ms.pop(planned_id)

    def id_of(self, planned_id: str) -> str:
        """The interaction that a planned contact is."""
        return self.names.get(planned_id, planned_id)

    def answered(self, interaction_id: str, at_ms: float) -> None:
        """A post was answered 202; the first answer counts."""
        self.answered_ms.setdefault(interaction_id, at_ms)


class ShownBook:
    """When any authorised socket first showed each contact."""

    def __init__(self) -> None:
        self.first_ms: dict[str, float] = {}

    def take(self, frame: ServerFrame, at_ms: float) -> None:
        """Notes every contact of a frame that came at `at_ms`."""
        if isinstance(frame, Snapshot | Delta):
            for interaction in frame.interactions:
                self.first_ms.setdefault(interaction.interaction_id, at_ms)


class TalkBook:
    """From when to when agents' own sockets showed that an agent has the customer, in milliseconds of one clock; who was
    `handed_on` waited once more. Who is not among the `connected` was put through at most.
    """

    def __init__(self) -> None:
        self.begun_ms: dict[str, float] = {}
        self.over_ms: dict[str, float] = {}
        self.taken_ms: list[float] = []
        self.handed_on: set[str] = set()
        self.connected: set[str] = set()

    def take(self, frame: ServerFrame, at_ms: float) -> None:
        """Takes in a frame of an agent's socket."""
        if not isinstance(frame, Snapshot | Delta):
            return
        for leg in frame.legs:
            if leg.kind is LegKind.MAIN and leg.reason in HANDED_ON:
                self.handed_on.add(leg.interaction_id)
            if leg.kind is LegKind.MAIN and leg.state in TALKING:
                self.connected.add(leg.interaction_id)
            if leg.kind is LegKind.MAIN and leg.state in HOLDING:
                self.begun_ms.setdefault(leg.interaction_id, at_ms)
            elif leg.kind is LegKind.MAIN and leg.state in OVER and leg.interaction_id in self.begun_ms:
                self.over_ms.setdefault(leg.interaction_id, at_ms)

    def took(self, length_ms: float) -> None:
        """From the frame that showed an offer to the answer that its acceptance was applied it took so long."""
        self.taken_ms.append(length_ms)


class EndBook:
    """What adapters were told of how their contacts ended, and when a customer's leaving was answered 202."""

    def __init__(self) -> None:
        self.ends: dict[str, dict[str, str]] = {}
        self.left_ms: dict[str, float] = {}

    def ended(self, leg: LegValue, decision_id: str) -> None:
        """An adapter was told that a main leg has ended; what is handed on goes on in another leg."""
        if leg.kind is LegKind.MAIN and leg.reason not in HANDED_ON:
            said = f"{leg.state}/{leg.reason or '-'}"
            self.ends.setdefault(leg.interaction_id, {})[decision_id] = said

    def left(self, interaction_id: str, at_ms: float) -> None:
        """The customer hung up; the first time counts."""
        self.left_ms.setdefault(interaction_id, at_ms)


class AgentBook:
    """What one agent's socket showed of that agent's own work; `seq` counts within one epoch."""

    def __init__(self, agent_id: str) -> None:
        self.agent_id = agent_id
        self.offers: set[str] = set()
        self.accepted: list[Accepted] = []
        self.held: list[Held] = []
        self.left: list[Left] = []
        self._holding: dict[str, Held] = {}
        self._seq = 0

    def accepts(self, offer_id: str, seq: int) -> None:
        """The agent's acceptance was applied by that decision."""
        self.accepted.append(Accepted(self.agent_id, offer_id, seq))

    def take(self, frame: ServerFrame) -> None:
        """Takes in a frame of the agent's socket."""
        if not isinstance(frame, Snapshot | Delta):
            return
        after = frame.after if isinstance(frame, Delta) else self._seq
        self.offers.update(one.offer_id for one in frame.offers if one.agent_id == self.agent_id)
        shown = {leg.leg_id: leg for leg in frame.legs if leg.kind is LegKind.MAIN}
        gone: dict[str, LegValue | None] = {
            leg_id: leg for leg_id, leg in shown.items() if not self._keeps(leg, frame.seq)
        }
        if isinstance(frame, Delta):
            gone |= {leg_id: shown.get(leg_id) for leg_id in frame.removed.legs}
        else:
            gone |= {leg_id: None for leg_id in self._holding if leg_id not in shown}
        for leg_id, last in gone.items():
            self._gone(leg_id, after, frame.seq, last)
        self._seq = frame.seq

    def all_held(self) -> list[Held]:
        """What was held and what is held still."""
        return [*self.held, *self._holding.values()]

    def _keeps(self, leg: LegValue, seq: int) -> bool:
        """Whether the leg is the agent's own, or only offered to the agent."""
        if leg.agent_id == self.agent_id and leg.state in HOLDING:
            held = Held(self.agent_id, leg.leg_id, seq, continues=leg.continues is not None)
            self._holding.setdefault(leg.leg_id, held)
            return True
        return leg.state is LegState.OFFERED and leg.leg_id not in self._holding

    def _gone(self, leg_id: str, after: int, seq: int, last: LegValue | None) -> None:
        begun = self._holding.pop(leg_id, None)
        if begun is not None:
            self.held.append(msgspec.structs.replace(begun, over_seq=after))
        finished = last is not None and last.state in OVER and last.reason not in HANDED_ON
        self.left.append(Left(self.agent_id, leg_id, after, seq, finished))
