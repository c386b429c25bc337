"""The sections of a workspace document as literal tables: each key, what it is called in routing, how it is read.

`title` and `names` are for screens and never reach routing; what they may hold is read in `producers.admin.titles`.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from producers.admin.fields import (
    BAD,
    Key,
    Reader,
    Table,
    anything,
    boolean,
    duration,
    identifier,
    integer,
    listed,
    named,
    one_of,
    share,
    struct,
    time_zone,
    unique,
)
from producers.admin.hours import calendar_of
from producers.admin.problems import Problems
from schemas.configuration import (
    AgentSettings,
    ChannelSettings,
    OverflowRule,
    OverflowSettings,
    QueueSettings,
    RoutingSettings,
    ServiceLevel,
    StatusSettings,
    StepSettings,
    TierSettings,
)
from schemas.metrics_derived import Formula
from schemas.vocabulary import Strategy

MAX_UNITS: Final = 1_000_000
MAX_LEVEL: Final = 5
MAX_RANK: Final = 1_000
MAX_CLASS: Final = 1_000
MAX_WAITING: Final = 10_000_000
END_WORDS: Final = ("closed", "full", "no_agents")
TITLE: Final = "title"
KEEPS_ON_DISCONNECT: Final = frozenset({"phone", "in_store"})
"""Channels whose work stays with an agent who is lost, unless the document says otherwise."""

_levels: Final = named(integer(1, MAX_LEVEL))

SETTINGS: Final[Table] = {
    "priority_step": Key("priority_step_ms", duration()),
    "rank_first": Key("rank_first", boolean),
    "reoffer_after": Key("reoffer_after_ms", duration()),
    "reoffer_pause": Key("reoffer_pause_ms", duration()),
    "resume_within": Key("resume_within_ms", duration()),
    "reconnect_grace": Key("reconnect_grace_ms", duration()),
    "connect_timeout": Key("connect_timeout_ms", duration(low_ms=1)),
    "not_responding_for": Key("not_responding_for_ms", duration(), nullable=True),
    "default_queue": Key("default_queue", identifier, nullable=True),
    "time_zone": Key("time_zone", time_zone),
}
STATUS: Final[Table] = {"routable": Key("routable", boolean), TITLE: Key(TITLE, anything)}
CHANNEL: Final[Table] = {
    "units": Key("units", integer(0, MAX_UNITS)),
    "offer_timeout": Key("offer_timeout_ms", duration(low_ms=1)),
    "wrap_up": Key("wrap_up_ms", duration()),
    "wrap_up_holds_units": Key("wrap_up_holds_units", boolean),
    "auto_accept": Key("auto_accept", boolean),
    "interrupted_by": Key("interrupted_by", unique(listed(identifier))),
    "hold_frees_units": Key("hold_frees_units", boolean),
    "requeue_on_disconnect": Key("requeue_on_disconnect", boolean),
    TITLE: Key(TITLE, anything),
}
STEP: Final[Table] = {
    "at": Key("at_ms", duration()),
    "preferred": Key("preferred", boolean),
    "require": Key("require", _levels),
    "relax": Key("relax", boolean),
    "min_rank": Key("min_rank", integer(1, MAX_RANK)),
    "max_rank": Key("max_rank", integer(1, MAX_RANK)),
    "ignore_rank": Key("ignore_rank", boolean),
    "same_site": Key("same_site", boolean),
    "head_start": Key("head_start_ms", duration()),
    "overflow_to": Key("overflow_to", identifier),
}
OVERFLOW_RULE: Final[Table] = {
    "end": Key("end", one_of(END_WORDS)),
    "overflow_to": Key("overflow_to", identifier),
}
LEVEL: Final[Table] = {
    "within": Key("within_ms", duration(low_ms=1)),
    "goal": Key("goal_percent", share),
    "formula": Key("formula", one_of(tuple(Formula))),
}
AGENT: Final[Table] = {
    "team": Key("team", identifier),
    "site": Key("site", identifier),
    "skills": Key("skills", _levels),
    "queues": Key("queues", named(integer(1, MAX_RANK))),
    "capacity": Key("capacity", integer(0, MAX_UNITS)),
    "max": Key("max", named(integer(0, MAX_UNITS))),
    "wrap_up": Key("wrap_up_ms", duration()),
    TITLE: Key(TITLE, anything),
}


def _without_title(kind: type[Any], table: Table) -> Reader:
    """The routing part of an entry that may also have a title."""
    titled = struct(kind, {name: key for name, key in table.items() if name != TITLE})

    def read(problems: Problems, value: Any, path: str) -> Any:
        routed = {key: inner for key, inner in value.items() if key != TITLE} if isinstance(value, dict) else value
        return titled(problems, routed, path)

    return read


def _tier_level(problems: Problems, value: Any, path: str) -> Any:
    """`{within: 10s}` as its milliseconds."""
    read = struct(ServiceLevel, {"within": Key("within_ms", duration(low_ms=1))})(problems, value, path)
    return BAD if read is BAD else read.within_ms


def _strategy(problems: Problems, value: Any, path: str) -> Any:
    word = one_of(tuple(Strategy))(problems, value, path)
    return BAD if word is BAD else Strategy(word)


def _overflow_rule(problems: Problems, value: Any, path: str) -> Any:
    """`stay`, `{end: WORD}` or `{overflow_to: QUEUE}`."""
    if value == "stay":
        return OverflowRule()
    if not isinstance(value, dict) or len(value) != 1:
        problems.add(path, "must be stay, {end: WORD} or {overflow_to: QUEUE}")
        return BAD
    return struct(OverflowRule, OVERFLOW_RULE)(problems, value, path)


OVERFLOW: Final[Table] = {
    "when_closed": Key("when_closed", _overflow_rule),
    "when_full": Key("when_full", _overflow_rule),
    "when_no_agents": Key("when_no_agents", _overflow_rule),
}
TIER: Final[Table] = {
    "head_start": Key("head_start_ms", duration()),
    "service_level": Key("service_level_within_ms", _tier_level),
    TITLE: Key(TITLE, anything),
}
QUEUE: Final[Table] = {
    "hours": Key("hours", identifier),
    "class": Key("class_", integer(0, MAX_CLASS)),
    "service_level": Key("service_level", struct(ServiceLevel, LEVEL)),
    "short_abandon": Key("short_abandon_ms", duration()),
    "max_waiting": Key("max_waiting", integer(0, MAX_WAITING)),
    "wrap_up": Key("wrap_up_ms", duration()),
    "strategy": Key("strategy", _strategy),
    "steps": Key("steps", listed(struct(StepSettings, STEP))),
    "overflow": Key("overflow", struct(OverflowSettings, OVERFLOW)),
    "expire_after": Key("expire_after_ms", duration(low_ms=1)),
    TITLE: Key(TITLE, anything),
}


def channels(problems: Problems, value: Any, path: str) -> Any:
    """Channels, with what the product decides for those that leave `requeue_on_disconnect` out."""
    read = named(_without_title(ChannelSettings, CHANNEL))(problems, value, path)
    written = value if isinstance(value, dict) else {}
    for name, channel in read.items():
        entry = written[name]
        says_so = isinstance(entry, dict) and "requeue_on_disconnect" in entry
        if not says_so and name not in KEEPS_ON_DISCONNECT:
            read[name] = msgspec.structs.replace(channel, requeue_on_disconnect=True)
    return read


_list_of_names: Final = unique(listed(identifier))

ROUTED: Final[Table] = {
    "settings": Key("settings", struct(RoutingSettings, SETTINGS)),
    "skills": Key("skills", _list_of_names),
    "statuses": Key("statuses", named(_without_title(StatusSettings, STATUS))),
    "tiers": Key("tiers", named(_without_title(TierSettings, TIER))),
    "sites": Key("sites", _list_of_names),
    "channels": Key("channels", channels),
    "queues": Key("queues", named(_without_title(QueueSettings, QUEUE))),
    "agents": Key("agents", named(_without_title(AgentSettings, AGENT))),
}
"""The sections that become the routing configuration."""

AROUND: Final[Table] = {
    "workspace": Key("workspace", identifier),
    "title": Key("title", anything),
    "names": Key("names", anything),
    "card_types": Key("card_types", _list_of_names),
    "hours": Key("hours", named(calendar_of)),
}
"""What else a document may hold."""

DOCUMENT: Final[Table] = {**ROUTED, **AROUND}
