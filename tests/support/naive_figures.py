"""Figures counted a second time, obviously: the whole log in a list, looked through for each number.

Nothing is shared with the stage but the contracts and the definitions of docs/metrics.md. Slow, and meant to be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from schemas import decisions as d
from schemas.metrics import Counts, Dimension
from schemas.values import AgentValue, InteractionValue, LegValue, QueueValue
from schemas.vocabulary import LegKind, LegState, RoutingStatus

Group = tuple[Dimension, str]
ENDED = {"completed", "abandoned", "flowed_out", "cancelled", "expired", "failed"}
HANDED_ON = {"transferred", "requeued", "agent_lost", "callback", "consult_completed", "left_conference"}
WITH_CUSTOMER = (LegState.CONNECTED, LegState.ON_HOLD)
QUARTER = 15 * 60 * 1000


class Moment:
    """One thing that counts: when, in which groups, which number, how much."""

    def __init__(self, at_ms: int, groups: Sequence[Group], name: str, amount: int = 1) -> None:
        self.at_ms, self.groups, self.name, self.amount = at_ms, groups, name, amount


class NaiveFigures:
    """All moments of a log of one epoch or more, up to its last decision."""

    def __init__(self, log: Sequence[d.Decision]) -> None:
        self.log = list(log)
        self.workspace = log[0].workspace
        self.moments: list[Moment] = []
        self.spent: list[tuple[int, int | None, Sequence[Group], RoutingStatus]] = []
        starts = [index for index, one in enumerate(self.log) if isinstance(one, d.EpochStarted)]
        for first, end in zip([0, *starts], [*starts, len(self.log)], strict=True):
            if end > first:
                Epoch(self, self.log[first:end], None if end == len(self.log) else self.log[end].at_ms)

    def counts(self, group: Group, from_ms: int, to_ms: int, now_ms: int) -> Counts:
        """What happened from one moment to before another; time that still runs is counted up to `now_ms`."""
        sums: dict[str, int] = {}
        for moment in self.moments:
            if group in moment.groups and from_ms <= moment.at_ms < to_ms:
                sums[moment.name] = sums.get(moment.name, 0) + moment.amount
        times: dict[RoutingStatus, int] = {}
        for begins, ends, groups, status in self.spent:
            lasts = min(now_ms if ends is None else ends, to_ms) - max(begins, from_ms)
            if group in groups and lasts > 0:
                times[status] = times.get(status, 0) + lasts
        return Counts(**sums, status_ms=times)

    def groups(self) -> set[Group]:
        """Every group in which anything ever counted."""
        found = {group for moment in self.moments for group in moment.groups}
        return found | {group for _, _, groups, _ in self.spent for group in groups}


class Epoch:
    """One epoch's decisions; times of status that run on at its end end with it (`ends_ms`), or go on (None)."""

    def __init__(self, figures: NaiveFigures, log: Sequence[d.Decision], ends_ms: int | None) -> None:
        self.figures, self.log, self.ends_ms = figures, log, ends_ms
        self.workspace = figures.workspace
        for leg_id in dict.fromkeys(one.leg.leg_id for one in log if one.leg is not None):
            self.leg(leg_id)
        for index, one in enumerate(log):
            if one.offer is not None and not isinstance(one, d.InteractionChanged):
                self.offer(index, one)
        for agent_id in dict.fromkeys(one.agent.agent_id for one in log if one.agent is not None):
            self.agent(agent_id)

    # What was known when decision `index` had been said

    def interaction(self, index: int, interaction_id: str) -> InteractionValue:
        found = [
            one.interaction
            for one in self.log[: index + 1]
            if one.interaction is not None and one.interaction.interaction_id == interaction_id
        ]
        return found[-1]

    def agent_then(self, index: int, agent_id: str | None) -> AgentValue | None:
        found: AgentValue | None = None
        for one in self.log[: index + 1]:
            if one.agent is not None and one.agent.agent_id == agent_id:
                found = one.agent
            if isinstance(one, d.AgentRemoved) and one.agent_id == agent_id:
                found = None
        return found

    def queue_then(self, index: int, queue: str | None) -> QueueValue | None:
        found: QueueValue | None = None
        for one in self.log[: index + 1]:
            if one.queue is not None and one.queue.queue == queue:
                found = one.queue
            if isinstance(one, d.QueueRemoved) and one.queue_id == queue:
                found = None
        return found

    def limits(self, index: int, leg: LegValue) -> tuple[int | None, int]:
        """The threshold and the limit of short abandons for who enters a queue with decision `index`."""
        queue = self.queue_then(index, leg.queue)
        said = [one.reporting for one in self.log[: index + 1] if isinstance(one, d.ConfigurationApplied)]
        tier = self.interaction(index, leg.interaction_id).tier
        within = None if queue is None else queue.service_level_within_ms
        if said and said[-1] is not None and tier in said[-1].tiers:
            within = said[-1].tiers[tier]
        short = None if queue is None else queue.short_abandon_ms
        return within, 5_000 if short is None else short

    # Groups

    def outer(self, index: int, leg: LegValue) -> list[Group]:
        value = self.interaction(index, leg.interaction_id)
        groups = [(Dimension.WORKSPACE, self.workspace), (Dimension.CHANNEL, value.channel)]
        return groups if value.site is None else [*groups, (Dimension.SITE, value.site)]

    def people(self, index: int, agent_id: str | None, *, site: bool) -> list[Group]:
        agent = self.agent_then(index, agent_id)
        groups = [] if agent_id is None else [(Dimension.AGENT, agent_id)]
        if agent is not None and agent.team is not None:
            groups.append((Dimension.TEAM, agent.team))
        if site and agent is not None and agent.site is not None:
            groups.append((Dimension.SITE, agent.site))
        return groups

    # Legs

    def leg(self, leg_id: str) -> None:
        said = [(index, one, one.leg) for index, one in enumerate(self.log) if one.leg and one.leg.leg_id == leg_id]
        _, first, value = said[0]
        restated = isinstance(first, d.InteractionChanged)
        if value.kind is not LegKind.MAIN:
            if value.kind is LegKind.CONSULT:
                self.consult(said, restated)
            return
        promised = next((number for number, it in enumerate(said) if it[2].callback_ms is not None), None)
        if promised is not None:
            self.promised(said, promised, restated)
            return
        entries = list(self.entries(said, restated))
        answered = next((it for it in said if it[2].state is LegState.CONNECTED), None)
        was_answered = restated and value.connected_ms is not None
        if not restated:
            self.came(said, entries)
        self.leave_queues(entries)
        if answered is not None and not was_answered and entries:
            self.answered(answered, entries)
        last_index, last, ended = said[-1]
        if ended.state.value in ENDED and answered is None and not was_answered:
            self.unanswered(last_index, last.at_ms, ended, entries)
        if answered is not None or was_answered:
            self.handed_on(said, answered, restated and value.reason in HANDED_ON)
            self.handled(said, restated)

    def consult(self, said: Sequence[Any], restated: bool) -> None:
        """A consult counts for who asked when it begins and when it is joined, for who was asked when it is answered
        and when it is over.
        """
        index, first, value = said[0]
        if not restated:
            self.count(first.at_ms, self.of_owner(index, value), "consults")
        answered = restated and value.connected_ms is not None
        joined = restated and value.join_mode is not None
        for index, one, leg in said:
            if leg.state is LegState.CONNECTED and not answered:
                answered = True
                people = self.people(index, leg.agent_id, site=False)
                self.count(one.at_ms, [*self.outer(index, leg), *self.queue_of(leg), *people], "consults_answered")
            if leg.join_mode is not None and not joined:
                joined = True
                self.count(one.at_ms, self.of_owner(index, leg), "conferences")
        index, last, ended = said[-1]
        if answered and ended.state.value in ENDED:
            groups = [
                *self.outer(index, ended)[:2],
                *self.queue_of(ended),
                *self.people(index, ended.agent_id, site=True),
            ]
            self.count(last.at_ms, groups, "consult_ms", sum(self.spent(said, restated).values()))

    def of_owner(self, index: int, leg: LegValue) -> list[Group]:
        """Where the owner's acts count: the owner is the main leg's agent who is with the customer then."""
        latest: dict[int, LegValue] = {}
        for one in self.log[: index + 1]:
            if one.leg is not None and one.leg.interaction_id == leg.interaction_id and one.leg.kind is LegKind.MAIN:
                latest[one.leg.number] = one.leg
        owners = [main for main in latest.values() if main.state in WITH_CUSTOMER]
        outer = self.outer(index, leg)
        if not owners:
            return outer
        return [*outer, *self.queue_of(owners[0]), *self.people(index, owners[0].agent_id, site=False)]

    def promised(self, said: Sequence[Any], promised: int, restated: bool) -> None:
        """A leg that is a callback from its value number `promised` on; before that it waited like any other."""
        index, one, leg = said[promised]
        live, known = said[:promised], restated and promised == 0
        if live:
            entries = list(self.entries(live, restated))
            if not restated:
                self.came(live, entries)
            self.leave_queues(entries)
            if entries:
                groups = [*self.outer(index - 1, leg), (Dimension.QUEUE, live[-1][2].queue)]
                self.count(one.at_ms, groups, "left_for_callback")
                self.over(one.at_ms, groups[:-1], entries[0])
                self.over(one.at_ms, groups[-1:], entries[-1])
        if not known:
            self.count(one.at_ms, [*self.outer(index, leg), *self.queue_of(leg)], "callbacks_requested")
        since = max(leg.entered_queue_ms, leg.callback_ms) if known and leg.entered_queue_ms is not None else None
        done = known and leg.connected_ms is not None
        answered = None
        for index, one, leg in said[promised:]:
            if leg.state is LegState.SCHEDULED:
                since = None
            elif leg.state in (LegState.QUEUED, LegState.OFFERED) and since is None:
                since = one.at_ms
            elif leg.state is LegState.CONNECTED and not done:
                done, answered = True, (index, one, leg)
                groups = [*self.outer(index, leg), *self.queue_of(leg), *self.people(index, leg.agent_id, site=False)]
                self.count(one.at_ms, groups, "callbacks_reached")
                self.count(one.at_ms, groups, "callback_wait_ms", 0 if since is None else max(0, one.at_ms - since))
        index, last, ended = said[-1]
        if done:
            self.handed_on(said, answered, known and said[0][2].reason in HANDED_ON)
            self.handled(said, restated)
        elif ended.state.value in ENDED:
            self.count(last.at_ms, [*self.outer(index, ended), *self.queue_of(ended)], "callbacks_lost")

    @staticmethod
    def queue_of(leg: LegValue) -> list[Group]:
        return [] if leg.queue is None else [(Dimension.QUEUE, leg.queue)]

    def entries(self, said: Sequence[Any], restated: bool) -> Iterator[tuple[int, int, LegValue, bool]]:
        """Each entry into a queue: the decision's index, the moment, the leg, and whether it counts as offered."""
        known: tuple[Any, Any] | None = None
        for number, (index, one, leg) in enumerate(said):
            if number == 0 and restated:
                if leg.entered_queue_ms is not None:
                    known = (leg.queue, leg.entered_queue_ms)
                    yield index, leg.entered_queue_ms, leg, False
                continue
            if leg.state not in (LegState.QUEUED, LegState.OFFERED):
                continue
            if known != (leg.queue, leg.entered_queue_ms):
                known = (leg.queue, leg.entered_queue_ms)
                yield index, one.at_ms, leg, True

    def came(self, said: Sequence[Any], entries: Sequence[Any]) -> None:
        """The leg's first entry, or its end without one, is one offered contact everywhere but in queues."""
        index, one, leg = said[0]
        at_ms = one.at_ms
        if entries:
            index, at_ms, leg, _ = entries[0]
        elif leg.state.value not in ENDED:
            return
        groups = self.outer(index, leg)
        self.count(at_ms, groups, "offered")
        handed = self.handed_before(said[0][0], leg)
        if handed is not None:
            queue = [(Dimension.QUEUE, leg.queue)] if entries else []
            self.count(at_ms, [*groups, *queue], "transferred_in" if handed == "transferred" else "requeued")

    def handed_before(self, index: int, leg: LegValue) -> str | None:
        """Why the part before this main leg ended, if the leg is its successor."""
        mains = [
            one.leg
            for one in self.log[:index]
            if one.leg is not None and one.leg.interaction_id == leg.interaction_id and one.leg.kind is LegKind.MAIN
        ]
        previous = max((main.number for main in mains if main.number < leg.number), default=0)
        for before in reversed(mains):
            if before.number == previous and before.reason is not None and before.reason.value in HANDED_ON:
                return before.reason.value
        return None

    def leave_queues(self, entries: Sequence[Any]) -> None:
        for number, (index, at_ms, leg, counts) in enumerate(entries):
            queue = [(Dimension.QUEUE, leg.queue)]
            if counts:
                self.count(at_ms, queue, "offered")
            if number + 1 < len(entries):
                self.count(entries[number + 1][1], queue, "flowed_out")
                self.over(entries[number + 1][1], queue, (index, at_ms, leg, counts))

    def over(self, at_ms: int, groups: Sequence[Group], entry: Any) -> None:
        """A wait that has a threshold is over, and counts for the service level."""
        self.count(at_ms, groups, "target_offered", int(self.limits(entry[0], entry[2])[0] is not None))

    def answered(self, answered: Any, entries: Sequence[Any]) -> None:
        index, one, leg = answered
        outer, queue = self.outer(index, leg), [(Dimension.QUEUE, str(leg.queue))]
        self.answer([*outer, *self.people(index, leg.agent_id, site=False)], one.at_ms, entries[0])
        self.answer(queue, one.at_ms, entries[-1])
        self.over(one.at_ms, outer, entries[0])
        self.over(one.at_ms, queue, entries[-1])

    def answer(self, groups: Sequence[Group], at_ms: int, entry: Any) -> None:
        index, since_ms, leg, _ = entry
        within, _ = self.limits(index, leg)
        wait = max(0, at_ms - since_ms)
        self.count(at_ms, groups, "answered")
        self.count(at_ms, groups, "answer_wait_ms", wait)
        self.count(at_ms, groups, "target_answered", int(within is not None))
        self.count(at_ms, groups, "answered_within", int(within is not None and wait <= within))

    def unanswered(self, index: int, at_ms: int, leg: LegValue, entries: Sequence[Any]) -> None:
        at_once = (index, at_ms, leg, True)
        outer, queue = self.outer(index, leg), [(Dimension.QUEUE, str(leg.queue))] if entries else []
        for groups, entry in ((outer, entries[0]), (queue, entries[-1])) if entries else ():
            self.over(at_ms, groups, entry)
        if leg.state is not LegState.ABANDONED:
            self.count(at_ms, [*outer, *queue], leg.state.value)
            return
        self.abandon(outer, at_ms, entries[0] if entries else at_once, bool(entries))
        if entries:
            self.abandon(queue, at_ms, entries[-1], True)

    def abandon(self, groups: Sequence[Group], at_ms: int, entry: Any, entered: bool) -> None:
        index, since_ms, leg, _ = entry
        within, short = self.limits(index, leg) if entered else (None, self.limits(index, leg)[1])
        wait = max(0, at_ms - since_ms)
        kind = "short_abandoned" if wait < short else "abandoned"
        self.count(at_ms, groups, kind)
        self.count(at_ms, groups, f"target_{kind}", int(within is not None))
        if kind == "abandoned":
            self.count(at_ms, groups, "abandon_wait_ms", wait)
            self.count(at_ms, groups, "abandoned_within", int(within is not None and wait <= within))

    def handed_on(self, said: Sequence[Any], answered: Any, known: bool) -> None:
        for index, one, leg in said:
            if leg.reason is not None and leg.reason.value in HANDED_ON and not known:
                groups = [*self.outer(index, leg), *self.people(index, leg.agent_id, site=False), *self.queue_of(leg)]
                if leg.reason.value in ("transferred", "consult_completed"):
                    self.count(one.at_ms, groups, "transferred_out")
                if leg.reason.value == "consult_completed":
                    self.count(one.at_ms, groups, "transferred_warm")
                return

    def handled(self, said: Sequence[Any], restated: bool) -> None:
        index, last, ended = said[-1]
        if ended.state.value not in ENDED:
            return
        sums = self.spent(said, restated)
        queue = [] if ended.queue is None else [(Dimension.QUEUE, ended.queue)]
        groups = [*self.outer(index, ended)[:2], *queue, *self.people(index, ended.agent_id, site=True)]
        self.count(last.at_ms, groups, "handled")
        for name, field in (("connected", "connected_ms"), ("on_hold", "held_ms"), ("wrap_up", "wrap_up_ms")):
            self.count(last.at_ms, groups, field, sums[name])

    def spent(self, said: Sequence[Any], restated: bool) -> dict[str, int]:
        """The time of an agent's part, by state."""
        sums = {"connected": 0, "on_hold": 0, "wrap_up": 0}
        value = said[0][2]
        if restated and value.connected_ms is not None:
            sums["on_hold"] = value.held_ms
            sums["connected"] = max(0, value.since_ms - value.connected_ms - value.held_ms)
        since_ms, state = (value.since_ms if restated else said[0][1].at_ms), value.state
        for _, one, leg in said[1:]:
            if leg.state is not state:
                if state.value in sums:
                    sums[state.value] += max(0, one.at_ms - since_ms)
                since_ms, state = one.at_ms, leg.state
        return sums

    # Offers and agents

    def offer(self, index: int, one: d.Decision) -> None:
        offer = one.offer
        assert offer is not None
        names = {"pending": "made", "timed_out": "missed"}
        value = self.interaction(index, offer.interaction_id)
        groups: list[Group] = [(Dimension.WORKSPACE, self.workspace), (Dimension.CHANNEL, value.channel)]
        if offer.queue is not None:
            groups.append((Dimension.QUEUE, offer.queue))
        groups += self.people(index, offer.agent_id, site=True)
        self.count(one.at_ms, groups, f"offers_{names.get(offer.state.value, offer.state.value)}")

    def agent(self, agent_id: str) -> None:
        points: list[tuple[int, AgentValue | None]] = [
            (one.at_ms, one.agent) for one in self.log if one.agent is not None and one.agent.agent_id == agent_id
        ]
        gone = [one.at_ms for one in self.log if isinstance(one, d.AgentRemoved) and one.agent_id == agent_id]
        points += [(at_ms, None) for at_ms in gone]
        points.sort(key=lambda point: point[0])
        for number, (at_ms, value) in enumerate(points):
            if value is None or value.status == "offline":
                continue
            ends = points[number + 1][0] if number + 1 < len(points) else self.ends_ms
            groups: list[Group] = [(Dimension.WORKSPACE, self.workspace), (Dimension.AGENT, agent_id)]
            groups += [(Dimension.TEAM, value.team)] if value.team is not None else []
            groups += [(Dimension.SITE, value.site)] if value.site is not None else []
            self.figures.spent.append((at_ms, ends, groups, value.routing_status))

    def count(self, at_ms: int, groups: Sequence[Group], name: str, amount: int = 1) -> None:
        self.figures.moments.append(Moment(at_ms, groups, name, amount))
