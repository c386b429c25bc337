"""The screen as lines of text, and what happened as sentences: pure.

`now_ms` is the gateway's clock as well as this machine can tell; a screen that is not live says as of when it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from deploy.console.company import company, part
from deploy.console.decided import decided_by
from deploy.console.mirror import Mirror
from deploy.console.times import written
from deploy.console.words import Words, duration
from schemas import live
from schemas.messages import MessagePosted
from schemas.shown import ShownOffer
from schemas.values import Explanation, LegValue
from schemas.vocabulary import LegKind, LegState, OfferState

VOICE: Final = frozenset({"phone", "callback"})
JOINER: Final = "\u200d"
"""Holds together what is drawn as one picture; without it an emoji falls apart."""
TRANSCRIPT_LINES: Final = 8


class Sight(msgspec.Struct, frozen=True):
    """All that a picture needs; `zone`: the person's, None = the machine's."""

    mirror: Mirror
    agent_id: str
    workspace: str
    now_ms: int
    connected: bool
    selected: str | None = None
    transcript_lines: int = TRANSCRIPT_LINES
    zone: datetime.tzinfo | None = None


def picture(sight: Sight, words: Words) -> list[str]:
    """The whole screen but for the log and the line that is typed."""
    lines = [_head(sight, words), *_trouble(sight, words), "", words.say("offers")]
    offers = sight.mirror.offers_to(sight.agent_id)
    legs = sight.mirror.legs_of(sight.agent_id)
    for number, offer in enumerate(offers, 1):
        lines += _offer(number, offer, sight, words)
    lines += [] if offers else [f"  {words.say('nothing')}"]
    lines += ["", words.say("work")]
    for number, leg in enumerate(legs, len(offers) + 1):
        lines += _leg(number, leg, sight, words)
    lines += [] if legs else [f"  {words.say('nothing')}"]
    callbacks = sight.mirror.callbacks_of(sight.agent_id)
    lines += ["", words.say("callbacks")] if callbacks else []
    for number, leg in enumerate(callbacks, len(offers) + len(legs) + 1):
        lines += _callback(number, leg, sight, words)
    lines += ["", words.say("queues"), *_queues(sight, words)]
    return lines


def fitting(sight: Sight, words: Words, rows: int, rows_of: Callable[[str], int]) -> list[str]:
    """The picture with as much of the transcripts as so many rows have room for, and at least each newest message."""
    lines: list[str] = []
    for messages in range(TRANSCRIPT_LINES, 0, -1):
        lines = picture(msgspec.structs.replace(sight, transcript_lines=messages), words)
        if sum(map(rows_of, lines)) <= rows:
            break
    return lines


def why(explanation: Explanation, agent_id: str, words: Words) -> str:
    """Why this agent got the offer, in one line."""
    said = []
    if explanation.requirements:
        skills = ", ".join(f"{skill} {level}" for skill, level in sorted(explanation.requirements.items()))
        said.append(words.say("why_requirements", skills=skills))
    said.append(words.say("why_considered", count=explanation.considered))
    if explanation.passed_over:
        reasons = ", ".join(f"{words.word(reason)} {count}" for reason, count in explanation.passed_over.items())
        said.append(words.say("why_passed", reasons=reasons))
    if explanation.runner_up is not None:
        by = decided_by(explanation.tie_break, words.language)
        said.append(words.say("why_runner_up", agent=explanation.runner_up, by=by))
    elif explanation.relaxations:
        said += [words.word(rule) for rule in explanation.relaxations]
    else:
        said.append(words.say("why_alone"))
    return words.say("why", agent=agent_id, reasons=words.say("between").join(said))


def narrate(frame: live.ServerFrame, agent_id: str, words: Words, *, again: bool = False) -> list[str]:
    """What a frame tells a person, one sentence a line; `again`: there was a connection before this one."""
    match frame:
        case live.Welcome():
            key = "resumed" if again else "welcome"
            return [words.say(key, workspace=frame.workspace, gateway=frame.gateway)]
        case live.Delta():
            return [*_offers_said(frame, agent_id, words), *_legs_said(frame, agent_id, words)]
        case live.MessageShown():
            return _message(frame.message, words)
        case live.NotLive():
            return [words.say("went_not_live", reason=words.word(frame.reason))]
        case live.Live():
            return [words.say("went_live")]
        case live.Result():
            reason = words.word(frame.reason) if frame.reason is not None else ""
            return [words.say(frame.outcome, reason=f"{reason} {frame.detail}".strip())]
        case live.Error():
            return [words.say("refused", reason=words.word(frame.code))]
    return []


def newest(sentences: Sequence[str], rows: int, rows_of: Callable[[str], int]) -> list[str]:
    """The last sentences that fit into so many rows; `rows_of` says how many one takes."""
    fitting: list[str] = []
    for sentence in reversed(sentences):
        rows -= rows_of(sentence)
        if rows < 0 and fitting:
            break
        fitting.insert(0, sentence)
    return fitting


def _head(sight: Sight, words: Words) -> str:
    mirror = sight.mirror
    agent = mirror.agents.get(sight.agent_id)
    parts = [one for one in (sight.workspace, sight.agent_id) if one]
    if agent is not None:
        status = words.word(agent.status)
        then = "" if agent.next_status is None else f" -> {words.word(agent.next_status)}"
        parts.append(f"{status}{then} / {words.word(agent.routing_status)}")
    seconds = max(0, sight.now_ms - mirror.heard_ms) // 1000
    age = words.say("age", seconds=seconds) if mirror.heard_ms else words.say("nothing_yet")
    if not sight.connected:
        parts.append(f"** {words.say('not_live')} ** {words.say('connecting')}; {age}")
    elif mirror.not_live is not None:
        seconds = max(0, sight.now_ms - mirror.not_live.since_ms) // 1000
        parts.append(f"** {words.say('not_live')} ** {words.say('as_of', seconds=seconds)}")
    else:
        parts.append(f"{words.say('live')}, {age}")
    return "  |  ".join(parts)


def _trouble(sight: Sight, words: Words) -> list[str]:
    stopped = sight.mirror.stopped
    return [] if stopped is None else [words.say("stopped", invariant=stopped.invariant)]


def _offer(number: int, offer: ShownOffer, sight: Sight, words: Words) -> list[str]:
    leg = sight.mirror.legs.get(offer.leg_id)
    waited = "" if leg is None else words.say("waited", time=duration(sight.now_ms - leg.arrived_ms))
    within = "" if offer.due_ms is None else words.say("answer_within", time=duration(offer.due_ms - sight.now_ms))
    lines = [f"  {number}  {_what(offer.interaction_id, offer.queue, sight, words)}  {waited}  {within}".rstrip()]
    lines.append(f"     {_customer(offer.interaction_id, sight.mirror, words)}")
    if offer.why is not None:
        lines.append(f"     {why(offer.why, sight.agent_id, words)}")
    return lines


def _leg(number: int, leg: LegValue, sight: Sight, words: Words) -> list[str]:
    mark = ">" if leg.leg_id == sight.selected else " "
    since = duration(sight.now_ms - leg.since_ms)
    ends = ""
    if leg.state is LegState.WRAP_UP and leg.wrap_up_ends_ms is not None:
        ends = f" (-{duration(leg.wrap_up_ends_ms - sight.now_ms)})"
    lines = [
        f" {mark}{number}  {_what(leg.interaction_id, leg.queue, sight, words)}  {words.word(leg.state)} {since}{ends}",
        f"     {_customer(leg.interaction_id, sight.mirror, words)}",
    ]
    if leg.state is not LegState.WRAP_UP:
        own = [] if leg.kind is LegKind.MAIN else [words.say("your_part", part=part(leg, words))]
        lines += [f"     {sentence}" for sentence in (*own, *company(leg, sight.mirror, words))]
    interaction = sight.mirror.interactions.get(leg.interaction_id)
    if interaction is not None and interaction.channel in VOICE:
        lines.append(f"     {words.say('voice')}")
    transcript = sight.mirror.transcript(leg.interaction_id)[-sight.transcript_lines :]
    lines += [f"     {line}" for message in transcript for line in _message(message, words)]
    if sight.mirror.is_typing(leg.interaction_id, sight.now_ms):
        lines.append(f"     {words.say('customer_types')}")
    return lines


def _callback(number: int, leg: LegValue, sight: Sight, words: Words) -> list[str]:
    mark = ">" if leg.leg_id == sight.selected else " "
    time = written(leg.scheduled_for_ms or 0, sight.now_ms, sight.zone)
    return [
        f" {mark}{number}  {_what(leg.interaction_id, leg.queue, sight, words)}  {words.say('calls_at', time=time)}",
        f"     {_customer(leg.interaction_id, sight.mirror, words)}",
    ]


def _queues(sight: Sight, words: Words) -> list[str]:
    lines = []
    for queue in sorted(sight.mirror.queues.values(), key=lambda one: one.queue):
        parts = [f"  {queue.queue}", words.say("waiting", count=queue.waiting + queue.offered)]
        if queue.oldest_waiting_since_ms is not None:
            parts.append(words.say("longest", time=duration(sight.now_ms - queue.oldest_waiting_since_ms)))
        if queue.scheduled:
            parts.append(words.say("scheduled_count", count=queue.scheduled))
        if not queue.open:
            parts.append(words.say("closed"))
        lines.append("  ".join(parts))
    return lines or [f"  {words.say('nothing')}"]


def _what(interaction_id: str, queue: str | None, sight: Sight, words: Words) -> str:
    interaction = sight.mirror.interactions.get(interaction_id)
    if interaction is None:
        return interaction_id
    named = [words.word(interaction.channel), queue or "-"]
    named += [value for value in (interaction.tier, interaction.language, interaction.site) if value is not None]
    return "  ".join(named)


def _customer(interaction_id: str, mirror: Mirror, words: Words) -> str:
    details = mirror.details.get(interaction_id)
    if details is None:
        return words.say("customer", who=words.say("details_coming"))
    if details.state is live.DetailsState.UNKNOWN:
        return words.say("customer", who=words.say("unknown_customer"))
    if details.state is live.DetailsState.AWAY:
        return words.say("customer", who=words.say("details_away"))
    points = ", ".join(f"{point.kind} {point.value}" for point in details.contact_points)
    shown = (details.customer_name or words.say("unknown_customer"), details.card_type, details.tier, points)
    subject = "" if details.subject is None else f'  "{details.subject}"'
    return words.say("customer", who=printable(f"{'  '.join(one for one in shown if one)}{subject}"))


def printable(text: str) -> str:
    """What others wrote, in one line that moves no cursor and changes no colour: a blank for what cannot be printed."""
    return "".join(sign if sign.isprintable() or sign == JOINER else " " for sign in text)


def _message(message: MessagePosted, words: Words) -> list[str]:
    """What was written, then each file with where the query API has it."""
    who = message.agent_id or words.word(message.author)
    first, *more = map(printable, message.text.splitlines() or [""])
    said = [words.say("message", who=who, text=first)] if message.text or not message.attachments else []
    said += [f"  {line}" for line in more]
    below = f"/v1/workspaces/{message.workspace}/interactions/{message.interaction_id}/attachments/"
    files = [
        words.say(
            "file",
            who=who,
            name=printable(file.name),
            size=str(-(-file.size_bytes // 1024)),
            address=below + file.claim.rpartition("/")[2],
        )
        for file in message.attachments
    ]
    return said + files


def _offers_said(frame: live.Delta, agent_id: str, words: Words) -> list[str]:
    channels = {one.interaction_id: one.channel for one in frame.interactions}
    said = []
    for offer in frame.offers:
        if offer.agent_id != agent_id:
            continue
        if offer.state is OfferState.PENDING:
            channel = words.word(channels.get(offer.interaction_id, "-"))
            said.append(words.say("offered", channel=channel, id=offer.interaction_id))
            said += [] if offer.why is None else [why(offer.why, agent_id, words)]
        else:
            said.append(words.say("offer_gone", id=offer.interaction_id, reason=words.word(offer.state)))
    return said


def _legs_said(frame: live.Delta, agent_id: str, words: Words) -> list[str]:
    mine = (leg for leg in frame.legs if agent_id in (leg.agent_id, _promised_by(leg)))
    return [words.say("leg", id=leg.interaction_id, state=words.word(leg.state)) for leg in mine]


def _promised_by(leg: LegValue) -> str | None:
    """Whose scheduled callback it is."""
    return leg.preferred_agent if leg.state is LegState.SCHEDULED else None
