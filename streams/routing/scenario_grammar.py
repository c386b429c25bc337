"""The words of a scenario: what may be done and expected, with which parameters. See ROUTING section 9."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.routing.scenario_document import Unreadable

Words = Mapping[str, tuple[frozenset[str], frozenset[str]]]


def _words(*lines: str) -> Words:
    """`verb needed... optional?...`"""
    found: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for line in lines:
        verb, *parameters = line.split()
        needed = frozenset(parameter for parameter in parameters if not parameter.endswith("?"))
        optional = frozenset(parameter[:-1] for parameter in parameters if parameter.endswith("?"))
        found[verb] = (needed, optional)
    return found


ACTIONS: Final = _words(
    "login status?",
    "reconnect",
    "disconnect",
    "logout",
    "status to",
    "next_status to",
    "arrive queue? channel? priority? tier? require? preferred? customer? site?",
    "leave",
    "accept by connect?",
    "reject by",
    "connected",
    "failed fault?",
    "end by",
    "hold by",
    "resume by",
    "transfer by to_queue? to_agent? keep_place?",
    "consult by to_agent? to_queue?",
    "finish_consult by how",
    "extend_wrap_up by for?",
    "finish_wrap_up by disposition?",
    "callback at? agent?",
    "move to_queue",
    "assign to",
    "prioritise priority",
    "cancel",
    "join by as",
    "force_status to",
    "open",
    "close",
    "configure",
)
EXPECTATIONS: Final = _words(
    "offered to?",
    "not_offered",
    "state is",
    "owner is",
    "agent is",
    "status is",
    "units is",
    "waiting is",
    "order is",
    "position is",
    "ended as? reason?",
    "refused",
    "passed agent reason",
)


def read(words: Words, sentence: Any, path: str) -> tuple[str, dict[str, Any]]:
    """The verb of a sentence, and all that it says.

    Raises:
        Unreadable: no verb, or not its parameters.
    """
    if not isinstance(sentence, Mapping):
        raise Unreadable(f"{path}: not a mapping")
    said = {str(key): value for key, value in sentence.items()}
    problem = f"{path}: none of {', '.join(words)}"
    for verb in said:
        if verb not in words:
            continue
        needed, optional = words[verb]
        others = set(said) - {verb}
        if needed <= others <= needed | optional:
            return verb, said
        problem = f"{path}: {verb} takes {', '.join(sorted(needed)) or 'nothing more'}"
        if optional:
            problem += f" and perhaps {', '.join(sorted(optional))}"
        problem += f", not {', '.join(sorted(others)) or 'nothing'}"
    raise Unreadable(problem)
