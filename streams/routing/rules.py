"""The versions of the rules, and every difference between them, in one place.

A log is applied by the rules of version 1 until an `EngineUpgraded` in it says otherwise, so that it gives the same
decisions for ever. What behaves differently from some version on asks a predicate of this file, named after what is
done since, and nowhere compares versions itself. docs/replay.md tells how a behaviour is changed.
"""

from __future__ import annotations

from typing import Final

FIRST_VERSION: Final = 1
"""The rules of a log that names none."""

ENGINE_VERSION: Final = 3
"""The newest rules that this program knows."""


def says_interventions(version: int) -> bool:
    """The answer to a supervisor's command says who, what and why: the audit and customers' histories read it there."""
    return version >= 2


def tells_places(version: int) -> bool:
    """A leg that waits is said with the place that orders it among those of one virtual arrival."""
    return version >= 2


def every_key_holds(version: int) -> bool:
    """Each key of a routing step holds until a later step names it again, `overflow_to` and `ignore_rank` too, and a
    step that has nowhere to overflow to asks for what it asks otherwise."""
    return version >= 2


def staying_looks_further(version: int) -> bool:
    """On entry, `stay` in a closed or full queue lets what is looked at next decide; queues passed by on entry count
    as tried, also for steps and moves."""
    return version >= 2


def remembers_who_declined(version: int) -> bool:
    """Whoever rejected or missed a contact is absent for preferred steps for good; whoever handed it over is not."""
    return version >= 2


def place_is_kept_whole(version: int) -> bool:
    """A contact that goes back to its place still skips the step that it skipped, and still has tried what it tried."""
    return version >= 2


def connecting_follows_its_channel(version: int) -> bool:
    """Of an agent who is lost, what is being connected stays with the adapter's word or goes back with that agent
    preferred, as the channel says; before, it always went back, without preference."""
    return version >= 2


def change_looks_at_the_step_reached(version: int) -> bool:
    """After a configuration change a pending offer is measured by the step that the waiting time has reached; what the
    queue's own steps no longer give is taken away; who is not on queue by a status now has no offers."""
    return version >= 2


def waiting_was_timed_on_entry(version: int) -> bool:
    """Steps and expiry of one wait share its first timer's turn among what is due at one moment."""
    return version >= 2


def keeps_configurations_in_order(version: int) -> bool:
    """A configuration's keys are kept sorted, as a snapshot has them. Before, they lay as patches had brought them, so
    that a router restored from a snapshot spelled the same values otherwise."""
    return version >= 2


def fits_returning_work(version: int) -> bool:
    """Work that an agent gives back stands on the step and in the place of the configuration now in force; what waiting
    should have brought by then is due now, not at a moment that has passed."""
    return version >= 2


def tells_what_configurations_change(version: int) -> bool:
    """A configuration tells of every agent whose units or sessions it changes."""
    return version >= 2


def ends_grace_with_the_status(version: int) -> bool:
    """Who drains into `offline` while nobody can reach him is gone: no grace is left that could end a second time."""
    return version >= 2


def awaits_who_is_configured_again(version: int) -> bool:
    """An agent who was removed with work in hand, and is configured again, has grace to sign in. Before, he kept his
    status without anybody behind it, for ever."""
    return version >= 2


def pauses_end_for_all_at_once(version: int) -> bool:
    """Whoever was passed over until a moment may be asked from the first timer of that moment on, whichever it is, but
    for pauses of contacts that do not wait: of several who wait for that, rank decides who goes first, and not whose
    timer was set first."""
    return version >= 3


def steps_are_taken_by_rank(version: int) -> bool:
    """Of several that overflow at one moment, rank decides who enters the other queue first. Before, it was whoever had
    been touched first, which a router that was restored from a snapshot did not know."""
    return version >= 3
