"""The timeline recounted from whole logs, one interaction at a time, with nothing kept between: obviously right, and slow.

It shares no code with `streams.timeline`. For each decision it looks back at all decisions before it of the same
interaction and epoch. It gives `(entry_id, kind, at_ms, customer_id, fields that are not None)`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from schemas.decisions import CommandApplied, Decision
from schemas.messages import MessagePosted

FINAL = {"completed", "abandoned", "flowed_out", "cancelled", "expired", "failed"}
GOES_ON = {"transferred", "requeued", "agent_lost", "callback", "consult_completed", "left_conference"}

Row = dict[str, Any]


def expected_of_decisions(decisions: Iterable[Decision]) -> dict[str, Row]:
    """Every entry that a workspace's log of decisions tells, by id. Decisions may be repeated."""
    log: dict[tuple[int, int], Decision] = {}
    for decision in decisions:
        log.setdefault((decision.epoch, decision.seq), decision)
    acts = [one for one in log.values() if isinstance(one, CommandApplied) and one.intervention is not None]
    stories: dict[str, list[Decision]] = defaultdict(list)
    for _, decision in sorted(log.items()):
        name = _about(decision)
        if name is not None:
            stories[name].append(decision)
    found: dict[str, Row] = {}
    for name, story in stories.items():
        for index, decision in enumerate(story):
            for number, row in enumerate(_rows(name, story[:index], decision)):
                entry_id = f"{decision.workspace}/{decision.epoch}/{decision.seq}" + (f"/{number}" if number else "")
                found[entry_id] = row | {"entry_id": entry_id}
    return found | {row["entry_id"]: row for row in map(_of_act, acts) if row["kind"] is not None}


def _of_act(answer: CommandApplied) -> Row:
    act = answer.intervention
    assert act is not None
    shown = {
        "move": "moved",
        "assign": "assigned",
        "reprioritise": "prioritised",
        "cancel": "cancelled",
    }
    verb = shown.get(act.act.removesuffix("_interaction"))
    row = {
        "entry_id": f"{answer.workspace}/{answer.epoch}/{answer.seq}",
        "workspace": answer.workspace,
        "kind": None if verb is None else f"contact.{verb}",
        "at_ms": answer.at_ms,
        "place": answer.seq,
        "interaction_id": act.interaction_id,
        "queue": act.queue,
        "agent_id": act.to_agent or act.agent_id,
        "by_user": act.actor,
        "reason": act.reason,
    }
    return {key: value for key, value in row.items() if value is not None or key == "kind"}


def expected_of_messages(messages: Iterable[MessagePosted]) -> dict[str, Row]:
    """Each message once, as it was first."""
    found: dict[str, Row] = {}
    for message in messages:
        row = {
            "entry_id": f"m/{message.message_id}",
            "workspace": message.workspace,
            "kind": "message.posted",
            "at_ms": message.sent_at_ms,
            "interaction_id": message.interaction_id,
            "message_id": message.message_id,
            "author": message.author.value,
        }
        row |= {} if message.agent_id is None else {"agent_id": message.agent_id}
        row |= {} if message.leg_id is None else {"leg_id": message.leg_id}
        found.setdefault(str(row["entry_id"]), row)
    return found


def _about(decision: Decision) -> str | None:
    if decision.leg is not None:
        return decision.leg.interaction_id
    if decision.offer is not None:
        return decision.offer.interaction_id
    return decision.interaction.interaction_id if decision.interaction is not None else None


def _rows(name: str, story: Sequence[Decision], now: Decision) -> list[Row]:
    tag = str(now.__struct_config__.tag)
    values = [one.interaction for one in [*story, now] if one.interaction is not None]
    row: Row = {"workspace": now.workspace, "at_ms": now.at_ms, "place": now.seq, "interaction_id": name}
    if values:
        row |= {"customer_id": values[-1].customer_id, "channel": values[-1].channel, "site": values[-1].site}
    whole = dict(row)
    leg, offer = now.leg, now.offer
    if leg is not None:
        row |= {"leg_id": leg.leg_id, "leg_kind": leg.kind.value, "queue": leg.queue, "agent_id": leg.agent_id}
    if offer is not None:
        row |= {"offer_id": offer.offer_id, "leg_id": offer.leg_id, "agent_id": offer.agent_id}
    rows: list[Row] = []

    def say(kind: str, **more: Any) -> None:
        rows.append({**row, "kind": kind, **more})

    if now.interaction is not None and tag != "interaction.changed" and len(values) == 1:
        rows.append({**whole, "kind": "contact.arrived"})
    if leg is not None and leg.callback_ms == now.at_ms:
        said = [one.leg.callback_ms for one in story if one.leg is not None and one.leg.leg_id == leg.leg_id]
        if said[-1:] != [leg.callback_ms]:
            at_ms = leg.scheduled_for_ms if leg.state == "scheduled" else None
            say("callback.requested", agent_id=leg.preferred_agent, scheduled_for_ms=at_ms)
    if tag == "interaction.changed" and story and now.interaction is not None:
        before = [one.interaction.customer_id for one in story if one.interaction is not None]
        if now.interaction.customer_id is not None and [now.interaction.customer_id] != before[-1:]:
            rows.append({**whole, "kind": "contact.identified"})
    if offer is not None:
        _of_offer(tag, now.at_ms - offer.made_ms, offer.rescind_reason, say)
    if leg is not None:
        _of_leg(tag, story, now, say, values)
    return [{key: value for key, value in one.items() if value is not None} for one in rows]


def _of_offer(tag: str, rang_ms: int, rescinded: object, say: Any) -> None:
    if tag == "offer.made":
        say("offer.made", explained=True)
    elif tag == "offer.accepted":
        say("offer.accepted", duration_ms=rang_ms)
    elif tag == "offer.rejected":
        say("offer.rejected", duration_ms=rang_ms)
    elif tag == "offer.timed_out":
        say("offer.missed", duration_ms=rang_ms)
    elif tag == "offer.rescinded":
        say("offer.rescinded", duration_ms=rang_ms, reason=str(rescinded))


def _of_leg(tag: str, story: Sequence[Decision], now: Decision, say: Any, values: Sequence[Any]) -> None:
    leg = now.leg
    assert leg is not None
    same_epoch = [one for one in story if one.epoch == now.epoch and one.leg is not None]
    before = [one.leg for one in same_epoch if one.leg is not None and one.leg.leg_id == leg.leg_id]
    last = before[-1] if before else None
    was = str(last.state) if last is not None else ""
    if tag == "leg.queued":
        say("consult.started" if leg.kind == "consult" else "contact.queued")
    if tag == "leg.joined":
        say("agent.joined", state=str(leg.join_mode))
    if tag == "leg.connected" or (tag == "offer.accepted" and leg.state == "connected"):
        say("agent.connected")
    if tag == "leg.held":
        say("hold.started")
    if tag == "leg.resumed" or (tag in ("leg.wrap_up_started", "leg.ended") and was == "on_hold"):
        say("hold.ended", duration_ms=None if last is None else now.at_ms - last.since_ms)
    talked = leg.connected_ms is not None and leg.agent_id is not None
    if tag == "leg.wrap_up_started" or (tag == "leg.ended" and was != "wrap_up" and talked):
        say("agent.part_ended", duration_ms=now.at_ms - (leg.connected_ms or 0), reason=str(leg.reason))
    if tag == "leg.ended" and was == "wrap_up" and last is not None:
        say("agent.done", duration_ms=now.at_ms - last.since_ms, disposition=leg.disposition)
    if leg.kind != "main" and leg.connected_ms is None and leg.state in FINAL and tag != "interaction.changed":
        say(f"{leg.kind}.ended", state=str(leg.state), reason=str(leg.reason))
    mains = [one.leg.number for one in same_epoch if one.leg is not None and one.leg.kind == "main"]
    if tag == "leg.ended" and leg.kind == "main" and leg.number >= max(mains, default=0):
        assert leg.state in FINAL
        if leg.reason not in GOES_ON:
            lasted = now.at_ms - values[-1].arrived_ms if values else None
            reason = None if leg.reason is None else str(leg.reason)
            say("contact.ended", state=str(leg.state), reason=reason, disposition=leg.disposition, duration_ms=lasted)
