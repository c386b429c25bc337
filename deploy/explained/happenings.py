"""Each decision about an interaction as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from deploy.explained.words import Words
from schemas.trace import Happened
from schemas.vocabulary import ENDED, LegKind, LegState

_ASSIGNS: Final = "assign_interaction"
_OWN_WORD: Final = frozenset(
    {"accept_offer", "reject_offer", "end_interaction", "hold_interaction", "resume_interaction", "finish_wrap_up"}
)
"""Commands that say no more than the decision does, when the agent gave them."""


class Told:
    """What was told so far, and how times and words are said."""

    def __init__(self, time: Callable[[int], str], words: Words) -> None:
        self.time = time
        self.words = words
        self._offered_ms: dict[str, int] = {}
        self._seen: dict[str, Happened] = {}

    def note(self, moment: Happened) -> None:
        """The moment has been told."""
        if moment.decision == "offer.made":
            self._offered_ms[moment.leg_id] = moment.at_ms
        self._seen[moment.leg_id] = moment

    def rang(self, moment: Happened) -> str:
        """How long the offer rang that ends with this moment."""
        return self.words.length(moment.at_ms - self._offered_ms.get(moment.leg_id, moment.at_ms))

    def before(self, moment: Happened) -> Happened | None:
        """What was told of this leg last."""
        return self._seen.get(moment.leg_id)


def sentence(moment: Happened, told: Told) -> str:
    """What happened, and who asked for it."""
    return f"{_which_leg(moment, told.words)}{_what(moment, told)}{_by_whom(moment, told.words)}"


def _which_leg(moment: Happened, words: Words) -> str:
    number = moment.leg_id.rsplit(".", 1)[-1]
    if moment.leg in (None, LegKind.MAIN):
        return ""
    return words.say("leg", kind=words.word(moment.leg), number=number)


def _by_whom(moment: Happened, words: Words) -> str:
    if moment.by is None or moment.command is None:
        return ""
    if moment.decision == "offer.made" and moment.command != _ASSIGNS:
        return ""
    if moment.by == moment.agent_id and moment.command in _OWN_WORD:
        return ""
    command = words.word(moment.command)
    if moment.asked_because:
        return words.say("by_because", who=moment.by, command=command, reason=moment.asked_because)
    return words.say("by", who=moment.by, command=command)


NOT_IN_QUEUE: Final = ENDED | {LegState.SCHEDULED}
_KEYS: Final = {
    "offer.accepted": "accepted",
    "offer.rejected": "rejected",
    "offer.timed_out": "timed_out",
    "offer.rescinded": "rescinded",
    "leg.connected": "connected",
    "leg.joined": "joined",
    "leg.held": "held",
    "leg.resumed": "resumed",
    "leg.wrap_up_started": "wrap_up",
    "leg.wrap_up_extended": "extended",
    "input.held": "held_input",
    "duplicate.ignored": "duplicate",
    "workspace.stopped": "routing_stopped",
    "workspace.resumed": "routing_resumed",
}
"""The text of a decision that needs no more than its values."""


def _what(moment: Happened, told: Told) -> str:
    words = told.words
    own = _OWN.get(moment.decision)
    if own is not None:
        return own(moment, told)
    key = _KEYS.get(moment.decision, "other")
    if key == "accepted" and moment.state is LegState.CONNECTING:
        key = "connecting"
    return words.say(
        key,
        agent=moment.agent_id or "-",
        length=told.rang(moment),
        reason=words.word(moment.rescind_reason or moment.reason or "-"),
        time=told.time(moment.due_ms or moment.at_ms),
        decision=moment.decision,
    )


def _offered(moment: Happened, told: Told) -> str:
    length = told.words.length((moment.due_ms or moment.at_ms) - moment.at_ms)
    deadline = told.words.say("deadline", length=length)
    return told.words.say("offered", agent=moment.agent_id or "-", deadline=deadline)


def _queued(moment: Happened, told: Told) -> str:
    words = told.words
    last = told.before(moment)
    again = last is not None and last.queue == moment.queue and last.state not in NOT_IN_QUEUE
    if moment.ahead is None or again:
        return words.say("requeued", queue=moment.queue)
    place = words.say("nth", place=moment.ahead + 1, ahead=moment.ahead) if moment.ahead else words.say("first")
    shift_ms = moment.at_ms - (moment.virtual_arrival_ms or moment.at_ms) if last is None else 0
    if shift_ms:
        key = "head_start" if shift_ms > 0 else "behind"
        at = told.time(moment.virtual_arrival_ms or moment.at_ms)
        place += words.say(key, time=at, length=words.length(abs(shift_ms)))
    return words.say("queued", queue=moment.queue, place=place)


def _scheduled(moment: Happened, told: Told) -> str:
    key = "scheduled" if moment.callback_of is None else "scheduled_for"
    return told.words.say(key, time=told.time(moment.due_ms or moment.at_ms), agent=moment.callback_of or "-")


def _changed(moment: Happened, told: Told) -> str:
    if not moment.callback:
        return told.words.say("changed_interaction")
    key = "called_back" if moment.callback_of is None else "called_back_by"
    return told.words.say(key, agent=moment.callback_of or "-")


def _stepped(moment: Happened, told: Told) -> str:
    return told.words.say("step_advanced", number=moment.step + 1)


def _ended(moment: Happened, told: Told) -> str:
    words = told.words
    if moment.state is None:
        return words.say("other", decision=moment.decision)
    state = words.state(moment.state)
    if moment.reason is None or moment.reason.value == moment.state.value:
        return words.say("ended_plain", state=state)
    last = told.before(moment)
    if moment.agent_id is not None and last is not None and last.state is LegState.WRAP_UP:
        return words.say("wrapped", agent=moment.agent_id, state=state)
    if moment.agent_id is not None and moment.state is LegState.COMPLETED:
        return words.say("ended_with", agent=moment.agent_id, reason=words.word(moment.reason))
    return words.say("ended", state=state, reason=words.word(moment.reason))


_OWN: Final[dict[str, Callable[[Happened, Told], str]]] = {
    "leg.queued": _queued,
    "leg.scheduled": _scheduled,
    "interaction.changed": _changed,
    "leg.ended": _ended,
    "step.advanced": _stepped,
    "offer.made": _offered,
}
