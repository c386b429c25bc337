"""A trace as a story for someone who has never seen the code: what happened, and at every wait and offer, why.

Agents whom the same reason kept away are named together. What changed while it waited follows under the wait, shortened
unless everything is asked for.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from deploy.console.decided import decided_by as by_what
from deploy.explained.happenings import MAIN, Told, sentence
from deploy.explained.phrases import Phrases, decided_by
from deploy.explained.words import Words
from deploy.moments import zone_of
from schemas.trace import Changed, Happened, Looked, Trace, WentFirst
from schemas.vocabulary import LegState

CHANGES: Final = 6
CANDIDATES: Final = 4
WAITING: Final = frozenset({LegState.QUEUED, LegState.OFFERED})
_WITH_NOBODY: Final = frozenset({LegState.QUEUED, LegState.SCHEDULED})
_UNDER: Final = " " * 10
_DEEPER: Final = " " * 12
Reasons = tuple[str, ...]
_ON_PURPOSE: Final = {
    "assigned": "why_assigned",
    "transferred_to_agent": "why_transferred",
    "consulted_agent": "why_consulted",
    "joined": "why_{mode}",
}
"""What is said of an agent who got it whatever the rules."""


class Clock(msgspec.Struct, frozen=True):
    """Moments as the workspace's people read them; the date goes along where it is not that of `day_of_ms`."""

    zone: str | None
    day_of_ms: int

    def time(self, at_ms: int) -> str:
        """The time of the day."""
        moment, first = self._of(at_ms), self._of(self.day_of_ms)
        return moment.strftime("%H:%M:%S" if moment.date() == first.date() else "%Y-%m-%d %H:%M:%S")

    def date(self, at_ms: int) -> str:
        """Date and time."""
        return self._of(at_ms).strftime("%Y-%m-%d %H:%M:%S")

    @property
    def name(self) -> str:
        """The zone's."""
        return self.zone or "UTC"

    def _of(self, at_ms: int) -> datetime.datetime:
        return datetime.datetime.fromtimestamp(at_ms / 1000, zone_of(self.zone))


def story(trace: Trace, words: Words, *, full: bool = False) -> list[str]:
    """The trace, line by line; `full`: every change, every reason, every candidate, every name."""
    arrived_ms = trace.interaction.arrived_ms if trace.interaction else trace.until_ms
    return list(_Story(trace, words, Clock(trace.time_zone, arrived_ms), full).lines())


class _Story:
    def __init__(self, trace: Trace, words: Words, clock: Clock, full: bool) -> None:
        self._trace = trace
        self._words = words
        self._clock = clock
        self._full = full
        self._phrases = Phrases(words, full=full)
        self._told = Told(clock.time, words, _taken_at_once(trace))
        self._last_look: dict[str, Looked] = {}
        self._known: dict[str, dict[str, Reasons]] = {}
        self._changes: list[tuple[int, str]] = []
        self._others: list[WentFirst] = []

    def lines(self) -> Iterator[str]:
        yield from self._heading()
        yield ""
        offered = _looks_of_offers(self._trace)
        for moment in self._trace.moments:
            if isinstance(moment, WentFirst):
                self._others.append(moment)
            elif isinstance(moment, Changed):
                self._changes += self._changed(moment)
            elif isinstance(moment, Happened):
                yield from self._meanwhile()
                yield from self._happened(moment, offered.get((moment.leg_id, moment.seq)))
            elif not moment.able and self._is_known(moment):
                self._changes += self._differences(moment)
            elif not moment.able:
                yield from self._meanwhile()
                yield from self._nobody(moment)
        yield from self._meanwhile()
        if self._trace.left_out:
            yield self._words.say("left_out", count=self._trace.left_out)
        yield ""
        yield from self._summary()

    def _heading(self) -> Iterator[str]:
        words, value = self._words, self._trace.interaction
        if value is None:
            yield self._trace.interaction_id
            return
        arrived, channel = self._clock.date(value.arrived_ms), words.word(value.channel)
        yield words.say("title", id=value.interaction_id, channel=channel, arrived=arrived, zone=self._clock.name)
        said = []
        if value.tier is not None:
            said.append(words.say("customer", tier=words.word(value.tier)))
        if value.priority != 5:
            said.append(words.say("priority", priority=value.priority))
        if value.requirements:
            said.append(words.say("asks", skills=self._phrases.skills(value.requirements)))
        if value.preferred_agent is not None:
            said.append(words.say("prefers", agent=value.preferred_agent))
        if value.language is not None:
            said.append(words.say("language", language=value.language))
        if said:
            yield f"  {words.both(said)}"

    def _happened(self, moment: Happened, look: Looked | None) -> Iterator[str]:
        text = sentence(moment, self._told)
        self._told.note(moment)
        yield f"{self._clock.time(moment.at_ms)}  {text}"
        if moment.decision == "offer.made":
            self._known.pop(moment.leg_id, None)
            yield from self._why(moment, look)

    # Why nobody

    def _nobody(self, look: Looked) -> Iterator[str]:
        words = self._words
        self._last_look[look.leg_id] = look
        self._known[look.leg_id] = self._reasons_of(look)
        count = sum(len(group.agents) for group in look.passed_over)
        rules = self._phrases.rules(look)
        if not count:
            text = words.say("nobody_serves")
        elif look.anyhow:
            text = words.say("nobody_aimed", asked=rules, count=count)
        elif rules:
            text = words.say("nobody_asked", asked=rules, count=count)
        else:
            text = words.say("nobody", count=count)
        yield f"{self._clock.time(look.at_ms)}  {text}"
        yield from self._groups(look)
        if self._full and look.not_serving:
            yield _DEEPER + words.say("others", count=look.not_serving)

    def _is_known(self, look: Looked) -> bool:
        """Whether the same rules hold as at the last look of this wait, so that the differences are enough."""
        last = self._last_look.get(look.leg_id)
        if last is None or look.leg_id not in self._known:
            return False
        return (last.queue, self._phrases.rules(last)) == (look.queue, self._phrases.rules(look))

    def _differences(self, look: Looked) -> list[tuple[int, str]]:
        before, now = self._known[look.leg_id], self._reasons_of(look)
        self._known[look.leg_id] = now
        return [
            (look.at_ms, self._change(agent, before.get(agent, ()), reasons))
            for agent, reasons in now.items()
            if before.get(agent) != reasons
        ]

    def _changed(self, change: Changed) -> list[tuple[int, str]]:
        known = self._known.setdefault(change.leg_id, {})
        found = []
        for agent in change.agents:
            now = self._phrases.deciding(agent.now)
            before = known.get(agent.agent_id, self._phrases.deciding(agent.before))
            known[agent.agent_id] = now
            if now != before:
                found.append((change.at_ms, self._change(agent.agent_id, before, now)))
        return found

    def _meanwhile(self) -> Iterator[str]:
        """What happened during the wait that is told now: who got other work, and a few of the agents' changes."""
        changes, self._changes = self._changes, []
        others, self._others = self._others, []
        shown = changes if self._full or len(changes) <= CHANGES + 1 else changes[:CHANGES]
        for at_ms, text in sorted([*self._went(others), *shown], key=lambda it: it[0]):
            yield f"{_UNDER}{self._clock.time(at_ms)}  {text}"
        if len(shown) < len(changes):
            yield _UNDER + self._words.say("changes_more", count=len(changes) - len(shown))

    def _change(self, agent: str, before: Reasons, now: Reasons) -> str:
        reasons = self._phrases.reasons
        return self._words.say("changed", agent=agent, now=reasons(now), before=reasons(before))

    def _went(self, moments: Sequence[WentFirst]) -> list[tuple[int, str]]:
        """Each of a few; of many, one line for each kind of reason."""
        found = []
        for because in dict.fromkeys(one.because for one in moments):
            same = [one for one in moments if one.because is because]
            if self._full or len(same) <= 2:
                found += [(one.at_ms, self._went_one(one)) for one in same]
                continue
            agents = self._phrases.names(tuple(dict.fromkeys(one.agent_id for one in same)))
            text = self._words.say(
                "went_many", agents=agents, count=len(same), because=self._phrases.because_many(same)
            )
            found.append((same[0].at_ms, text))
        return found

    def _went_one(self, one: WentFirst) -> str:
        because = self._phrases.because(one)
        return self._words.say("went", agent=one.agent_id, other=one.interaction_id, because=because)

    def _reasons_of(self, look: Looked) -> dict[str, Reasons]:
        found = {agent: group.reasons for group in look.passed_over for agent in group.agents}
        return {agent: self._phrases.deciding(found[agent]) for agent in sorted(found)}

    def _groups(self, look: Looked) -> Iterator[str]:
        groups: dict[Reasons, list[str]] = {}
        for agent, reasons in self._reasons_of(look).items():
            groups.setdefault(reasons, []).append(agent)
        for reasons, agents in sorted(groups.items(), key=lambda it: -len(it[1])):
            said, names = self._phrases.reasons(reasons), self._phrases.names(agents)
            yield _DEEPER + self._words.say("group", reasons=said, count=len(agents), agents=names)

    # Why this agent

    def _why(self, made: Happened, look: Looked | None) -> Iterator[str]:
        words, agent = self._words, made.agent_id or ""
        relaxed = made.explanation.relaxations if made.explanation is not None else ()
        on_purpose = next((_ON_PURPOSE[one] for one in relaxed if one in _ON_PURPOSE), None)
        if on_purpose is not None:
            reasons = words.say(on_purpose.format(mode=made.join_mode))
        elif look is not None:
            reasons = self._best(look)
        else:
            return
        yield _UNDER + words.say("why", agent=agent, reasons=reasons)
        if look is None or relaxed:
            return
        if len(look.able) > 1:
            shown = look.able if self._full else look.able[:CANDIDATES]
            yield _UNDER + words.say("table_able")
            for one in shown:
                score = self._phrases.score(one, look.at_ms)
                yield _DEEPER + words.say("table_row", agent=one.agent_id, score=score)
            if len(shown) < len(look.able):
                yield _DEEPER + words.say("more_agents", count=len(look.able) - len(shown))
        if look.passed_over:
            yield _UNDER + words.say("not_chosen")
            yield from self._groups(look)
        if look.before:
            yield _UNDER + words.say("before", agent=agent)
            yield from self._before(look)

    def _before(self, look: Looked) -> Iterator[str]:
        counts = Counter[Reasons]()
        for work in look.before:
            counts[self._phrases.deciding(work.reasons)] += work.count
        for reasons, count in counts.most_common():
            said = self._phrases.reasons(reasons) if reasons else self._words.say("rank_first")
            yield _DEEPER + self._words.say("before_row", reasons=said, count=count)

    def _best(self, look: Looked) -> str:
        words, winner = self._words, look.able[0]
        if any(part.name == "preferred" and part.value == 0 for part in winner.score):
            why = words.say("why_preferred")
        elif len(look.able) == 1:
            why = words.say("why_only")
        else:
            decided = by_what(decided_by(winner, look.able[1]), words.language)
            why = words.say("why_best", count=len(look.able), other=look.able[1].agent_id, decided=decided)
        rules = self._phrases.rules(look)
        return words.say("why_asked", why=why, asked=rules) if rules else why

    def _summary(self) -> Iterator[str]:
        words, trace = self._words, self._trace
        waited, last = waited_by_queue(trace)
        if not trace.ended and last is not None and last.state is not None:
            with_nobody = last.agent_id is None or last.state in _WITH_NOBODY
            now = self._clock.time(trace.until_ms)
            key = "still" if with_nobody else "still_with"
            yield words.say(key, time=now, state=words.word(last.state), agent=last.agent_id)
        parts = [words.say("waited_in", queue=queue, length=words.length(ms)) for queue, ms in waited.items()]
        if len(parts) == 1:
            yield words.say("waited_once", where=parts[0])
        elif parts:
            yield words.say("waited", length=words.length(sum(waited.values())), queues=words.listed(parts))


def _looks_of_offers(trace: Trace) -> dict[tuple[str, int], Looked]:
    """Of each offer, by leg and seq: the look at all agents that it came from."""
    found: dict[tuple[str, int], Looked] = {}
    last: Looked | None = None
    for moment in trace.moments:
        if isinstance(moment, Looked):
            last = moment
        elif isinstance(moment, Happened) and moment.decision == "offer.made" and last is not None:
            fits = (last.offset, last.leg_id) == (moment.offset, moment.leg_id)
            found |= {(moment.leg_id, moment.seq): last} if last.able and fits else {}
    return found


def _taken_at_once(trace: Trace) -> frozenset[tuple[str, int]]:
    """Leg and input of offers that the agent's line takes: one input makes and accepts them."""
    happened = [moment for moment in trace.moments if isinstance(moment, Happened)]
    made = {(one.leg_id, one.offset) for one in happened if one.decision == "offer.made"}
    return frozenset(made & {(one.leg_id, one.offset) for one in happened if one.decision == "offer.accepted"})


def waited_by_queue(trace: Trace) -> tuple[dict[str, int], Happened | None]:
    """How long the customer waited, by queue (ms, ringing included; not what a consult waited), and how it stands: the
    last moment that told a state of the newest main leg.
    """
    waited: dict[str, int] = {}
    since: dict[str, Happened] = {}
    for moment in trace.moments:
        if not isinstance(moment, Happened) or moment.state is None or moment.leg not in MAIN:
            continue
        before = since.get(moment.leg_id)
        if before is not None and before.state in WAITING and before.queue is not None:
            waited[before.queue] = waited.get(before.queue, 0) + moment.at_ms - before.at_ms
        since[moment.leg_id] = moment
    last = next(reversed(since.values()), None)
    if last is not None and not trace.ended and last.state in WAITING and last.queue is not None:
        waited[last.queue] = waited.get(last.queue, 0) + trace.until_ms - last.at_ms
    return waited, last
