"""Work that waits: entering a queue, keeping a place, standing on a routing step."""

from __future__ import annotations

from schemas.decisions import StepAdvanced
from schemas.vocabulary import LegState
from streams.routing import legs, rules
from streams.routing.model import Interaction, Leg
from streams.routing.policy import QueuePolicy, Step
from streams.routing.project import leg_value
from streams.routing.timers import TimerKind
from streams.routing.world import World


def enter(w: World, interaction: Interaction, leg: Leg, queue: str) -> None:
    """The leg enters the queue; its waiting time there begins. The caller decides what is said of it."""
    leg.queue = w.queue(queue).queue  # all who wait there share one text
    leg.entered_queue_ms = w.now_ms
    leg.waited_ms = 0
    leg.step = 0
    head_start = w.policy.queue(queue).steps[0].head_start_ms
    if head_start is not None:
        leg.step_head_start_ms = head_start
    place(w, interaction, leg)
    stand(w, interaction, leg)


def shift(w: World, interaction: Interaction, leg: Leg, queue: str) -> None:
    """The queued leg waits in another queue from now on; it keeps its arrival and the head start of its last step,
    until a step of the new queue sets another."""
    w.queue(leg.queue or "").waiting -= 1
    entered = w.queue(queue)
    entered.waiting += 1
    leg.queue = entered.queue
    leg.entered_queue_ms = leg.since_ms = w.now_ms
    leg.waited_ms = leg.step = 0
    leg.target = leg.only = None
    leg.skipped = False
    head_start = w.policy.queue(queue).steps[0].head_start_ms
    if head_start is not None:
        leg.step_head_start_ms = head_start
    place(w, interaction, leg)
    leg.wakes_ms = None
    leg.wake_timer = 0
    touch(w, interaction, leg)
    wake(w, interaction, leg)


def stand(w: World, interaction: Interaction, leg: Leg) -> None:
    """The leg waits, in the place it has."""
    w.transition(interaction, leg, LegState.QUEUED)
    leg.agent_id = None
    leg.due_ms = leg.due_attended_ms = None
    leg.timer = 0
    touch(w, interaction, leg)
    wake(w, interaction, leg)


def touch(w: World, interaction: Interaction, leg: Leg) -> None:
    """The leg is to be matched anew; where it stood before is stale."""
    interaction.turns += 1
    leg.turn = interaction.turns
    w.touch_leg(interaction, leg)


def place(w: World, interaction: Interaction, leg: Leg) -> None:
    """Set the virtual arrival: the arrival minus all head starts."""
    profile = w.profile(interaction)
    head_start = w.policy.head_start_ms(profile.tier, profile.priority) + leg.step_head_start_ms
    leg.virtual_arrival_ms = leg.arrived_ms - head_start if head_start else leg.arrived_ms


def waited_ms(w: World, leg: Leg) -> int:
    """How long the leg has waited in its queue by now."""
    running = w.now_ms - leg.since_ms if leg.state in legs.WAITING else 0
    return leg.waited_ms + running


def wake(w: World, interaction: Interaction, leg: Leg, *, turn: int = 0) -> None:
    """Set the timer of the next step or the expiry, whichever is first; `turn`: the number of the one that it follows."""
    policy = w.policy.queue(leg.queue or "")
    moments = [step.at_ms for step in policy.steps[leg.step + 1 : leg.step + 2]]
    if policy.settings.expire_after_ms is not None:
        moments.append(policy.settings.expire_after_ms)
    if not moments:
        leg.wakes_ms = None
        leg.wake_timer = 0
        return
    due = w.now_ms + min(moments) - waited_ms(w, leg)
    if rules.fits_returning_work(w.engine_version):
        due = max(due, w.now_ms)
    if due != leg.wakes_ms:
        leg.wakes_ms = due
        leg.wake_timer = w.timers.set(TimerKind.WAITING, due, interaction.interaction_id, leg.number, turn=turn)


def on_step(w: World, interaction: Interaction, leg: Leg, step: Step) -> None:
    """The leg stands on another step: its head start counts, and others may take it."""
    leg.skipped = False
    if step.head_start_ms is not None and step.head_start_ms != leg.step_head_start_ms:
        leg.step_head_start_ms = step.head_start_ms
        place(w, interaction, leg)
    if leg.state is LegState.QUEUED:
        touch(w, interaction, leg)


def give_back(w: World, interaction: Interaction, leg: Leg) -> None:
    """An agent had the leg; before it waits again it is put where the configuration now in force has it."""
    policy = w.policy.queue(leg.queue or "")
    if not rules.fits_returning_work(w.engine_version):
        leg.step = min(leg.step, len(policy.steps) - 1)
        return
    leg.step = _reached(policy, leg.waited_ms)
    head_start = policy.steps[leg.step].head_start_ms
    if head_start is not None:
        leg.step_head_start_ms = head_start
    place(w, interaction, leg)


def renew(w: World, interaction: Interaction, leg: Leg, previous: QueuePolicy) -> None:
    """The configuration has changed: the step that the waiting time has reached, the place, the next timer."""
    policy = w.policy.queue(leg.queue or "")
    waited = waited_ms(w, leg)
    before = (leg.step, leg.virtual_arrival_ms)
    old = previous.steps[min(leg.step, len(previous.steps) - 1)]
    leg.step = _reached(policy, waited)
    new = policy.steps[leg.step]
    head_start = new.head_start_ms
    if rules.change_looks_at_the_step_reached(w.engine_version):
        if new != old:
            leg.skipped = False
        if head_start is None and old.head_start_ms is not None:
            head_start = 0
    if head_start is not None:
        leg.step_head_start_ms = head_start
    place(w, interaction, leg)
    leg.wakes_ms = None
    leg.wake_timer = 0
    wake(w, interaction, leg)
    if (leg.step, leg.virtual_arrival_ms) != before:
        w.decide(StepAdvanced, leg=leg_value(interaction, leg))
    if leg.state is LegState.QUEUED:
        touch(w, interaction, leg)


def _reached(policy: QueuePolicy, waited: int) -> int:
    return max(index for index, step in enumerate(policy.steps) if index == 0 or step.at_ms <= waited)
