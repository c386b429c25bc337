"""What a role sees of a workspace: a set of keys (`schemas.concerned`), and the screen that follows from it.

A thing is seen by a scope when it concerns one of the scope's keys. Sessions of equal scopes share everything but the
socket.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from consumers.gateway.cursors import cursor_of
from schemas.concerned import ALL, agent, by_agent, by_offer, by_queue, line, watch
from schemas.live import Snapshot
from schemas.shown import Kind, ShownOffer, ShownQueue
from schemas.values import AgentValue, InteractionValue, LegValue
from schemas.view import AnyValue, View

Item = tuple[Kind, str]


class Sight(enum.StrEnum):
    """The kinds of scope."""

    AGENT = "agent"
    QUEUES = "queues"
    WORKSPACE = "workspace"


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Who looks at what: an agent's own work, some queues, or the whole workspace."""

    sight: Sight
    agent_id: str | None = None
    queues: tuple[str, ...] = ()


WHOLE = Scope(Sight.WORKSPACE)


def scope_mark(workspace: str, scope: Scope) -> str:
    """A short name of the scope for cursors: a cursor holds for the scope that it was given to."""
    text = "\x1f".join((workspace, scope.sight, scope.agent_id or "", *scope.queues))
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def keys_of(scope: Scope, view: View) -> frozenset[str]:
    """The keys that the scope listens to. An agent's depend on the queues that the agent serves now."""
    match scope.sight:
        case Sight.WORKSPACE:
            return frozenset((ALL,))
        case Sight.QUEUES:
            return frozenset(watch(queue) for queue in scope.queues)
        case Sight.AGENT:
            mine = scope.agent_id or ""
            value = view.agents.get(mine)
            queues: Iterable[str] = () if value is None else value.queues
            return frozenset((agent(mine), *(line(queue) for queue in queues)))


def screen(view: View, scope: Scope) -> dict[Item, AnyValue]:
    """All that the scope sees now."""
    if scope.sight is Sight.AGENT:
        return dict(_agents_screen(view, scope.agent_id or ""))
    keys = keys_of(scope, view)
    return dict(_watched(view, keys))


def snapshot(view: View, scope: Scope, mark: str) -> Snapshot:
    """The frame that shows the screen."""
    seen: dict[Kind, list[AnyValue]] = {}
    for (kind, _), value in screen(view, scope).items():
        seen.setdefault(kind, []).append(value)
    return Snapshot(
        epoch=view.epoch,
        seq=view.seq,
        at_ms=view.at_ms,
        cursor=cursor_of(view.epoch, view.seq, mark),
        configuration_version=view.configuration_version,
        stopped=view.stopped,
        interactions=tuple(one for one in seen.get(Kind.INTERACTION, ()) if isinstance(one, InteractionValue)),
        legs=tuple(one for one in seen.get(Kind.LEG, ()) if isinstance(one, LegValue)),
        offers=tuple(one for one in seen.get(Kind.OFFER, ()) if isinstance(one, ShownOffer)),
        agents=tuple(one for one in seen.get(Kind.AGENT, ()) if isinstance(one, AgentValue)),
        queues=tuple(one for one in seen.get(Kind.QUEUE, ()) if isinstance(one, ShownQueue)),
    )


def _agents_screen(view: View, agent_id: str) -> Iterator[tuple[Item, AnyValue]]:
    """Found from the agent: the size of the workspace does not matter. Whose contact an agent has or is offered, of that
    the agent sees every leg: who else is with it.
    """
    for leg in view.legs_of_agent(agent_id):
        for one in view.legs_of(leg.interaction_id):
            yield (Kind.LEG, one.leg_id), one
        interaction = view.interaction(leg.interaction_id)
        if interaction is not None:
            yield (Kind.INTERACTION, interaction.interaction_id), interaction
    for offer in view.offers_of_agent(agent_id):
        yield (Kind.OFFER, offer.offer_id), offer
    value = view.agents.get(agent_id)
    if value is not None:
        yield (Kind.AGENT, agent_id), value
        for queue in value.queues:
            figures = view.figures(queue)
            if figures is not None:
                yield (Kind.QUEUE, queue), figures


def _watched(view: View, keys: frozenset[str]) -> Iterator[tuple[Item, AnyValue]]:
    for interaction in view.interactions():
        if not keys.isdisjoint(view.concerned_by_interaction(interaction.interaction_id)):
            yield (Kind.INTERACTION, interaction.interaction_id), interaction
    for leg in view.legs.values():
        if not keys.isdisjoint(view.concerned_by_leg(leg)):
            yield (Kind.LEG, leg.leg_id), leg
    for offer in view.offers.values():
        if not keys.isdisjoint(by_offer(offer)):
            yield (Kind.OFFER, offer.offer_id), offer
    for value in view.agents.values():
        if not keys.isdisjoint(by_agent(value)):
            yield (Kind.AGENT, value.agent_id), value
    for queue in view.queue_names():
        figures = view.figures(queue)
        if figures is not None and not keys.isdisjoint(by_queue(queue)):
            yield (Kind.QUEUE, queue), figures
