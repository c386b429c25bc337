"""What a simulation came to, by its own people's records alone. Pure."""

from __future__ import annotations

import msgspec

from deploy.simulation.ends import Ends, ends, experience
from deploy.simulation.ledger import doubled, percentile
from deploy.simulation.plan import Plan
from deploy.simulation.record import AgentBook, EndBook, PostBook, ShownBook, TalkBook
from deploy.simulation.replayed import Replayed


class ChannelWaits(msgspec.Struct, frozen=True, kw_only=True):
    """One channel's contacts; waits in milliseconds of real time, of those answered; None = there are none."""

    asked: int
    answered: int
    hung_up: int
    wait_p50_ms: float | None
    wait_p99_ms: float | None


class Simulated(msgspec.Struct, frozen=True, kw_only=True):
    """`lost`: answered 202 and on no socket; `duplicated`: with two agents at once, or taken twice. `taking_p99_ms`: from
    an offer on an agent's socket to the answer to its acceptance.
    """

    workspace: str
    seed: str
    speed: float
    seconds: float
    asked: int
    accepted: int
    ended_once: int
    lost: int
    duplicated: int
    by_channel: dict[str, ChannelWaits]
    lateness_p99_ms: float | None
    taking_p99_ms: float | None
    ends: Ends
    failures: tuple[str, ...] = ()
    replay: Replayed | None = None


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """What was run, and how long it took."""

    workspace: str
    seed: str
    speed: float
    seconds: float
    plan: Plan


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """All that the people wrote down."""

    posts: PostBook
    shown: ShownBook
    talks: TalkBook
    told: EndBook
    agents: tuple[AgentBook, ...]


def simulated(run: Pass, books: Books, replay: Replayed | None = None) -> Simulated:
    """The sums, with everything that is wrong in `failures`."""
    asked = tuple(books.posts.id_of(arrival.contact.interaction_id) for arrival in run.plan.arrivals)
    found = ends(asked, books.posts, books.talks, books.told)
    lost = sum(one not in books.shown.first_ms for one in books.posts.answered_ms)
    twice = len(doubled(books.agents))
    channels = sorted({arrival.contact.channel for arrival in run.plan.arrivals})
    said = {"never shown on a socket": lost, "with two agents": twice}
    return Simulated(
        workspace=run.workspace,
        seed=run.seed,
        speed=run.speed,
        seconds=run.seconds,
        asked=len(asked),
        accepted=len(books.posts.answered_ms),
        ended_once=found.ended_once,
        lost=lost,
        duplicated=twice,
        by_channel={channel: _channel(channel, run.plan, books) for channel in channels},
        lateness_p99_ms=percentile(sorted(books.posts.late_ms), 99),
        taking_p99_ms=percentile(sorted(books.talks.taken_ms), 99),
        ends=found,
        failures=(*found.failures, *(f"{count} {what}" for what, count in said.items() if count)),
        replay=replay,
    )


def _channel(channel: str, plan: Plan, books: Books) -> ChannelWaits:
    contacts = [one.contact for one in plan.arrivals if one.contact.channel == channel]
    ids = [books.posts.id_of(one.interaction_id) for one in contacts]
    lived = [experience(one, books.posts, books.talks, books.told) for one in ids]
    waits = sorted(one.waited_ms for one in lived if one.answered and one.waited_ms is not None)
    return ChannelWaits(
        asked=len(ids),
        answered=sum(one.answered for one in lived),
        hung_up=sum(not one.answered and one.waited_ms is not None for one in lived),
        wait_p50_ms=percentile(waits, 50),
        wait_p99_ms=percentile(waits, 99),
    )
