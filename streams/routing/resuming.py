"""Who abandons a queue and comes back soon takes over the place that was abandoned: `settings.resume_within`.

One record per queue and customer, dropped when it is older than that: what is remembered is bounded by how many
customers abandon in that time. Without the setting nothing is remembered.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import msgspec

from streams.routing import legs

if TYPE_CHECKING:
    from streams.routing.model import Interaction, Leg
    from streams.routing.world import World


class Abandoned(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a customer left behind in a queue: the arrival, the place among equals and what steps had given.

    `turns` are those that the place has seen: stale entries of lanes bear them, and the next in that place goes on.
    """

    queue: str
    customer_id: str
    at_ms: int
    arrived_ms: int
    place: int
    turns: int
    step_head_start_ms: int = 0


Abandonments = OrderedDict[tuple[str, str], Abandoned]
"""By queue and customer, the oldest first."""


def remember(w: World, interaction: Interaction, leg: Leg) -> None:
    """The customer abandons the leg, which waits, rings or is being connected.

    A place is taken over once: whoever had taken one over leaves behind the arrival of the new contact only.
    """
    _forget(w)
    within = w.policy.settings.resume_within_ms
    if not within or interaction.customer_id is None or leg.queue is None:
        return
    key = (leg.queue, interaction.customer_id)
    w.abandoned.pop(key, None)
    arrived_ms, place, head_start = leg.arrived_ms, leg.place, leg.step_head_start_ms
    if leg.own_place is not None:
        arrived_ms, place = interaction.arrived_ms, leg.own_place
        steps = w.policy.queue(leg.queue).steps
        # The queue may have fewer steps by now than when an agent took the leg.
        head_start = steps[min(leg.step, len(steps) - 1)].head_start_ms or 0
    w.abandoned[key] = Abandoned(
        leg.queue, interaction.customer_id, w.now_ms, arrived_ms, place, interaction.turns, head_start
    )


def resume(w: World, interaction: Interaction, leg: Leg) -> bool:
    """The first leg of a new contact, which waits in its queue, takes over its customer's abandoned place, if any.

    Priority and tier are the new contact's own. Asked on arrival, and when the customer becomes known while the leg
    still waits in the queue it entered: `resume_within` then counts to that moment. Overflow and move keep their own
    place. The caller sets the virtual arrival anew when this says True.
    """
    if not w.abandoned:
        return False
    _forget(w)
    first = leg.number == 1 and leg.state in legs.WAITING and leg.entered_queue_ms == interaction.arrived_ms
    if not first or leg.own_place is not None:
        return False
    key = (leg.queue or "", interaction.customer_id or "")
    found = w.abandoned.get(key)
    if found is None or found.at_ms > (leg.entered_queue_ms or 0):
        return False
    del w.abandoned[key]
    leg.own_place = leg.place
    leg.arrived_ms, leg.place = found.arrived_ms, found.place
    interaction.turns += found.turns
    leg.turn += found.turns
    if found.step_head_start_ms:
        leg.step_head_start_ms = found.step_head_start_ms
    return True


def _forget(w: World) -> None:
    """Drop what is too old, which stands first; all of it where the setting is gone."""
    within = w.policy.settings.resume_within_ms
    while w.abandoned:
        oldest = next(iter(w.abandoned.values()))
        if within and oldest.at_ms + within >= w.now_ms:
            return
        w.abandoned.popitem(last=False)
