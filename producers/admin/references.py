"""Checks across sections: whatever names a queue, skill, site or channel names one that exists.

Skills and sites are checked only where the document lists them; a document that leaves the list out means all it uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Any, Final

from producers.admin.problems import Problems, at_index, at_key, suggestion
from schemas.configuration import QueueSettings, RoutingConfiguration

KNOWN_CHANNELS: Final = frozenset(
    {"phone", "voicemail", "sms", "email", "web_chat", "web_form", "in_store", "callback", "document"}
)
RESERVED_STATUSES: Final = {"available": True, "offline": False}


class Names:
    """What may be named; None = anything."""

    def __init__(self, routing: RoutingConfiguration, document: Mapping[str, Any], problems: Problems) -> None:
        self._problems = problems
        self._known: dict[str, Set[str] | None] = {
            "queue": set(_keys(document.get("queues"))),
            "skill": set(routing.skills) if "skills" in document else None,
            "site": set(routing.sites) if "sites" in document else None,
            "channel": set(_keys(document.get("channels"))) | KNOWN_CHANNELS,
            "hours": set(_keys(document.get("hours"))),
        }

    def check(self, kind: str, name: str | None, path: str) -> None:
        known = self._known[kind]
        if name is not None and known is not None and name not in known:
            self._problems.add(path, f'no {kind} "{name}"' + suggestion(name, sorted(known)))

    def check_keys(self, kind: str, names: Iterable[str], path: str) -> None:
        for name in names:
            self.check(kind, name, at_key(path, name))


def check_references(routing: RoutingConfiguration, document: Mapping[str, Any], problems: Problems) -> None:
    """Adds a problem for each name that names nothing, and for what contradicts itself."""
    names = Names(routing, document, problems)
    names.check("queue", routing.settings.default_queue, "settings.default_queue")
    for status, settings in routing.statuses.items():
        if status in RESERVED_STATUSES and settings.routable is not RESERVED_STATUSES[status]:
            problems.add(f"statuses.{status}.routable", f"{status} always exists and cannot be changed")
    for channel, wanted in routing.channels.items():
        for index, other in enumerate(wanted.interrupted_by):
            names.check("channel", other, at_index(f"channels.{channel}.interrupted_by", index))
    for queue, settings_of_queue in routing.queues.items():
        _check_queue(names, problems, f"queues.{queue}", settings_of_queue)
    for agent, settings_of_agent in routing.agents.items():
        path = f"agents.{agent}"
        names.check("site", settings_of_agent.site, at_key(path, "site"))
        names.check_keys("skill", settings_of_agent.skills, at_key(path, "skills"))
        names.check_keys("queue", settings_of_agent.queues, at_key(path, "queues"))
        names.check_keys("channel", settings_of_agent.max, at_key(path, "max"))


def _check_queue(names: Names, problems: Problems, path: str, queue: QueueSettings) -> None:
    names.check("hours", queue.hours, at_key(path, "hours"))
    steps = at_key(path, "steps")
    before_ms = -1
    for index, step in enumerate(queue.steps):
        where = at_index(steps, index)
        if step.at_ms <= before_ms:
            problems.add(at_key(where, "at"), "must be later than the step before")
        before_ms = max(before_ms, step.at_ms)
        names.check_keys("skill", step.require or (), at_key(where, "require"))
        names.check("queue", step.overflow_to, at_key(where, "overflow_to"))
        if step.min_rank is not None and step.max_rank is not None and step.min_rank > step.max_rank:
            problems.add(at_key(where, "min_rank"), "must not be above max_rank")
    for word in ("when_closed", "when_full", "when_no_agents"):
        target = getattr(queue.overflow, word).overflow_to
        names.check("queue", target, at_key(at_key(at_key(path, "overflow"), word), "overflow_to"))


def _keys(section: Any) -> Iterable[str]:
    return section.keys() if isinstance(section, dict) else ()
