"""Who may take what, by the words of the contract: one configuration, read as it is written, everybody looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from schemas.configuration import (
    AVAILABLE,
    OFFLINE,
    AgentSettings,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    StepSettings,
)
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.vocabulary import LegState, PassedOver, RoutingStatus

STAYS_WITH_ITS_AGENT = ("phone", "in_store")
HELD_FROM_STEP_TO_STEP = (
    "require",
    "relax",
    "min_rank",
    "max_rank",
    "ignore_rank",
    "same_site",
    "head_start_ms",
    "overflow_to",
)

Load = list[tuple[str, LegState]]
"""Channel and state of each leg that an agent is offered or has in hand."""


class Rules:
    """One configuration."""

    def __init__(self, configuration: RoutingConfiguration) -> None:
        self.configuration = configuration
        self._steps: dict[tuple[str, int], StepSettings] = {}

    def queue(self, name: str | None) -> QueueSettings:
        """The queue's settings; defaults when it is not configured any more."""
        return self.configuration.queues.get(name or "", QueueSettings())

    def agent(self, name: str) -> AgentSettings | None:
        """The agent's settings; None when he is not configured any more."""
        return self.configuration.agents.get(name)

    def channel(self, name: str) -> ChannelSettings:
        """The channel's settings; those of phone when it is left out."""
        known = self.configuration.channels.get(name)
        return known or ChannelSettings(requeue_on_disconnect=name not in STAYS_WITH_ITS_AGENT)

    def steps(self, queue: str | None) -> list[StepSettings]:
        """The queue's steps as written, with one at zero before them if none begins there."""
        written = list(self.queue(queue).steps)
        return written if written and written[0].at_ms == 0 else [StepSettings(), *written]

    def step(self, queue: str | None, index: int) -> StepSettings:
        """What holds in step `index`: each key's last word up to it, but `preferred` of its own."""
        key = (queue or "", index)
        if key not in self._steps:
            steps = self.steps(queue)
            found: dict[str, Any] = {}
            for step in steps[: index + 1]:
                for name in HELD_FROM_STEP_TO_STEP:
                    if getattr(step, name) is not None:
                        found[name] = getattr(step, name)
            last = steps[index]
            self._steps[key] = StepSettings(at_ms=last.at_ms, preferred=last.preferred, **found)
        return self._steps[key]

    def reached(self, queue: str | None, waited_ms: int) -> int:
        """The step that a waiting time has reached."""
        return max(index for index, step in enumerate(self.steps(queue)) if index == 0 or step.at_ms <= waited_ms)

    def head_start_ms(self, interaction: InteractionValue) -> int:
        """What tier and priority take off the arrival."""
        tier = self.configuration.tiers.get(interaction.tier or "")
        of_priority = (5 - interaction.priority) * self.configuration.settings.priority_step_ms
        return (tier.head_start_ms if tier else 0) + of_priority

    def required(self, interaction: InteractionValue, step: StepSettings) -> dict[str, int]:
        """The skills asked for in a step, with their levels."""
        wanted = {} if step.relax else dict(interaction.requirements)
        for skill, level in (step.require or {}).items():
            wanted[skill] = max(level, wanted.get(skill, 0))
        return wanted

    def unfit(
        self, settings: AgentSettings, interaction: InteractionValue, queue: str | None, step: StepSettings
    ) -> PassedOver | None:
        """Why the configuration alone keeps an agent from work in that step of the queue; None = it does not."""
        rank = settings.queues.get(queue or "", 0)
        lowest = rank if step.min_rank is None else step.min_rank
        highest = rank if step.max_rank is None else step.max_rank
        if not lowest <= rank <= highest and not step.ignore_rank:
            return PassedOver.RANK
        for skill, level in sorted(self.required(interaction, step).items()):
            if skill not in settings.skills:
                return PassedOver.LACKS_SKILL
            if settings.skills[skill] < level:
                return PassedOver.LEVEL_TOO_LOW
        if step.same_site and interaction.site is not None and settings.site != interaction.site:
            return PassedOver.OTHER_SITE
        return None

    def is_routable(self, status: str) -> bool:
        """Whether agents in that status are routed to."""
        known = self.configuration.statuses.get(status)
        if status == OFFLINE:
            return False
        return known.routable if known else status == AVAILABLE

    def away(self, agent: AgentValue) -> PassedOver | None:
        """Why the agent is not on queue; None = he is."""
        if agent.agent_id not in self.configuration.agents or not self.is_routable(agent.status):
            return PassedOver.OFF_QUEUE
        if not agent.connected:
            return PassedOver.DISCONNECTED
        if agent.routing_status is RoutingStatus.NOT_RESPONDING:
            return PassedOver.NOT_RESPONDING
        return PassedOver.DRAINING if agent.next_status is not None else None

    def no_room(self, settings: AgentSettings, load: Load, arriving: str) -> PassedOver | None:
        """Why the agent has no room for one more of that channel; None = he has."""
        used = sum(
            self.channel(channel).units
            for channel, state in load
            if self._holds_units(channel, state) and arriving not in self.channel(channel).interrupted_by
        )
        if used + self.channel(arriving).units > settings.capacity:
            return PassedOver.NO_CAPACITY
        same = sum(1 for channel, state in load if channel == arriving and self._counts(channel, state))
        limit = settings.max.get(arriving)
        return PassedOver.CHANNEL_LIMIT if limit is not None and same >= limit else None

    def units(self, load: Load) -> int:
        """The units in use: what other work in hand interrupts counts 0 while that lasts."""
        holding = [channel for channel, state in load if self._holds_units(channel, state)]
        total = 0
        for index, channel in enumerate(holding):
            others = (other for place, other in enumerate(holding) if place != index)
            if not any(other in self.channel(channel).interrupted_by for other in others):
                total += self.channel(channel).units
        return total

    def _counts(self, channel: str, state: LegState) -> bool:
        return state is not LegState.WRAP_UP or self.channel(channel).wrap_up_holds_units

    def _holds_units(self, channel: str, state: LegState) -> bool:
        if state is LegState.ON_HOLD:
            return not self.channel(channel).hold_frees_units
        return self._counts(channel, state)


class Claim(msgspec.Struct, frozen=True):
    """What decisions do not tell of waiting work: its place among equals, whom it is kept for, who passed it over.

    `target`: the one agent it was transferred to, or who is consulted. `there`: who is with the contact already, of a
    consult. `preferred`: who goes before rank; `skipped`: the step that waits
    for him does not any more. `passed`: agents to the attended time at which they rejected or missed it; `declined`:
    those who ever did. `stands_on`: queue, moment of entering it, and step, for which alone `skipped` was decided.
    """

    place: int
    stands_on: tuple[str | None, int | None, int] = (None, None, 0)
    target: str | None = None
    preferred: str | None = None
    skipped: bool = False
    passed: dict[str, int] = {}
    declined: tuple[str, ...] = ()
    there: frozenset[str] = frozenset()


class Scene:
    """Rules, agents with their loads, and attended time: answers why an agent may not take waiting work now.

    Of one moment: what was found out once is not asked again, so nothing that was handed in may change meanwhile.
    """

    def __init__(
        self, rules: Rules, agents: dict[str, AgentValue], loads: Mapping[str, Load], attended_ms: int
    ) -> None:
        self.rules = rules
        self._agents = agents
        self._loads = loads
        self._attended_ms = attended_ms
        self._away: dict[str, PassedOver | None] = {}
        self._no_room: dict[tuple[str, str], PassedOver | None] = {}
        self._serving: dict[str | None, list[str]] = {}
        self._free: dict[tuple[str | None, str], list[str]] = {}

    def at(self, attended_ms: int) -> Scene:
        """The same at another moment of attended time."""
        other = Scene(self.rules, self._agents, self._loads, attended_ms)
        other._away, other._no_room = self._away, self._no_room
        other._serving, other._free = self._serving, self._free
        return other

    def away(self, name: str) -> PassedOver | None:
        """Why the agent is not on queue; None = he is."""
        if name not in self._away:
            self._away[name] = self.rules.away(self._agents[name])
        return self._away[name]

    def no_room(self, name: str, channel: str) -> PassedOver | None:
        """Why the agent, who is configured, has no room for one more of that channel; None = he has."""
        key = (name, channel)
        if key not in self._no_room:
            settings = self.rules.configuration.agents[name]
            self._no_room[key] = self.rules.no_room(settings, self._loads.get(name, []), channel)
        return self._no_room[key]

    def free(self, queue: str | None, channel: str, target: str | None) -> list[str]:
        """Of those who serve a queue, and of who is named beside, those who are there and have room for the channel."""
        if target is not None:
            return [name for name in self.serving(queue, target) if self.is_free(name, channel)]
        key = (queue, channel)
        if key not in self._free:
            self._free[key] = [name for name in self.serving(queue) if self.is_free(name, channel)]
        return self._free[key]

    def is_free(self, name: str, channel: str) -> bool:
        """Whether the agent is on queue and has room for one more of that channel."""
        return self.away(name) is None and self.no_room(name, channel) is None

    def passed_over(
        self, name: str, leg: LegValue, interaction: InteractionValue, claim: Claim, *, blocks: bool = True
    ) -> PassedOver | None:
        """The first reason that keeps the agent from the queued leg; None = he may take it."""
        if self.rules.agent(name) is None:
            return PassedOver.OFF_QUEUE
        reason = self._unfit(name, leg, interaction, claim) or self.away(name)
        reason = reason or self.no_room(name, interaction.channel)
        if reason is None and name in claim.there:
            return PassedOver.TAKES_PART
        if reason is None and blocks and name in self._blocked(leg, interaction, claim):
            return PassedOver.REJECTED_BEFORE
        return reason

    def only(self, leg: LegValue, interaction: InteractionValue, claim: Claim) -> str | None:
        """The one agent it is kept for now; None = it is for everybody."""
        if self._is_there(claim.target):
            return claim.target
        step = self.rules.step(leg.queue, leg.step)
        settings = self.rules.agent(claim.preferred or "")
        if not step.preferred or claim.skipped or settings is None or not self._is_there(claim.preferred):
            return None
        serves = leg.queue in settings.queues and claim.preferred not in claim.declined
        fits = self.rules.unfit(settings, interaction, leg.queue, step) is None
        return claim.preferred if serves and fits else None

    def serving(self, queue: str | None, also: str | None = None) -> Iterable[str]:
        """The agents who serve a queue, and who is named beside."""
        if queue not in self._serving:
            agents = self.rules.configuration.agents
            self._serving[queue] = [
                name for name, settings in agents.items() if name in self._agents and queue in settings.queues
            ]
        found = self._serving[queue]
        if also is None or also in found or also not in self._agents or self.rules.agent(also) is None:
            return found
        return [*found, also]

    def _is_there(self, name: str | None) -> bool:
        return name is not None and name in self._agents and self.away(name) is None

    def _unfit(self, name: str, leg: LegValue, interaction: InteractionValue, claim: Claim) -> PassedOver | None:
        only = self.only(leg, interaction, claim)
        if only is not None and only != name:
            return PassedOver.NOT_PREFERRED
        if only is not None and only == claim.target:
            return None
        settings = self.rules.configuration.agents[name]
        return self.rules.unfit(settings, interaction, leg.queue, self.rules.step(leg.queue, leg.step))

    def _blocked(self, leg: LegValue, interaction: InteractionValue, claim: Claim) -> list[str]:
        if not claim.passed:
            return []
        others = any(
            name not in claim.passed
            and name not in claim.there
            and self._unfit(name, leg, interaction, claim) is None
            and self.away(name) is None
            for name in self.serving(leg.queue, claim.target)
        )
        settings = self.rules.configuration.settings
        wait = settings.reoffer_after_ms
        if not others:
            wait = min(wait, settings.reoffer_pause_ms)
        return [name for name, at in claim.passed.items() if self._attended_ms < at + wait]
