"""What waiting brings: the next routing step with what it asks for, or the expiry."""

from __future__ import annotations

from schemas.decisions import LegQueued, StepAdvanced
from schemas.vocabulary import EndReason, LegKind, LegState, RescindReason
from streams.routing import endings, entry, offers, passing, rules, waiting
from streams.routing.audiences import AudienceKey, unfit
from streams.routing.model import Interaction, Leg
from streams.routing.policy import Step, required
from streams.routing.project import leg_value
from streams.routing.world import World


def woken(w: World, interaction: Interaction, leg: Leg) -> None:
    """The next step or the expiry is due."""
    turn = leg.wake_timer if rules.waiting_was_timed_on_entry(w.engine_version) else 0
    leg.wakes_ms = None
    leg.wake_timer = 0
    policy = w.policy.queue(leg.queue or "")
    waited = waiting.waited_ms(w, leg)
    expiry = policy.settings.expire_after_ms
    if expiry is not None and waited >= expiry:
        expire(w, interaction, leg)
        return
    if leg.step + 1 < len(policy.steps) and policy.steps[leg.step + 1].at_ms <= waited:
        leg.step += 1
        waiting.on_step(w, interaction, leg, policy.steps[leg.step])
        w.decide(StepAdvanced, leg=leg_value(interaction, leg))
    waiting.wake(w, interaction, leg, turn=turn)


def expire_if_due(w: World, interaction: Interaction, leg: Leg) -> None:
    """A configuration change may have made the expiry one of the past."""
    expiry = w.policy.queue(leg.queue or "").settings.expire_after_ms
    due = expiry is not None and waiting.waited_ms(w, leg) >= expiry
    if due and rules.change_looks_at_the_step_reached(w.engine_version):
        expire(w, interaction, leg)


def expire(w: World, interaction: Interaction, leg: Leg) -> None:
    """Waiting has lasted too long: a pending offer is taken back without blame, and the leg ends, the interaction with
    a main leg."""
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.EXPIRED)
    if leg.state is LegState.EXPIRED:
        return
    endings.end_waiting(w, interaction, leg, LegState.EXPIRED, EndReason.EXPIRED)


def stand(w: World, interaction: Interaction, leg: Leg) -> None:
    """What the queued leg's step asks for before it is matched: another queue, or one agent only.

    An agent whom it is transferred to, or whom a step prefers, is given up when he is not there; a consult with an
    agent ends then.
    """
    if leg.target is not None:
        agent = w.agents.get(leg.target)
        if agent is not None and agent.code_now >= 0:
            return
        if leg.kind is LegKind.CONSULT:
            endings.end_waiting(w, interaction, leg, LegState.FAILED, EndReason.AGENT_LOST)
            return
        leg.target = None
    step = w.policy.queue(leg.queue or "").steps[leg.step]
    if step.overflow_to is not None:
        moved = _overflow(w, interaction, leg, step.overflow_to)
        if moved or not rules.every_key_holds(w.engine_version):
            return
    if step.preferred:
        _prefer(w, interaction, leg, step)
    else:
        leg.only = None


def _overflow(w: World, interaction: Interaction, leg: Leg, to: str) -> bool:
    """Go on to another queue; False when there is none that was not tried."""
    tried = (*leg.tried, leg.queue or "")
    if to in tried or to not in w.policy.queues:
        return False
    chosen, leg.tried = entry.route(w, to, tried)
    if isinstance(chosen, EndReason):
        endings.end_waiting(w, interaction, leg, LegState.FLOWED_OUT, chosen)
        return True
    waiting.shift(w, interaction, leg, chosen)
    w.decide(LegQueued, leg=leg_value(interaction, leg))
    stand(w, interaction, leg)
    return True


def _prefer(w: World, interaction: Interaction, leg: Leg, step: Step) -> None:
    """Only the preferred agent is asked; who is absent is skipped at once, and stays skipped."""
    wanted = leg.preferred or interaction.preferred_agent
    leg.skipped = leg.skipped or not _is_there(w, interaction, leg, step, wanted)
    leg.only = None if leg.skipped else wanted


def _is_there(w: World, interaction: Interaction, leg: Leg, step: Step, wanted: str | None) -> bool:
    agent = w.agents.get(wanted or "")
    if agent is None or agent.code_now < 0 or leg.queue not in agent.settings.queues:
        return False
    declined = interaction.declined if rules.remembers_who_declined(w.engine_version) else interaction.passed or {}
    if agent.agent_id in declined or agent.agent_id in passing.present(interaction, leg):
        return False
    profile = w.profile(interaction)
    key = AudienceKey(
        queue=leg.queue or "",
        requirements=required(profile.requirements, step),
        min_rank=step.min_rank,
        max_rank=step.max_rank,
        site=profile.site if step.same_site else None,
    )
    return unfit(key, agent.agent_id, agent.settings) is None
