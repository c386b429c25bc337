"""What a callback counts: apart from live waiting, and never as abandoned.

A leg becomes a callback once, however often it is asked for again. Its wait runs from when it comes to wait as one (when
it was asked for in the queue, else when it enters its queue at its time) until the customer is connected; what is put
off again begins anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schemas.values import LegValue
from schemas.vocabulary import LegState
from streams.metrics.kept import WAITING, KeptLeg, Stay
from streams.metrics.tally import Tally, groups_of_agent, groups_of_queue

if TYPE_CHECKING:
    from streams.metrics.counting import Change


def stated(value: LegValue, leg: KeptLeg) -> KeptLeg:
    """A callback as a restatement gives it: nothing is counted."""
    came = None
    if value.state is not LegState.SCHEDULED and leg.came is not None:
        came = Stay(max(leg.came.since_ms, value.callback_ms or 0), leg.came.within_ms, leg.came.short_ms)
    return msgspec.structs.replace(leg, callback=True, arrived_ms=value.arrived_ms, stay=came, came=came)


def waits(change: Change, leg: KeptLeg, tally: Tally) -> KeptLeg:
    """The leg is a callback; the first time that it is one counts, and that a live wait has ended so."""
    before, value = change.before, change.value
    came = leg.came
    if before is None or not before.callback:
        tally.add((*change.outer, *groups_of_queue(value.queue)), callbacks_requested=1)
        if before is not None and before.came is not None:
            tally.add(change.was, left_for_callback=1, target_offered=before.came.aims)
            stay = before.stay or before.came
            tally.add(groups_of_queue(before.queue), left_for_callback=1, target_offered=stay.aims)
        came = None
    if value.state is LegState.SCHEDULED:
        came = None
    elif value.state in WAITING and came is None:
        came = change.stay
    return msgspec.structs.replace(leg, callback=True, arrived_ms=value.arrived_ms, stay=came, came=came)


def reached(change: Change, leg: KeptLeg, tally: Tally) -> KeptLeg:
    """Customer and agent are connected."""
    wait_ms = 0 if leg.came is None else max(0, change.at_ms - leg.came.since_ms)
    groups = (*change.outer, *groups_of_queue(leg.queue), *groups_of_agent(leg.agent_id, change.agent))
    tally.add(groups, callbacks_reached=1, callback_wait_ms=wait_ms)
    return msgspec.structs.replace(leg, answered=True)


def lost(change: Change, leg: KeptLeg, tally: Tally) -> None:
    """It ended before the customer was reached."""
    tally.add((*change.outer, *groups_of_queue(leg.queue)), callbacks_lost=1)
