"""A workspace document as the configuration of a run: the log's agents added, with the skills that their calls show. Pure.

An agent whom the document names is as the document says. Offers are accepted at once: a log that tells nothing of
ringing cannot be compared by it. Opening hours are not played: queues are open whenever somebody calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from deploy.backtest.people import CHANNEL
from producers.admin.compile import compile_document
from schemas.configuration import PHONE, RoutingConfiguration


def staffed(document: Mapping[str, Any], skills: Mapping[str, Iterable[str]]) -> RoutingConfiguration:
    """The configuration that the document gives those agents, each for all its queues.

    Raises:
        InvalidDocument: the document has errors.
    """
    queues = dict.fromkeys(document.get("queues") or {}, 1)
    added = {agent: {"queues": queues, "skills": dict.fromkeys(of, 1)} for agent, of in skills.items()}
    whole = {**document, "agents": {**added, **(document.get("agents") or {})}}
    declared = document.get("skills")
    if declared is not None:
        used = {skill for of in skills.values() for skill in of}
        whole["skills"] = [*declared, *sorted(used - set(declared))]
    return compile_document(whole).routing


def plain_document(queues: Iterable[str]) -> dict[str, Any]:
    """A document for a log that comes without one: its queues, first come first served, no wrap-up."""
    names = sorted(set(queues))
    return {
        "workspace": "backtest",
        "settings": {"default_queue": names[0]} if names else {},
        "channels": {CHANNEL: {"units": 100, "wrap_up": "0s"}},
        "queues": {name: {} for name in names},
    }


def offered_at_once(configuration: RoutingConfiguration, after_call_ms: int | None = None) -> RoutingConfiguration:
    """The configuration with offers on the phone accepted at once, and with that wrap-up for everybody (None = as it is)."""
    phone = configuration.channels.get(CHANNEL, PHONE)
    if after_call_ms is None:
        changed: dict[str, Any] = {}
    else:
        phone = msgspec.structs.replace(phone, wrap_up_ms=after_call_ms)
        changed = {
            "queues": {
                name: msgspec.structs.replace(one, wrap_up_ms=None) for name, one in configuration.queues.items()
            },
            "agents": {
                name: msgspec.structs.replace(one, wrap_up_ms=None) for name, one in configuration.agents.items()
            },
        }
    channels = {**configuration.channels, CHANNEL: msgspec.structs.replace(phone, auto_accept=True)}
    return msgspec.structs.replace(configuration, channels=channels, **changed)
