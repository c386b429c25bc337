"""Who may take a kind of waiting work: an audience is all agents who meet one queue's one step for one set of skills.

What depends on configuration only (rank, skills, site) is decided once, when the audience is made; what changes
(presence, capacity) is kept as counts by code, and as heaps of those who are free, by what they have room for. Whoever
changes is only noted, in every audience that he is in; counts and heaps catch up when somebody asks one of them.
All of it is derived from the state and made anew after a restore or a configuration change.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import msgspec

from schemas.configuration import AgentSettings
from schemas.vocabulary import PassedOver, Strategy
from streams.routing.lanes import Lane
from streams.routing.model import Agent, Interaction, Leg, Requirements, WorkKey

Free = tuple[int, int, int, int, str, int, Agent]
"""(queue rank, strategy's value, has work in hand, since, id, turn, agent): lower is better."""


class AudienceKey(msgspec.Struct, frozen=True):
    """What an audience is asked for. `only`: nobody but that agent; `anyhow`: whatever queues, rank and skills."""

    queue: str
    requirements: Requirements = ()
    min_rank: int | None = None
    max_rank: int | None = None
    site: str | None = None
    only: str | None = None
    anyhow: bool = False


class Audience:
    """One audience. `lanes` by channel number; `alone`: waiting legs that some agent was passed over for."""

    __slots__ = (
        "_changed",
        "_counts",
        "_free",
        "_on_queue",
        "alone",
        "class_",
        "key",
        "lanes",
        "members",
        "serving",
        "static",
        "strategy",
    )

    def __init__(self, key: AudienceKey, class_: int, strategy: Strategy) -> None:
        self.key = key
        self.class_ = class_
        self.strategy = strategy
        self.members: dict[str, int] = {}
        self.serving = 0
        self.static: dict[PassedOver, int] = {}
        self._changed: dict[str, tuple[Agent, int]] = {}
        self._counts: dict[int, int] = {}
        self._on_queue = 0
        self._free: dict[int, list[Free]] = {}
        self.lanes: dict[int, Lane] = {}
        self.alone: dict[WorkKey, tuple[Interaction, Leg, int]] = {}

    def consider(self, agent: Agent) -> None:
        """Take the agent in, or count why not."""
        reason = unfit(self.key, agent.agent_id, agent.settings)
        self.serving += 1
        if reason is not None:
            self.static[reason] = self.static.get(reason, 0) + 1
            return
        self.members[agent.agent_id] = 0 if self.key.anyhow else agent.settings.queues.get(self.key.queue, 0)
        agent.audiences.append(self)
        self._count(agent.code, 1)
        self._admit(agent)

    def miss_skill(self, count: int) -> None:
        """So many who serve the queue lack a skill."""
        self.serving += count
        if count:
            self.static[PassedOver.LACKS_SKILL] = self.static.get(PassedOver.LACKS_SKILL, 0) + count

    def note(self, agent: Agent, before: int) -> None:
        """The member has changed; his code was `before`."""
        self._changed.setdefault(agent.agent_id, (agent, before))

    @property
    def counts(self) -> dict[int, int]:
        """How many members have which code."""
        self._catch_up()
        return self._counts

    @property
    def on_queue(self) -> int:
        """How many members are on queue."""
        self._catch_up()
        return self._on_queue

    def standing(self, agent: Agent) -> Free:
        """How the member compares to others."""
        busy, since_ms = seniority(agent)
        name = agent.agent_id
        value = 0 if self.strategy is Strategy.LONGEST_IDLE else self._strategy_value(agent)
        return self.members[name], value, busy, since_ms, name, agent.turn, agent

    def pop_best(self, bit: int) -> Free | None:
        """Take out the best of those in the heaps who have room for the channel `bit`."""
        self._catch_up()
        found: list[Free] | None = None
        for take, heap in self._free.items():
            if not take & bit:
                continue
            while heap and heap[0][6].turn != heap[0][5]:
                heapq.heappop(heap)
            if heap and (found is None or heap[0] < found[0]):
                found = heap
        return None if found is None else heapq.heappop(found)

    def put_back(self, entry: Free) -> None:
        """Undo `pop_best`."""
        heapq.heappush(self._free[entry[6].take], entry)

    def lane(self, number: int) -> Lane:
        """Where work of the channel `number` waits."""
        found = self.lanes.get(number)
        if found is None:
            found = self.lanes[number] = Lane()
        return found

    def is_used(self) -> bool:
        """Whether anybody waits for this audience."""
        return bool(self.alone) or any(lane.head() is not None for lane in self.lanes.values())

    def _catch_up(self) -> None:
        """Count and order anew whoever has changed since somebody asked last."""
        if not self._changed:
            return
        changed, self._changed = self._changed, {}
        for agent, before in changed.values():
            if agent.code != before:
                self._count(before, -1)
                self._count(agent.code, 1)
            self._admit(agent)

    def _count(self, code: int, change: int) -> None:
        self._counts[code] = self._counts.get(code, 0) + change
        if not self._counts[code]:
            del self._counts[code]
        if code >= 0:
            self._on_queue += change

    def _admit(self, agent: Agent) -> None:
        """The member is free for what his `take` says, unless he is being matched."""
        if not agent.take or agent.loose:
            return
        heap = self._free.get(agent.take)
        if heap is None:
            heap = self._free[agent.take] = []
        elif len(heap) >= 2 * len(self.members) + 64:
            heap[:] = [entry for entry in heap if entry[6].turn == entry[5]]
            heapq.heapify(heap)
        heapq.heappush(heap, self.standing(agent))

    def _strategy_value(self, agent: Agent) -> int:
        queue = self.key.queue
        if self.strategy is Strategy.MOST_SKILLED:
            return -sum(agent.settings.skills.get(skill, 0) for skill, _ in self.key.requirements)
        if self.strategy is Strategy.LEAST_LOADED:
            return agent.load_per_million
        if self.strategy is Strategy.ROUND_ROBIN:
            return agent.last_offered.get(queue, -1)
        if self.strategy is Strategy.FEWEST_HANDLED:
            return agent.handled.get(queue, 0)
        return 0


def seniority(agent: Agent) -> tuple[int, int]:
    """Whether the agent has work in hand, and since when he is idle, or accepted last."""
    if agent.in_hand:
        return 1, agent.last_accepted_ms
    return 0, agent.idle_since_ms


def unfit(key: AudienceKey, agent_id: str, settings: AgentSettings) -> PassedOver | None:
    """Why the configuration alone keeps the agent out of the audience: the first reason; None = it does not."""
    return next(misfits(key, agent_id, settings), None)


def misfits(key: AudienceKey, agent_id: str, settings: AgentSettings) -> Iterator[PassedOver]:
    """Every reason for which the configuration alone keeps the agent out of the audience; some may come twice."""
    if key.only is not None and key.only != agent_id:
        yield PassedOver.NOT_PREFERRED
    if key.anyhow:
        return
    rank = settings.queues.get(key.queue, 0)
    if (key.min_rank is not None and rank < key.min_rank) or (key.max_rank is not None and rank > key.max_rank):
        yield PassedOver.RANK
    for skill, level in key.requirements:
        has = settings.skills.get(skill)
        if has is None:
            yield PassedOver.LACKS_SKILL
        elif has < level:
            yield PassedOver.LEVEL_TOO_LOW
    if key.site is not None and settings.site != key.site:
        yield PassedOver.OTHER_SITE
