"""A configuration made ready for routing: channels numbered, steps filled in. Frozen; says what to do, not what is."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.configuration import (
    AVAILABLE,
    OFFLINE,
    PHONE,
    ChannelSettings,
    QueueSettings,
    RoutingConfiguration,
    StepSettings,
)
from schemas.vocabulary import Strategy
from streams.routing import rules
from streams.routing.model import Requirements
from streams.routing.rules import ENGINE_VERSION

NEUTRAL_PRIORITY: Final = 5
KEPT_BY_AGENT: Final = frozenset({"phone", "in_store"})
"""Channels that stay with the adapter's word when their agent is lost, unless configured otherwise."""


_HELD: Final = tuple(name for name in StepSettings.__struct_fields__ if name not in ("at_ms", "preferred"))


class Step(msgspec.Struct, frozen=True):
    """A routing step with what earlier steps said filled in. `head_start_ms` None: no step has set one yet."""

    at_ms: int = 0
    preferred: bool = False
    require: Requirements = ()
    relax: bool = False
    min_rank: int | None = None
    max_rank: int | None = None
    same_site: bool = False
    head_start_ms: int | None = None
    overflow_to: str | None = None


class QueuePolicy(msgspec.Struct, frozen=True):
    """A queue's rules; `steps` has at least one, the first at 0."""

    queue: str
    class_: int
    strategy: Strategy
    steps: tuple[Step, ...]
    settings: QueueSettings


class Channels:
    """The channels that a configuration names, each with a number; every other channel shares the last number."""

    __slots__ = ("_numbers", "interrupted", "names", "other", "settings", "units")

    def __init__(self, configuration: RoutingConfiguration) -> None:
        named: dict[str, None] = dict.fromkeys(configuration.channels)
        for channel in configuration.channels.values():
            named.update(dict.fromkeys(channel.interrupted_by))
        for agent in configuration.agents.values():
            named.update(dict.fromkeys(agent.max))
        self.names: tuple[str, ...] = (*sorted(named), "")
        self._numbers = {name: number for number, name in enumerate(self.names)}
        self.other = len(self.names) - 1
        self.settings = tuple(configuration.channels.get(name) or unnamed(name) for name in self.names)
        self.units = tuple(settings.units for settings in self.settings)
        self.interrupted = tuple(
            tuple(self.names[by] in settings.interrupted_by for by in range(len(self.names)))
            for settings in self.settings
        )

    def number(self, channel: str) -> int:
        """The number of a channel."""
        return self._numbers.get(channel, self.other)

    def of(self, channel: str) -> ChannelSettings:
        """The settings of a channel."""
        number = self._numbers.get(channel)
        return unnamed(channel) if number is None else self.settings[number]


def unnamed(channel: str) -> ChannelSettings:
    """The settings of a channel that the configuration leaves out: phone's, but most go back to their queue."""
    return PHONE if channel in KEPT_BY_AGENT else _REQUEUED


_REQUEUED: Final = msgspec.structs.replace(PHONE, requeue_on_disconnect=True)


class Policy:
    """All rules of one configuration version, as the engine version `engine_version` reads them."""

    __slots__ = ("_every_key_holds", "channels", "configuration", "queues", "settings", "version")

    def __init__(self, configuration: RoutingConfiguration, version: int, engine_version: int = ENGINE_VERSION) -> None:
        self.configuration = configuration
        self.version = version
        self._every_key_holds = rules.every_key_holds(engine_version)
        self.settings = configuration.settings
        self.channels = Channels(configuration)
        self.queues = {name: self._compiled(name, queue) for name, queue in configuration.queues.items()}

    def queue(self, queue: str) -> QueuePolicy:
        """The rules of a queue; of one that is no longer configured, the defaults."""
        return self.queues.get(queue) or self._compiled(queue, QueueSettings())

    def head_start_ms(self, tier: str | None, priority: int) -> int:
        """What tier and priority take off the arrival; negative for little urgency."""
        found = self.configuration.tiers.get(tier) if tier is not None else None
        of_tier = found.head_start_ms if found else 0
        return of_tier + (NEUTRAL_PRIORITY - priority) * self.settings.priority_step_ms

    def is_routable(self, status: str) -> bool | None:
        """Whether agents in that status are routed to; None = no such status."""
        if status == OFFLINE:
            return False
        if status in self.configuration.statuses:
            return self.configuration.statuses[status].routable
        return True if status == AVAILABLE else None

    def wrap_up_ms(self, agent_id: str | None, queue: str | None, channel: str) -> int:
        """The length of wrap-up: the agent's own, else the queue's, else the channel's."""
        agent = self.configuration.agents.get(agent_id or "")
        if agent is not None and agent.wrap_up_ms is not None:
            return agent.wrap_up_ms
        of_queue = self.configuration.queues.get(queue or "")
        if of_queue is not None and of_queue.wrap_up_ms is not None:
            return of_queue.wrap_up_ms
        return self.channels.of(channel).wrap_up_ms

    def _compiled(self, name: str, settings: QueueSettings) -> QueuePolicy:
        return compile_queue(name, settings, every_key_holds=self._every_key_holds)


def compile_queue(name: str, settings: QueueSettings, *, every_key_holds: bool = True) -> QueuePolicy:
    """A queue's rules with each step's holding values filled in; see `rules.every_key_holds`."""
    steps: list[Step] = []
    held = StepSettings()
    if not settings.steps or settings.steps[0].at_ms > 0:
        steps.append(_step(held))
    for step in settings.steps:
        held = _holding(held, step) if every_key_holds else _holding_some(held, step)
        steps.append(_step(held))
    return QueuePolicy(name, settings.class_, settings.strategy, tuple(steps), settings)


def _holding(held: StepSettings, step: StepSettings) -> StepSettings:
    named = {key: value for key in _HELD if (value := getattr(step, key)) is not None}
    return msgspec.structs.replace(held, at_ms=step.at_ms, preferred=step.preferred, **named)


def _holding_some(held: StepSettings, step: StepSettings) -> StepSettings:
    """As the first rules had it: `ignore_rank` took back what was said of ranks before, and nothing more."""
    held = msgspec.structs.replace(held, overflow_to=None)
    if step.ignore_rank:
        held = msgspec.structs.replace(held, min_rank=None, max_rank=None)
    return _holding(held, msgspec.structs.replace(step, ignore_rank=None))


def _step(held: StepSettings) -> Step:
    return Step(
        at_ms=held.at_ms,
        preferred=held.preferred,
        require=tuple(sorted((held.require or {}).items())),
        relax=bool(held.relax),
        min_rank=None if held.ignore_rank else held.min_rank,
        max_rank=None if held.ignore_rank else held.max_rank,
        same_site=bool(held.same_site),
        head_start_ms=held.head_start_ms,
        overflow_to=held.overflow_to,
    )


def required(interaction: Requirements, step: Step) -> Requirements:
    """What an agent must have in this step: of one skill the higher level, or only the step's when it relaxes."""
    if step.relax or not interaction:
        return step.require
    if not step.require:
        return interaction
    merged = dict(interaction)
    for skill, level in step.require:
        merged[skill] = max(level, merged.get(skill, 0))
    return tuple(sorted(merged.items()))
