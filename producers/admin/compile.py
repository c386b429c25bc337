"""A workspace document to what routing obeys and what screens show. Pure: either everything is right, or every error
is named and nothing comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from producers.admin import references
from producers.admin.calendar import Calendar
from producers.admin.fields import read_table
from producers.admin.problems import InvalidDocument, Problems
from producers.admin.sections import DOCUMENT, ROUTED
from producers.admin.titles import Names, read_names
from runtime.validation import FieldError
from schemas.configuration import RoutingConfiguration


class Compiled(msgspec.Struct, frozen=True, kw_only=True):
    """What a document says; `document` is as written, `workspace` the id it is for."""

    workspace: str
    routing: RoutingConfiguration
    names: Names
    card_types: tuple[str, ...]
    hours: dict[str, Calendar]
    document: dict[str, Any]


def compile_document(document: Any, workspace: str | None = None) -> Compiled:
    """Checks a parsed document and compiles it; `workspace` is the id it must be for, if that is known.

    Raises:
        InvalidDocument: with every error.
    """
    if not isinstance(document, dict):
        raise InvalidDocument([FieldError("", "a workspace document is a mapping")])
    problems = Problems()
    values = read_table(problems, DOCUMENT, document, "")
    names = read_names(document, problems)
    name = _workspace(values, workspace, problems)
    routing = RoutingConfiguration(
        **{key.target: values[key.target] for key in ROUTED.values() if key.target in values}
    )
    references.check_references(routing, document, problems)
    problems.raise_if_any()
    return Compiled(
        workspace=name,
        routing=_with_used_names(routing, document),
        names=names,
        card_types=values.get("card_types", ()),
        hours=values.get("hours", {}),
        document=document,
    )


def _workspace(values: Mapping[str, Any], expected: str | None, problems: Problems) -> str:
    written = values.get("workspace")
    if written is None and expected is None:
        problems.add("workspace", "is missing")
    if written is not None and expected is not None and written != expected:
        problems.add("workspace", f'is "{written}", but the document is for "{expected}"')
    return str(written or expected or "")


def _with_used_names(routing: RoutingConfiguration, document: Mapping[str, Any]) -> RoutingConfiguration:
    """Lists that were left out hold what the document uses."""
    used: dict[str, tuple[str, ...]] = {}
    if "skills" not in document:
        steps = [step.require or {} for queue in routing.queues.values() for step in queue.steps]
        used["skills"] = _sorted(*(agent.skills for agent in routing.agents.values()), *steps)
    if "sites" not in document:
        used["sites"] = _sorted(*({agent.site: 1} for agent in routing.agents.values() if agent.site is not None))
    return msgspec.structs.replace(routing, **used)


def _sorted(*tables: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted({name for table in tables for name in table}))
