"""The whole state as chunks of bytes, and back. `restore(take(state))` is the same state: it goes on identically.

A chunk is one section's number and a batch of its records in MessagePack, well below a broker's record limit. The
head counts the records, so that a missing chunk is noticed. What is derived (lanes, audiences, room) is made anew.
Equal states give equal bytes: everything is kept in an order that follows from the log.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from schemas.configuration import AgentSettings, RoutingConfiguration, canonical
from schemas.vocabulary import LegState, RoutingStatus
from streams.routing import configure, matching
from streams.routing.memory import Basket, Held
from streams.routing.model import Agent, Gateway, Interaction, Leg, Profile, Queue, Session, Stopped, Successor, WorkKey
from streams.routing.patches import Parts
from streams.routing.restoring import Restored
from streams.routing.resuming import Abandoned, Abandonments
from streams.routing.timers import Timer
from streams.routing.world import World

FORMAT: Final = 1


class Section(enum.IntEnum):
    """What a chunk holds."""

    HEAD = 0
    CONFIGURATION = 1
    PROFILES = 2
    QUEUES = 3
    GATEWAYS = 4
    AGENTS = 5
    INTERACTIONS = 6
    TIMERS_LOG = 7
    TIMERS_ATTENDED = 8
    COMMANDS = 9
    ENDED = 10
    HELD = 11
    ABANDONED = 12


class Head(msgspec.Struct, omit_defaults=True):
    """The numbers of a workspace, and how many records of each section follow."""

    format: int
    workspace: str
    engine_version: int
    epoch: int
    seq: int
    offset: int
    clocks: tuple[int, int, int]
    version: int
    digest: str
    parts: Parts | None
    accepted: int
    ended: int
    offers_made: int
    timer_order: int
    retired: list[str]
    stopped: Stopped | None
    marks: dict[str, tuple[int, int]]
    baskets: list[int]
    records: dict[int, int]
    successors: dict[str, Successor] = {}


class AgentRecord(msgspec.Struct, omit_defaults=True):
    """What is kept of an agent; settings only of one who is no longer configured."""

    agent_id: str
    settings: AgentSettings | None
    status: str
    next_status: str | None
    not_responding: bool
    responds_timer: int
    sessions: list[Session]
    grace_timer: int
    routing_status: RoutingStatus
    since_ms: int
    idle_since_ms: int
    last_accepted_ms: int
    handled: dict[str, int]
    last_offered: dict[str, int]
    work: list[WorkKey]


RECORDS: Final[dict[Section, tuple[Any, int]]] = {
    Section.CONFIGURATION: (bytes, 1),
    Section.PROFILES: (tuple[Profile | None, int], 2_000),
    Section.QUEUES: (Queue, 2_000),
    Section.GATEWAYS: (tuple[str, Gateway], 10),
    Section.AGENTS: (AgentRecord, 500),
    Section.INTERACTIONS: (Interaction, 1_000),
    Section.TIMERS_LOG: (Timer, 5_000),
    Section.TIMERS_ATTENDED: (Timer, 5_000),
    Section.COMMANDS: (tuple[int, str], 5_000),
    Section.ENDED: (tuple[int, str], 5_000),
    Section.HELD: (tuple[int, str, Held], 500),
    Section.ABANDONED: (Abandoned, 2_000),
}
"""Of each section the type of its records and how many go into a chunk."""
ADDED: Final = frozenset({Section.ABANDONED})
"""Sections that came later: an empty one is left out, so that older fingerprints stay as they were."""
_SLICE_BYTES: Final = 256 * 1024
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODERS: Final = {section: msgspec.msgpack.Decoder(list[record]) for section, (record, _) in RECORDS.items()}  # type: ignore[valid-type]
_HEAD: Final = msgspec.msgpack.Decoder(Head)


def take(w: World) -> list[bytes]:
    """The state as chunks, the head first."""
    log, attended = w.timers.pending()
    text = canonical(w.policy.configuration)
    sections: dict[Section, Sequence[Any]] = {
        Section.CONFIGURATION: [text[at : at + _SLICE_BYTES] for at in range(0, len(text), _SLICE_BYTES)],
        Section.PROFILES: list(zip(w.profiles.table, w.profiles.uses, strict=True)),
        Section.QUEUES: list(w.queues.values()),
        Section.GATEWAYS: list(w.gateways.items()),
        Section.AGENTS: [_agent_record(agent) for agent in w.agents.values()],
        Section.INTERACTIONS: list(w.interactions.values()),
        Section.TIMERS_LOG: log,
        Section.TIMERS_ATTENDED: attended,
        Section.COMMANDS: [(basket.number, one) for basket in w.memory.baskets for one in basket.commands],
        Section.ENDED: [(basket.number, one) for basket in w.memory.baskets for one in basket.ended],
        Section.HELD: [(basket.number, one, held) for basket in w.memory.baskets for one, held in basket.held.items()],
        Section.ABANDONED: list(w.abandoned.values()),
    }
    sections = {section: records for section, records in sections.items() if records or section not in ADDED}
    head = _head(w, {int(section): len(records) for section, records in sections.items()})
    chunks = [bytes([Section.HEAD]) + _ENCODER.encode(head)]
    for section, records in sections.items():
        size = RECORDS[section][1]
        mark = bytes([section])
        chunks.extend(mark + _ENCODER.encode(records[at : at + size]) for at in range(0, len(records), size))
    return chunks


def fingerprint(w: World) -> str:
    """SHA-256 of the state, in hexadecimal."""
    digest = hashlib.sha256()
    for chunk in take(w):
        digest.update(chunk)
    return digest.hexdigest()


def load(chunks: Iterable[bytes]) -> World:
    """The state that `take` gave.

    Raises:
        ValueError: the chunks are not a whole snapshot of a known format.
    """
    found: dict[int, list[Any]] = {int(section): [] for section in RECORDS}
    work = Restored()
    head: Head | None = None
    try:
        for chunk in chunks:
            section = Section(chunk[0])
            if section is Section.HEAD:
                head = _HEAD.decode(chunk[1:])
            elif section is Section.INTERACTIONS:
                work.take(_DECODERS[section].decode(chunk[1:]))
            else:
                found[section].extend(_DECODERS[section].decode(chunk[1:]))
    except (msgspec.MsgspecError, IndexError) as error:
        raise ValueError(f"not a snapshot: {error}") from error
    if head is None or head.format != FORMAT:
        raise ValueError(f"not a snapshot of format {FORMAT}")
    read = {section: len(records) for section, records in found.items()} | {
        Section.INTERACTIONS: len(work.interactions)
    }
    if head.records != {section: count for section, count in read.items() if count or section not in ADDED}:
        raise ValueError("the snapshot is not whole")
    w = World(head.workspace, head.engine_version)
    _numbers(w, head)
    text = b"".join(found[Section.CONFIGURATION])
    configure.derive_policy(w, msgspec.json.decode(text, type=RoutingConfiguration), head.version)
    table = found[Section.PROFILES]
    w.profiles.restore([profile for profile, _ in table], [uses for _, uses in table], w.policy.channels)
    w.queues = {queue.queue: queue for queue in found[Section.QUEUES]}
    w.gateways = dict(found[Section.GATEWAYS])
    w.timers.log = found[Section.TIMERS_LOG]
    w.timers.attended = found[Section.TIMERS_ATTENDED]
    _memories(w, head, found)
    w.interactions.update(work.interactions)
    for interaction in work.naming:
        w.names.note(interaction)
    w.abandoned = Abandonments(((one.queue, one.customer_id), one) for one in found[Section.ABANDONED])
    _agents(w, found[Section.AGENTS])
    derive(w, work)
    return w


def derive(w: World, work: Restored | None = None) -> None:
    """Make anew what follows from the state: who serves and is free, and where work waits."""
    configure.serve(w)
    for agent in w.agents.values():
        matching.reconsider(w, agent, {})
        matching.index(agent)
    if work is None:
        work = Restored()
        work.take(w.interactions.values())
    work.stand(w)


def _head(w: World, records: dict[int, int]) -> Head:
    clocks = w.clocks
    return Head(
        format=FORMAT,
        workspace=w.workspace,
        engine_version=w.engine_version,
        epoch=w.epoch,
        seq=w.seq,
        offset=w.offset,
        clocks=(clocks.now_ms, clocks.attended_ms, clocks.attends_until_ms),
        version=w.policy.version,
        digest=w.digest,
        parts=w.parts,
        accepted=w.accepted,
        ended=w.ended,
        offers_made=w.offers_made,
        timer_order=w.timers.order,
        retired=w.retired,
        stopped=w.stopped,
        marks=w.memory.marks,
        baskets=[basket.number for basket in w.memory.baskets],
        records=records,
        successors=w.successors,
    )


def _numbers(w: World, head: Head) -> None:
    w.epoch, w.seq, w.offset = head.epoch, head.seq, head.offset
    w.clocks.now_ms, w.clocks.attended_ms, w.clocks.attends_until_ms = head.clocks
    w.digest = head.digest
    w.parts = head.parts
    w.accepted, w.ended, w.offers_made = head.accepted, head.ended, head.offers_made
    w.timers.order = head.timer_order
    w.retired = head.retired
    w.stopped = head.stopped
    w.memory.marks = head.marks
    w.successors = head.successors


def _memories(w: World, head: Head, found: dict[int, list[Any]]) -> None:
    baskets = {number: Basket(number) for number in head.baskets}
    w.memory.baskets = list(baskets.values())
    for number, command in found[Section.COMMANDS]:
        baskets[number].commands[command] = None
    for number, interaction_id in found[Section.ENDED]:
        baskets[number].ended[interaction_id] = None
    for number, interaction_id, held in found[Section.HELD]:
        baskets[number].held[interaction_id] = held


def _agents(w: World, records: list[AgentRecord]) -> None:
    for record in records:
        settings = record.settings or w.policy.configuration.agents[record.agent_id]
        agent = Agent(record.agent_id, settings, record.since_ms)
        agent.removed = record.settings is not None
        agent.status, agent.next_status = record.status, record.next_status
        agent.not_responding = record.not_responding
        agent.responds_timer = record.responds_timer
        agent.sessions = dict.fromkeys(record.sessions)
        agent.grace_timer = record.grace_timer
        agent.routing_status = record.routing_status
        agent.idle_since_ms = record.idle_since_ms
        agent.last_accepted_ms = record.last_accepted_ms
        agent.handled, agent.last_offered = record.handled, record.last_offered
        for key in record.work:
            interaction = w.interactions[key[0]]
            leg: Leg | None = interaction.leg(key[1])
            if leg is None:
                raise ValueError(f"no leg {key}")
            if leg.state is LegState.OFFERED:
                agent.ring(interaction, leg)
            else:
                agent.keep(interaction, leg)
        w.agents[agent.agent_id] = agent


def _agent_record(agent: Agent) -> AgentRecord:
    return AgentRecord(
        agent_id=agent.agent_id,
        settings=agent.settings if agent.removed else None,
        status=agent.status,
        next_status=agent.next_status,
        not_responding=agent.not_responding,
        responds_timer=agent.responds_timer,
        sessions=list(agent.sessions),
        grace_timer=agent.grace_timer,
        routing_status=agent.routing_status,
        since_ms=agent.since_ms,
        idle_since_ms=agent.idle_since_ms,
        last_accepted_ms=agent.last_accepted_ms,
        handled=agent.handled,
        last_offered=agent.last_offered,
        work=list(agent.work),
    )
