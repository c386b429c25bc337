"""Answers from a live view: queues, agents, and how an interaction stands. Pure."""

from __future__ import annotations

from typing import Final

import msgspec

from consumers.query.answers import AgentNow, Agents, AsOf, CallbackNow, QueueNow, Queues, WaitingNow
from schemas.configuration import DEFAULT_FORMULA
from schemas.line import waits
from schemas.values import LegValue
from schemas.view import View
from schemas.vocabulary import LegKind, LegState

OFFERED_OR_OWNED: Final = frozenset(
    {LegState.OFFERED, LegState.CONNECTING, LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP}
)
CALLBACKS_AT_MOST: Final = 100
"""So many of a queue's scheduled callbacks are listed; all of them are counted."""


def as_of(view: View, at_ms: int) -> AsOf:
    """The view's age, when it was complete as of `at_ms`."""
    return AsOf(at_ms=at_ms, epoch=view.epoch, seq=view.seq)


def queues(view: View, at_ms: int) -> Queues:
    """All queues by name."""
    found = (_queue(view, name) for name in sorted(view.queue_names()))
    return Queues(queues=tuple(one for one in found if one is not None), as_of=as_of(view, at_ms))


def formulas(view: View) -> dict[str, str]:
    """The service level's formula of each queue, as configured now."""
    return {name: queue.service_level_formula or DEFAULT_FORMULA for name, queue in view.queues.items()}


def agents(view: View, at_ms: int) -> Agents:
    """All agents by id."""
    found = (AgentNow(**msgspec.structs.asdict(view.agents[name])) for name in sorted(view.agents))
    return Agents(agents=tuple(found), as_of=as_of(view, at_ms))


def state_of(view: View, interaction_id: str) -> LegState | None:
    """The interaction's state: its newest live main leg's, else any live leg's; None = it is not live."""
    legs = view.legs_of(interaction_id)
    mains = [leg for leg in legs if leg.kind is LegKind.MAIN] or legs
    return mains[-1].state if mains else None


def waiting(view: View, interaction_id: str) -> tuple[WaitingNow, ...]:
    """Where each leg of the interaction waits; waiting goes on until the view's own moment."""
    return tuple(_waiting(view, leg) for leg in view.legs_of(interaction_id) if waits(leg))


def in_hand(view: View, agent_id: str | None) -> tuple[str, ...]:
    """The interactions that the agent owns or is offered just now."""
    if agent_id is None:
        return ()
    legs = (leg for leg in view.legs_of_agent(agent_id) if leg.state in OFFERED_OR_OWNED)
    offers = (offer.interaction_id for offer in view.offers_of_agent(agent_id))
    return tuple(dict.fromkeys([*(leg.interaction_id for leg in legs), *offers]))


def customers_in(view: View, interactions: tuple[str, ...]) -> frozenset[str]:
    """The customers that routing knows of these interactions."""
    values = (view.interaction(one) for one in interactions)
    return frozenset(value.customer_id for value in values if value is not None and value.customer_id is not None)


def _queue(view: View, name: str) -> QueueNow | None:
    figures = view.figures(name)
    if figures is None:
        return None
    callbacks = tuple(_callback(leg) for leg in view.scheduled_in(name)[:CALLBACKS_AT_MOST])
    return QueueNow(**msgspec.structs.asdict(figures), callbacks=callbacks)


def _callback(leg: LegValue) -> CallbackNow:
    return CallbackNow(
        interaction_id=leg.interaction_id,
        leg_id=leg.leg_id,
        scheduled_for_ms=leg.scheduled_for_ms,
        preferred_agent=leg.preferred_agent,
    )


def _waiting(view: View, leg: LegValue) -> WaitingNow:
    value = view.interaction(leg.interaction_id)
    return WaitingNow(
        leg_id=leg.leg_id,
        state=leg.state.value,
        queue=None if leg.queue is None else _queue(view, leg.queue),
        step=leg.step,
        entered_queue_ms=leg.entered_queue_ms,
        waited_ms=leg.waited_ms + max(0, view.at_ms - leg.since_ms),
        requirements={} if value is None else value.requirements,
        preferred_agent=None if value is None else value.preferred_agent,
    )
