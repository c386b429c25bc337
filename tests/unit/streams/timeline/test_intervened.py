from __future__ import annotations

import pytest

from schemas.decisions import CommandApplied, CommandRefused, Decision
from schemas.timeline import TimelineKind
from schemas.values import Intervention
from schemas.vocabulary import JoinMode, Refusal
from streams.timeline.intervened import of_intervention


def applied(intervention: Intervention | None) -> CommandApplied:
    return CommandApplied(
        workspace="shop", epoch=2, seq=7, cause=3, at_ms=1_000, command_id="k", intervention=intervention
    )


def act(name: str, **what: object) -> Intervention:
    return Intervention(act=name, actor="sue", reason="the shop asked", interaction_id="i1", **what)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("done", "kind", "queue", "agent_id"),
    [
        (act("move_interaction", queue="sales"), TimelineKind.CONTACT_MOVED, "sales", None),
        (act("assign_interaction", to_agent="ana"), TimelineKind.CONTACT_ASSIGNED, None, "ana"),
        (act("reprioritise_interaction", priority=1), TimelineKind.CONTACT_PRIORITISED, None, None),
        (act("cancel_interaction"), TimelineKind.CONTACT_CANCELLED, None, None),
    ],
)
def test_an_act_on_a_contact_is_an_entry_with_who_and_why(
    done: Intervention, kind: TimelineKind, queue: str | None, agent_id: str | None
) -> None:
    [entry] = of_intervention(applied(done))
    assert (entry.kind, entry.queue, entry.agent_id) == (kind, queue, agent_id)
    assert (entry.by, entry.reason, entry.interaction_id, entry.customer_id) == ("sue", "the shop asked", "i1", None)
    assert (entry.entry_id, entry.order, entry.at_ms) == ("shop/2/7", 7, 1_000)


@pytest.mark.parametrize(
    "decision",
    [
        applied(None),
        applied(Intervention(act="force_status", actor="sue", reason="r", agent_id="ana", status="lunch")),
        applied(Intervention(act="hand_over_agent", actor="sue", reason="r", agent_id="ana", to_agent="bo")),
        applied(act("request_callback")),
        applied(act("join_interaction", agent_id="li", mode=JoinMode.BARGE)),
        CommandRefused(
            workspace="shop", epoch=1, seq=1, cause=1, at_ms=1, command_id="k",
            reason=Refusal.WRONG_STATE, intervention=act("cancel_interaction"),
        ),
    ],
)  # fmt: skip
def test_nothing_else_is(decision: Decision) -> None:
    assert of_intervention(decision) == []
