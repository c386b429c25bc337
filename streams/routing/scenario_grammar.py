"""The words of a scenario: what may be done and expected, with which parameters of which kind. See ROUTING section 9."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from streams.routing.scenario_values import READERS, Unreadable, suggestion

Parameters = Mapping[str, str]
"""Parameter to kind, in the order of the grammar; the verb itself comes first. A kind in `[]` may be left out."""
Words = Mapping[str, Parameters]


def _words(*lines: str) -> Words:
    """`verb:kind needed:kind optional:[kind]`"""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        parameters = dict(part.split(":") for part in line.split())
        found[next(iter(parameters))] = parameters
    return found


ACTIONS: Final = _words(
    "login:agent status:[status]",
    "reconnect:agent",
    "disconnect:agent",
    "logout:agent",
    "status:agent to:status",
    "next_status:agent to:status",
    "arrive:name queue:[name] channel:[name] priority:[priority] tier:[name] require:[levels] preferred:[name]"
    " customer:[name] site:[name]",
    "leave:contact",
    "accept:contact by:agent connect:[connect]",
    "reject:contact by:agent",
    "connected:contact",
    "failed:contact fault:[fault]",
    "end:contact by:agent",
    "hold:contact by:agent",
    "resume:contact by:agent",
    "transfer:contact by:agent to_queue:[queue] to_agent:[agent] keep_place:[flag]",
    "consult:contact by:agent to_agent:[agent] to_queue:[queue]",
    "finish_consult:contact by:agent how:how",
    "extend_wrap_up:contact by:agent for:[duration]",
    "finish_wrap_up:contact by:agent disposition:[name]",
    "callback:contact at:[duration] agent:[agent]",
    "move:contact to_queue:queue",
    "assign:contact to:agent",
    "prioritise:contact priority:whole",
    "cancel:contact",
    "join:contact by:agent as:mode",
    "force_status:agent to:status",
    "open:queue",
    "close:queue",
    "configure:patch",
)
EXPECTATIONS: Final = _words(
    "offered:contact to:[agent]",
    "not_offered:contact",
    "state:contact is:state",
    "owner:contact is:nobody_or_agent",
    "agent:agent is:routing_status",
    "status:agent is:status",
    "units:agent is:whole",
    "waiting:queue is:whole",
    "order:queue is:contacts",
    "position:contact is:whole",
    "ended:contact as:[end] reason:[reason]",
    "refused:refusal",
    "passed:contact agent:agent reason:passed_over",
)


_ONE_OF: Final = {"transfer": ("to_queue", "to_agent"), "consult": ("to_agent", "to_queue")}
"""Of these parameters a verb has exactly one."""


def kind(words: Words, verb: str, parameter: str) -> str:
    """The kind of a verb's parameter."""
    return words[verb][parameter].strip("[]")


def read(words: Words, sentence: Any, path: str) -> tuple[str, dict[str, Any]]:
    """The verb of a sentence, and all that it says, each value as its kind; what is null and may be left out is left out.

    Raises:
        Unreadable: no verb, not its parameters, or a value that is not of its kind.
    """
    if not isinstance(sentence, Mapping) or not sentence:
        raise Unreadable(f"{path}: a sentence is a mapping such as {{accept: c1, by: ana}}")
    said = {str(key): value for key, value in sentence.items()}
    verbs = [verb for verb in said if verb in words]
    if not verbs:
        word = next(iter(said))
        raise Unreadable(f"{path}: no word {word!r}{suggestion(word, words)}; there are {', '.join(words)}")
    for verb in verbs:
        if _needed(words[verb]) <= set(said) <= set(words[verb]):
            return verb, _values(words, verb, said, path)
    raise Unreadable(f"{path}: {_takes(words[verbs[0]], verbs[0], said)}")


def check_choice(verb: str, said: Mapping[str, Any], path: str) -> None:
    """Raises Unreadable when an action says none or several of what it is to have one of."""
    if verb in _ONE_OF and sum(parameter in said for parameter in _ONE_OF[verb]) != 1:
        raise Unreadable(f"{path}: {verb} takes either {' or '.join(_ONE_OF[verb])}")


def _needed(parameters: Parameters) -> set[str]:
    return {parameter for parameter, wanted in parameters.items() if not wanted.startswith("[")}


def _values(words: Words, verb: str, said: Mapping[str, Any], path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter, value in said.items():
        if value is not None or parameter in _needed(words[verb]):
            found[parameter] = READERS[kind(words, verb, parameter)](value, f"{path}.{parameter}")
    return found


def _takes(parameters: Parameters, verb: str, said: Iterable[str]) -> str:
    needed = [name for name, wanted in parameters.items() if name != verb and not wanted.startswith("[")]
    optional = [name for name, wanted in parameters.items() if wanted.startswith("[")]
    others = [name for name in said if name != verb]
    text = f"{verb} takes {', '.join(needed) or 'nothing more'}"
    if optional:
        text += f" and perhaps {', '.join(optional)}"
    return f"{text}, not {', '.join(others) or 'nothing'}"
