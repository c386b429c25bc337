"""Each decision about an interaction as a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from deploy.explained.words import Words
from schemas.trace import Happened
from schemas.vocabulary import ENDED, LegKind, LegState

_OFFERS: Final = frozenset({"assign_interaction", "join_interaction"})
"""Commands that an offer itself is the answer to; of others it is only what followed."""
_REPRIORITISES: Final = "reprioritise_interaction"
_OWN_WORD: Final = frozenset(
    {"accept_offer", "reject_offer", "end_interaction", "hold_interaction", "resume_interaction", "finish_wrap_up"}
)
"""Commands that say no more than the decision does, when the agent gave them."""
MAIN: Final = frozenset({None, LegKind.MAIN})
"""Of these a sentence need not say whose part it speaks of."""


class Told:
    """What was told so far, and how times and words are said. `at_once`: leg and input of offers that a line takes."""

    def __init__(
        self, time: Callable[[int], str], words: Words, at_once: frozenset[tuple[str, int]] = frozenset()
    ) -> None:
        self.time = time
        self.words = words
        self._at_once = at_once
        self._offered_ms: dict[str, int] = {}
        self._seen: dict[str, Happened] = {}
        self._waited: Happened | None = None
        self._asked: int | None = None

    def note(self, moment: Happened) -> None:
        """The moment has been told."""
        if moment.decision == "offer.made":
            self._offered_ms[moment.leg_id] = moment.at_ms
        if moment.decision == "leg.queued" and moment.leg in MAIN:
            self._waited = moment
        if moment.command is not None and names_command(moment):
            self._asked = moment.offset
        self._seen[moment.leg_id] = moment

    def is_taken_at_once(self, moment: Happened) -> bool:
        """Whether the agent's line takes the offer, and nobody is asked."""
        return (moment.leg_id, moment.offset) in self._at_once

    def has_named(self, moment: Happened) -> bool:
        """Whether who asked for this was said with what came of the same input before."""
        return self._asked == moment.offset

    @property
    def waited(self) -> Happened | None:
        """When the customer's own part entered a queue last."""
        return self._waited

    def rang(self, moment: Happened) -> str:
        """How long the offer rang that ends with this moment."""
        return self.words.length(moment.at_ms - self._offered_ms.get(moment.leg_id, moment.at_ms))

    def before(self, moment: Happened) -> Happened | None:
        """What was told of this leg last."""
        return self._seen.get(moment.leg_id)


def sentence(moment: Happened, told: Told) -> str:
    """What happened, and who asked for it."""
    by = "" if told.has_named(moment) else _by_whom(moment, told.words)
    return f"{_which_leg(moment, told.words)}{_what(moment, told)}{by}"


def _which_leg(moment: Happened, words: Words) -> str:
    number = moment.leg_id.rsplit(".", 1)[-1]
    if moment.leg is None or moment.leg is LegKind.MAIN:
        return ""
    return words.say("leg", kind=words.word(moment.leg), number=number)


def names_command(moment: Happened) -> bool:
    """Whether the sentence names who asked for it: not where that is what the sentence says."""
    if moment.by is None or moment.command is None:
        return False
    if moment.decision == "offer.made" and moment.command not in _OFFERS:
        return False
    return moment.by != moment.agent_id or moment.command not in _OWN_WORD


def _by_whom(moment: Happened, words: Words) -> str:
    if moment.by is None or moment.command is None or not names_command(moment):
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


_ACCEPTED: Final = {
    (False, False): "accepted",
    (False, True): "connecting",
    (True, False): "auto_accepted",
    (True, True): "auto_connecting",
}
"""Of an acceptance: whether a line took it, and whether it must be connected yet."""


def _what(moment: Happened, told: Told) -> str:
    words = told.words
    own = _OWN.get(moment.decision)
    if own is not None:
        return own(moment, told)
    key = _KEYS.get(moment.decision, "other")
    if key == "accepted":
        key = _ACCEPTED[told.is_taken_at_once(moment), moment.state is LegState.CONNECTING]
    return words.say(
        key,
        agent=moment.agent_id or "-",
        length=told.rang(moment),
        reason=words.reason(moment.rescind_reason or moment.reason or "-"),
        time=told.time(moment.due_ms or moment.at_ms),
        decision=moment.decision,
    )


def _offered(moment: Happened, told: Told) -> str:
    words = told.words
    length = words.length((moment.due_ms or moment.at_ms) - moment.at_ms)
    deadline = words.say("auto") if told.is_taken_at_once(moment) else words.say("deadline", length=length)
    return words.say("offered", agent=moment.agent_id or "-", deadline=deadline)


def _queued(moment: Happened, told: Told) -> str:
    words, last = told.words, told.before(moment)
    if moment.queue is None:
        return words.say("consult_begun")
    if moment.ahead is None or _is_back(moment, last, told.waited):
        key = "not_connected" if last is not None and last.state is LegState.CONNECTING else "requeued"
        return words.say(key, queue=moment.queue)
    place = words.say("nth", place=moment.ahead + 1, ahead=moment.ahead) if moment.ahead else words.say("first")
    place += _shift(moment, told) if last is None else ""
    if moment.asked_queue is not None and (last is None or moment.command is not None):
        return words.say("turned_away", asked=moment.asked_queue, queue=moment.queue, place=place)
    overflows = last is not None and moment.command is None and last.state is LegState.QUEUED
    return words.say("overflowed" if overflows else "queued", queue=moment.queue, place=place)


def _is_back(moment: Happened, last: Happened | None, waited: Happened | None) -> bool:
    """Whether it stands where it stood: after a failed offer, or by a new leg that keeps the place."""
    if last is not None:
        return last.queue == moment.queue and last.state not in NOT_IN_QUEUE
    before = waited if moment.leg in MAIN else None
    return before is not None and _place(before) == _place(moment)


def _place(moment: Happened) -> tuple[str | None, int | None]:
    return moment.queue, moment.virtual_arrival_ms


def _shift(moment: Happened, told: Told) -> str:
    """How the place differs from that of the moment, and why, as far as that is known."""
    virtual_ms = moment.at_ms if moment.virtual_arrival_ms is None else moment.virtual_arrival_ms
    shift_ms = moment.at_ms - virtual_ms
    if not shift_ms:
        return ""
    kept = told.waited is not None and moment.leg in MAIN and told.waited.virtual_arrival_ms == virtual_ms
    key = "kept_place" if kept else "took_place" if moment.resumed else "head_start" if shift_ms > 0 else "behind"
    return told.words.say(key, time=told.time(virtual_ms), length=told.words.length(abs(shift_ms)))


def _scheduled(moment: Happened, told: Told) -> str:
    key = "scheduled" if moment.callback_of is None else "scheduled_for"
    return told.words.say(key, time=told.time(moment.due_ms or moment.at_ms), agent=moment.callback_of or "-")


def _changed(moment: Happened, told: Told) -> str:
    if moment.callback:
        key = "called_back" if moment.callback_of is None else "called_back_by"
        return told.words.say(key, agent=moment.callback_of or "-")
    key = "changed_priority" if moment.command == _REPRIORITISES else "changed_interaction"
    return told.words.say(key, priority=moment.priority) + _moved(moment, told)


def _moved(moment: Happened, told: Told) -> str:
    """By how much what changed has moved the place."""
    last = told.before(moment)
    if last is None or last.virtual_arrival_ms is None or moment.virtual_arrival_ms is None:
        return ""
    earlier_ms = last.virtual_arrival_ms - moment.virtual_arrival_ms
    key = "moved_up" if earlier_ms > 0 else "moved_back"
    return told.words.say(key, length=told.words.length(abs(earlier_ms))) if earlier_ms else ""


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
        return words.say("ended_with", agent=moment.agent_id, reason=words.reason(moment.reason))
    return words.say("ended", state=state, reason=words.reason(moment.reason))


_OWN: Final[dict[str, Callable[[Happened, Told], str]]] = {
    "leg.queued": _queued,
    "leg.scheduled": _scheduled,
    "interaction.changed": _changed,
    "leg.ended": _ended,
    "step.advanced": _stepped,
    "offer.made": _offered,
}
