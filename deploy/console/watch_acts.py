"""What a supervisor types below the table, as an act: pure.

`move ID QUEUE why`, `assign ID AGENT why` and so on; ID is the end of a contact's id as the list shows it. Everything
after the act's own words is the reason, without which nothing is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from deploy.console.mirror import Mirror
from deploy.console.parse import Plain, Wrong
from schemas import supervision
from schemas.configuration import OFFLINE
from schemas.vocabulary import JoinMode

LONGEST_REASON: Final = 200


Wish = supervision.AnyAct | Plain | Wrong
Made = Callable[[str, str, str], supervision.AnyAct | Wrong]
"""An act from what it is about, the second word, and the reason."""


def wish_of(line: str, mirror: Mirror) -> Wish:
    """What the line asks for."""
    word, _, rest = line.strip().partition(" ")
    word = word.lower().lstrip("/")
    if not word:
        return Plain.NOTHING
    if word in (Plain.HELP, Plain.QUIT):
        return Plain(word)
    if word in _OF_CONTACT:
        named, _, said = rest.strip().partition(" ")
        found = _contact(named, mirror)
        return found if isinstance(found, Wrong) else _act(word, found, said, _OF_CONTACT[word])
    if word in _OF_AGENT:
        named, _, said = rest.strip().partition(" ")
        known = named in mirror.agents
        return _act(word, named, said, _OF_AGENT[word]) if known else Wrong("no_agent", {"named": named or "?"})
    return Wrong("unknown_command", {"word": word})


def _act(word: str, about: str, said: str, how: tuple[bool, Made]) -> Wish:
    takes_more, make = how
    more, _, reason = said.strip().partition(" ") if takes_more else ("", "", said)
    reason = reason.strip()
    if (takes_more and not more) or not reason:
        return Wrong("needs_reason", {"word": word})
    return make(about, more, reason) if len(reason) <= LONGEST_REASON else Wrong("long_reason")


def _contact(named: str, mirror: Mirror) -> str | Wrong:
    found = [one for one in mirror.interactions if named and one.endswith(named)]
    if len(found) == 1:
        return found[0]
    return Wrong("which_contact" if found else "no_contact", {"named": named or "?"})


def _prioritise(about: str, more: str, reason: str) -> supervision.AnyAct | Wrong:
    if not more.isdecimal() or not 1 <= int(more) <= 10:
        return Wrong("bad_priority")
    return supervision.Prioritise(interaction_id=about, priority=int(more), reason=reason)


def _join(mode: JoinMode) -> tuple[bool, Made]:
    return False, lambda about, _more, reason: supervision.Join(interaction_id=about, mode=mode, reason=reason)


_OF_CONTACT: Final[dict[str, tuple[bool, Made]]] = {
    "move": (True, lambda about, more, why: supervision.Move(interaction_id=about, to_queue=more, reason=why)),
    "assign": (True, lambda about, more, why: supervision.Assign(interaction_id=about, to_agent=more, reason=why)),
    "prioritise": (True, _prioritise),
    "cancel": (False, lambda about, _more, why: supervision.Cancel(interaction_id=about, reason=why)),
    **{mode.value: _join(mode) for mode in JoinMode},
}
_OF_AGENT: Final[dict[str, tuple[bool, Made]]] = {
    "status": (True, lambda about, more, why: supervision.ForceStatus(agent_id=about, status=more, reason=why)),
    "out": (False, lambda about, _more, why: supervision.ForceStatus(agent_id=about, status=OFFLINE, reason=why)),
}
"""By word: whether a second word follows what it is about, and what it makes."""
