"""What waiting brings: the next routing step, or the expiry."""

from __future__ import annotations

from schemas.decisions import StepAdvanced
from schemas.vocabulary import EndReason, LegState, RescindReason
from streams.routing import endings, offers, waiting
from streams.routing.model import Interaction, Leg
from streams.routing.project import leg_value
from streams.routing.world import World


def woken(w: World, interaction: Interaction, leg: Leg) -> None:
    """The next step or the expiry is due."""
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
    waiting.wake(w, interaction, leg)


def expire(w: World, interaction: Interaction, leg: Leg) -> None:
    """Waiting has lasted too long: a pending offer is taken back without blame, and the interaction ends."""
    if leg.state is LegState.OFFERED:
        offers.rescind(w, interaction, leg, RescindReason.EXPIRED)
    endings.end_waiting(w, interaction, leg, LegState.EXPIRED, EndReason.EXPIRED)
