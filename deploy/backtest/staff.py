"""Who was there, and for what: agents' shifts and skills as their recorded calls show them. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from deploy.backtest.calls import RecordedCall
from deploy.backtest.people import Shift

LEAST_SHARE: Final = 0.05
"""Who takes less of a skill's calls than this share of what chance would bring does not have the skill."""
LEAST_EXPECTED: Final = 3.0
"""Below so many expected calls their absence says nothing."""


def shifts_of(calls: Iterable[RecordedCall]) -> tuple[Shift, ...]:
    """Each agent from the first to the last call of each day. Who took a call that did not wait was there when it came.
    Shifts of one agent that touch, over midnight or by days that overlap, are one.
    """
    days: dict[tuple[str, str], tuple[int, int]] = {}
    for call in calls:
        if call.agent_id is None or call.begun_ms is None:
            continue
        begins_ms = call.begun_ms if call.queued else min(call.asked_ms, call.begun_ms)
        ends_ms = call.begun_ms + (call.service_ms or 0)
        key = (call.agent_id, call.day)
        first, last = days.get(key, (begins_ms, ends_ms))
        days[key] = (min(first, begins_ms), max(last, ends_ms))
    found: list[Shift] = []
    for (agent_id, _), (begins_ms, ends_ms) in sorted(days.items(), key=lambda one: (one[0][0], one[1])):
        before = found[-1] if found and found[-1].agent_id == agent_id else None
        if before is not None and before.to_ms is not None and begins_ms <= before.to_ms:
            found[-1] = Shift(agent_id, before.from_ms, max(before.to_ms, ends_ms))
        else:
            found.append(Shift(agent_id, begins_ms, ends_ms))
    return tuple(sorted(found, key=lambda shift: (shift.from_ms, shift.agent_id)))


def skills_of(calls: Iterable[RecordedCall]) -> dict[str, tuple[str, ...]]:
    """The skills of each agent: those whose calls he took, at least `LEAST_SHARE` of what he would have taken had all
    agents the same skills. Of a skill so rare that fewer than `LEAST_EXPECTED` of its calls would have come to him, he
    has it if he has the commonest. Who took only calls that need none has none.
    """
    taken: defaultdict[str, Counter[str]] = defaultdict(Counter)
    whole: Counter[str] = Counter()
    for call in calls:
        if call.agent_id is None:
            continue
        own = taken[call.agent_id]
        if call.skill is not None:
            own[call.skill] += 1
            whole[call.skill] += 1
    names = sorted(whole, key=lambda skill: (-whole[skill], skill))
    return {agent: _skills(one, whole, names) for agent, one in sorted(taken.items())}


def _skills(taken: Mapping[str, int], whole: Counter[str], names: list[str]) -> tuple[str, ...]:
    if not taken:
        return ()
    share = sum(taken.values()) / whole.total()
    found = [skill for skill in names if taken.get(skill, 0) >= max(1.0, LEAST_SHARE * whole[skill] * share)]
    if names[0] in found:
        rare = [skill for skill in names if whole[skill] * share < LEAST_EXPECTED]
        found += [skill for skill in rare if skill not in found]
    return tuple(sorted(found or taken))


def skills_without_agents(calls: Iterable[RecordedCall], skills: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Skills that calls need and no agent has: nobody in the log answered such a call."""
    had = {skill for one in skills.values() for skill in one}
    return tuple(sorted({call.skill for call in calls if call.skill is not None and call.skill not in had}))
