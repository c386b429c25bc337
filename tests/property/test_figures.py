"""The stage's figures equal those of somebody who looks through the whole log for each number; and whatever a crash
leaves of the table's writes, going on from there gives the same.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence

import msgspec
import pytest

from schemas import codec, inputs
from schemas.configuration import (
    AgentSettings,
    QueueSettings,
    RoutingSettings,
    ServiceLevel,
    StepSettings,
    TierSettings,
)
from schemas.decisions import Decision
from schemas.inputs import LogReopened
from schemas.metrics import INTERVAL_MS, Derived
from schemas.metrics_derived import WHOLE, derive
from schemas.topics import ROUTING_DECISIONS
from schemas.vocabulary import ConsultEnd, JoinMode, LegState
from streams.metrics.fold import fold
from streams.metrics.kept import Kept
from streams.metrics.measure import all_groups, interval_counts, measure
from streams.metrics.spans import interval_of
from streams.metrics.state import State
from streams.metrics.writes import read_back, take_writes
from streams.routing.engine import Engine
from tests.property.test_engine_company import drive
from tests.support import recordings
from tests.support.engine_driver import WORKSPACE, Driver, a_configuration
from tests.support.naive_figures import NaiveFigures

DAY_MS = 24 * 3_600_000
NAMES = [f"agent-{n}" for n in range(8)]
SEEDS = range(4)


def decided(name: str) -> list[Decision]:
    log = recordings.read(recordings.FOLDER / f"{name}.jsonl.gz")
    engine = Engine.of_log(log[0][2].workspace)
    return [one for offset, stamp, event in log for one in engine.apply(event, offset=offset, stamp_ms=stamp)]


def a_shop(driver: Driver, chance: random.Random) -> None:
    """Two queues with overflow, levels, tiers, teams and sites; now and then another configuration."""
    queues = {
        "service": QueueSettings(
            service_level=ServiceLevel(within_ms=chance.choice([5_000, 20_000])),
            short_abandon_ms=chance.choice([0, 2_000, 5_000]),
            steps=(StepSettings(), StepSettings(at_ms=30_000, overflow_to="sales")),
            expire_after_ms=300_000,
            max_waiting=6,
        ),
        "sales": QueueSettings(max_waiting=chance.choice([None, 3])),
    }
    agents = {
        name: AgentSettings(
            team=chance.choice(["t1", "t2", None]),
            site=chance.choice(["tianhe", "panyu", None]),
            queues={"service": 1, "sales": 2},
        )
        for name in NAMES[: chance.randrange(5, len(NAMES) + 1)]
    }
    driver.configure(
        a_configuration(
            queues=queues,
            agents=agents,
            tiers={"vip": TierSettings(service_level_within_ms=chance.choice([3_000, 9_000]))},
            settings=RoutingSettings(time_zone="Asia/Shanghai"),
        )
    )


@functools.cache
def a_lively_day(seed: int) -> tuple[Decision, ...]:
    """Hours of everything that routing can decide; in one of two, the log is reopened on the way."""
    chance = random.Random(seed)
    driver = Driver()
    driver.now_ms = 1_700_000_000_000
    a_shop(driver, chance)
    driver.login(*NAMES[:5])
    for step in range(700):
        if chance.random() < 0.06:
            driver.now_ms += chance.choice([60_000, 400_000, 2_000_000])
        driver.attend(chance.choice([0, 0, 400, 1_500, 6_000]))
        something(driver, chance, step)
        if step == 400 and seed % 2:
            driver.feed(LogReopened(workspace=WORKSPACE, epoch=2))
    return replayed(driver)


def replayed(driver: Driver) -> tuple[Decision, ...]:
    engine = Engine(WORKSPACE)
    found = [one for offset, stamp, event in driver.log for one in engine.apply(event, offset=offset, stamp_ms=stamp)]
    return tuple(codec.decode(ROUTING_DECISIONS, codec.encode(one)) for one in found)


def something(driver: Driver, chance: random.Random, step: int) -> None:
    agent = chance.choice(NAMES)
    what = chance.choice(["arrive"] * 6 + ["accept"] * 5 + ["end"] * 3 + ["leave"] * 2 + OTHERS)
    if what == "arrive":
        driver.arrive(
            f"c{step}",
            queue=chance.choice(["service", "service", "sales", "nowhere"]),
            channel=chance.choice(["phone", "web_chat"]),
            tier=chance.choice([None, None, "vip"]),
            site=chance.choice([None, "tianhe", "haizhu"]),
            confirms_connection=chance.random() < 0.2,
            callback_at_ms=chance.choice([None] * 8 + [0, driver.now_ms + 90_000]),
        )
    elif what == "leave":
        names = list(driver.world.interactions) or [f"c{step + 1}"]
        driver.leave(chance.choice([names[-1], chance.choice(names)]))
    elif what == "status":
        driver.command(inputs.SetStatus, agent_id=agent, status=chance.choice(["available", "offline"]))
    elif what == "session":
        driver.session(agent, opened=chance.random() < 0.8)
    elif what == "configure":
        if chance.random() < 0.3:
            a_shop(driver, chance)
    elif what == "call_back" and driver.world.interactions:
        at_ms = chance.choice([None, driver.now_ms - 1, driver.now_ms + 2_000, driver.now_ms + 500_000])
        contact = chance.choice(list(driver.world.interactions))
        driver.command(inputs.RequestCallback, interaction_id=contact, at_ms=at_ms)
    elif what in ("consult", "together", "join"):
        in_company(driver, chance, what)
    else:
        at_work(driver, chance, what)


OTHERS = [
    "status",
    "session",
    "configure",
    "reject",
    "hold",
    "resume",
    "transfer",
    "move",
    "cancel",
    "finish",
    "fail",
    "call_back",
    "consult",
    "consult",
    "together",
    "together",
    "join",
]
WANTED = {
    "accept": LegState.OFFERED,
    "reject": LegState.OFFERED,
    "move": LegState.QUEUED,
    "cancel": LegState.QUEUED,
    "resume": LegState.ON_HOLD,
    "finish": LegState.WRAP_UP,
    "fail": LegState.CONNECTED,
}


def at_work(driver: Driver, chance: random.Random, what: str) -> None:
    state = WANTED.get(what, LegState.CONNECTED)
    found = [
        (name, one.main.agent_id or "") for name, one in driver.world.interactions.items() if one.main.state is state
    ]
    if not found:
        return
    contact, agent = chance.choice(found)
    about = {
        "hold": inputs.HoldInteraction,
        "resume": inputs.ResumeInteraction,
        "finish": inputs.FinishWrapUp,
    }
    by = {"actor": "eva", "reason": "test"}
    if what == "accept":
        driver.accept(contact, agent)
    elif what == "reject":
        driver.reject(contact, agent)
    elif what == "fail":
        driver.fail(contact)
    elif what == "move":
        driver.command(
            inputs.MoveInteraction, interaction_id=contact, to_queue=chance.choice(["service", "sales"]), **by
        )
    elif what == "cancel":
        driver.command(inputs.CancelInteraction, interaction_id=contact, **by)
    elif what == "transfer":
        to = (
            {"to_queue": chance.choice(["service", "sales"])}
            if chance.random() < 0.6
            else {"to_agent": chance.choice(NAMES)}
        )
        driver.about(inputs.TransferInteraction, contact, agent, keep_place=chance.random() < 0.5, **to)
    elif what in about:
        driver.about(about[what], contact, agent)
    else:
        driver.end(contact, agent)


def in_company(driver: Driver, chance: random.Random, what: str) -> None:
    """Consults, what becomes of them, and supervisors who join."""
    with_customer = (LegState.CONNECTED, LegState.ON_HOLD)
    legs = [
        (name, leg)
        for name, one in driver.world.interactions.items()
        for leg in one.all_legs()
        if leg.state in (*with_customer, LegState.OFFERED)
    ]
    if not legs:
        return
    contact, leg = chance.choice(legs)
    if leg.state is LegState.OFFERED:
        offer_id = f"{contact}.{leg.number}/{leg.offers}"
        driver.command(inputs.AcceptOffer, agent_id=leg.agent_id, offer_id=offer_id)
        return
    about = {"agent_id": leg.agent_id, "leg_id": f"{contact}.{leg.number}"}
    if what == "consult":
        to = chance.choice([{"to_queue": "sales"}, {"to_queue": "service"}, {"to_agent": chance.choice(NAMES)}])
        driver.command(inputs.StartConsult, **about, **to)
    elif what == "together":
        how = chance.choice([*ConsultEnd, None])
        if how is not None:
            driver.command(inputs.FinishConsult, how=how, **about)
        else:
            driver.command(chance.choice([inputs.LeaveConference, inputs.EndInteraction]), **about)
    else:
        said = {"mode": chance.choice(list(JoinMode)), "actor": "eva", "reason": "test"}
        driver.command(inputs.JoinInteraction, interaction_id=contact, agent_id=chance.choice(NAMES), **said)


def folded(log: Sequence[Decision]) -> State:
    state = State(log[0].workspace)
    for decision in log:
        fold(state, decision, keep_ms=None)
    return state


def check(log: Sequence[Decision]) -> None:
    state, naive = folded(log), NaiveFigures(log)
    now_ms = state.head.at_ms + 1_234
    midnight_ms = now_ms - (now_ms + 8 * 3_600_000) % DAY_MS
    groups = all_groups(state, 0)
    assert groups >= naive.groups()
    first_ms = interval_of(log[0].at_ms)
    for starts_ms in range(first_ms, now_ms, INTERVAL_MS):
        for group in groups:
            found = interval_counts(state, group, starts_ms, now_ms)
            assert found == naive.counts(group, starts_ms, min(now_ms, starts_ms + INTERVAL_MS), now_ms), (
                group,
                starts_ms,
            )
            assert_shares(derive(found))
    if state.head.time_zone == "Asia/Shanghai":
        for live in measure(state, now_ms):
            assert live.today == naive.counts((live.dimension, live.id), midnight_ms, now_ms, now_ms)


def assert_shares(derived: Derived) -> None:
    shares = [*derived.service_levels.values(), derived.abandon_rate, derived.occupancy]
    assert all(share is None or 0 <= share <= WHOLE for share in shares), derived


@pytest.mark.parametrize("seed", SEEDS)
def test_a_generated_day_counts_as_whoever_looks_through_the_log_counts(seed: int) -> None:
    check(a_lively_day(seed))


@pytest.mark.parametrize(
    "name",
    [
        "scenario-handing_over",
        "scenario-offers",
        "scenario-presence",
        "scenario-states",
        "scenario-queues",
        "scenario-wrap_up",
        "scenario-callbacks",
        "scenario-resume",
    ],
)
def test_a_recording_counts_as_whoever_looks_through_the_log_counts(name: str) -> None:
    check(decided(name))


COMPANY_SEEDS = range(4)


@functools.cache
def a_day_in_company(seed: int) -> tuple[Decision, ...]:
    """Mostly consults, conferences and joined supervisors."""
    return tuple(drive(seed, 400).pair.decisions)


@pytest.mark.parametrize("seed", COMPANY_SEEDS)
def test_consults_and_conferences_count_as_whoever_looks_through_the_log_counts(seed: int) -> None:
    check(a_day_in_company(seed))


def test_days_in_company_have_all_that_consults_count() -> None:
    total: dict[str, int] = {}
    for seed in COMPANY_SEEDS:
        for group, cells in folded(a_day_in_company(seed)).cells.items():
            for cell in cells.values():
                for name, count in cell.counts.items():
                    total[name] = total.get(name, 0) + count * (group[0] == "workspace")
    wanted = ("consults", "consults_answered", "consult_ms", "conferences", "transferred_warm")
    assert [name for name in wanted if not total.get(name)] == []


def test_generated_days_have_all_that_counts() -> None:
    total: dict[str, int] = {}
    for seed in SEEDS:
        for group, cells in folded(a_lively_day(seed)).cells.items():
            if group[0] == "queue":
                for cell in cells.values():
                    for name, amount in cell.counts.items():
                        total[name] = total.get(name, 0) + amount
    missing = {"offered", "answered", "answered_within", "abandoned", "short_abandoned", "flowed_out", "expired",
               "cancelled", "handled", "held_ms", "wrap_up_ms", "transferred_in", "transferred_out", "requeued",
               "offers_rejected", "offers_missed", "offers_rescinded", "left_for_callback", "callbacks_requested",
               "callbacks_reached", "callback_wait_ms", "callbacks_lost"} - set(total)  # fmt: skip
    assert missing == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_offered_to_a_queue_ended_in_one_way_or_waits(seed: int) -> None:
    log = [one for one in a_lively_day(seed) if one.epoch == 1]
    for live in measure(folded(log), log[-1].at_ms):
        ended = live.today.answered + live.today.abandoned + live.today.short_abandoned + live.today.flowed_out
        ended += live.today.expired + live.today.cancelled + live.today.failed + live.today.left_for_callback
        if live.dimension == "queue":
            waiting = live.now.waiting + live.now.offered - live.now.callbacks_waiting
            connecting = live.today.offered - ended - waiting
            assert 0 <= connecting <= live.now.active


class Table:
    """A table of which only the first writes survived a crash."""

    def __init__(self) -> None:
        self.records: dict[str, bytes] = {}

    def take(self, writes: Sequence[tuple[str, Kept | None]]) -> None:
        for key, kept in writes:
            if kept is None:
                self.records.pop(key, None)
            else:
                self.records[key] = msgspec.json.encode(kept)

    def copy(self) -> Table:
        other = Table()
        other.records = dict(self.records)
        return other

    def state(self, workspace: str) -> State:
        kept = [(key, msgspec.json.decode(value, type=Kept)) for key, value in self.records.items()]
        return read_back(kept).get(workspace) or State(workspace)


@pytest.mark.long
@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_between_any_two_writes_of_a_batch_changes_no_figure(seed: int) -> None:
    log, chance = a_lively_day(seed), random.Random(seed)
    whole, table = State(WORKSPACE), Table()
    cuts = 0
    for first in range(0, len(log), 40):
        batch = log[first : first + 40]
        for decision in batch:
            fold(whole, decision, keep_ms=None)
        before = table.copy()
        writes = take_writes(whole)
        at_ms = whole.head.at_ms + 77
        for cut in range(len(writes) + 1) if first % 80 == 0 else [chance.randrange(len(writes) + 1)]:
            cuts += 1
            torn = before.copy()
            torn.take(writes[:cut])
            again = torn.state(WORKSPACE)
            smaller = chance.randrange(1, len(batch) + 1)
            for decision in batch[:smaller]:
                fold(again, decision, keep_ms=None)
            torn.take(take_writes(again))
            again = torn.state(WORKSPACE)
            for decision in batch:
                fold(again, decision, keep_ms=None)
            assert again.is_whole()
            assert measure(again, at_ms) == measure(whole, at_ms), (first, cut)
            assert again.cells == whole.cells
        table.take(writes)
    assert cuts > 200
