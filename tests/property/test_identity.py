"""Whatever the database and the process do, and whenever: nothing is lost, nothing is doubled, routing learns all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.codec import decode
from schemas.inputs import InteractionIdentified
from schemas.interactions import InteractionEvent, InteractionReceived
from schemas.topics import INTERACTIONS, ROUTING_INPUTS
from streams.identity.memory_store import Fault, MemoryIdentityStore
from tests.support.identity_builders import a_change, an_arrival, counted_ids
from tests.support.identity_rig import WHERE, At, Crash, Rig


class Round(msgspec.Struct, frozen=True):
    """One stretch of life: what comes in, what the store does meanwhile, and where the process ends, if it does."""

    events: tuple[InteractionEvent, ...] = ()
    fault: Fault | None = None
    crash: At | None = None
    fault_after: Fault | None = None
    late_crash: At | None = None
    batch: int = 3


IDS = st.integers(1, 9).map(lambda number: f"i_{number}")
POINTS = st.lists(
    st.sampled_from(["card:1111", "card:2222", "phone:13800138000", "email:li@example.com", "phone:none"]), max_size=3
)
EVENTS = st.one_of(
    st.builds(lambda it, points: an_arrival(it, *points), IDS, POINTS),
    st.builds(lambda it, points: an_arrival(it, *points), IDS, POINTS),
    st.builds(lambda it, points: a_change(it, *points), IDS, POINTS),
)
FAULTS = st.sampled_from([None, None, *Fault])
ROUNDS = st.lists(
    st.builds(
        Round,
        events=st.lists(EVENTS, max_size=4).map(tuple),
        fault=FAULTS,
        crash=st.sampled_from([None, None, *At]),
        fault_after=FAULTS,
        late_crash=st.sampled_from([None, At.APPLIED, At.PARTLY_SENT, At.SENT]),
        batch=st.integers(1, 4),
    ),
    max_size=6,
)
ARRIVAL = (an_arrival("i_1", "card:1111"),)


@given(ROUNDS)
@example([Round(ARRIVAL, fault=Fault.COMMIT_THEN_HANG, crash=At.SENT)])
@example([Round(ARRIVAL, fault=Fault.REFUSE, late_crash=At.APPLIED)])
@example([Round(ARRIVAL, fault=Fault.REFUSE, crash=At.SENT), Round()])
def test_routing_and_the_store_agree_in_the_end(rounds: Sequence[Round]) -> None:
    asyncio.run(_live(rounds))


async def _live(rounds: Sequence[Round]) -> None:
    store = MemoryIdentityStore(counted_ids())
    rig = Rig(store)
    await rig.start()
    for one in rounds:
        rig.post(*one.events)
        try:
            store.fault = one.fault
            await rig.step(one.crash, max_batch=one.batch)
            store.fault = one.fault_after
            await rig.idle(one.late_crash)
        except Crash:
            store.fault = one.fault_after
            await rig.start()
    store.fault = None
    await rig.settle_down()
    _check(rig, store, always_answered=all(one.fault is one.fault_after is None for one in rounds))


def _check(rig: Rig, store: MemoryIdentityStore, *, always_answered: bool) -> None:
    routing = rig.routing
    taken = [event.interaction_id for event in routing.accepted if isinstance(event, InteractionIdentified)]
    assert len(taken) == len(set(taken))
    rows = {key.interaction_id: row for key, row in store.interactions.items()}
    assert {it: event.customer_id for it, event in routing.interactions.items()} == {
        it: row.customer_id for it, row in rows.items()
    }
    assert {it: row.first_offset for it, row in rows.items()} == _arrivals(rig)
    assert {link.customer_id for link in store.links.values()} == {key.customer_id for key in store.customers}
    assert store.marks.get(0, 0) == rig.position
    if always_answered:
        assert _sent(rig) == {(it, row.first_offset) for it, row in rows.items()}


def _arrivals(rig: Rig) -> dict[str, int]:
    """The first record of each interaction in the log."""
    found: dict[str, int] = {}
    for record in rig.broker.read(WHERE, 0, 1_000):
        event = decode(INTERACTIONS, record.value or b"")
        if isinstance(event, InteractionReceived):
            found.setdefault(event.interaction_id, record.offset)
    return found


def _sent(rig: Rig) -> set[tuple[str, int]]:
    """What was ever sent as an arrival: the interaction and the record it came from."""
    log = rig.broker.partitions(ROUTING_INPUTS.name)[0]
    events = (decode(ROUTING_INPUTS, record.value or b"") for record in rig.broker.read(log, 0, 10_000))
    return {
        (it.interaction_id, it.source.offset) for it in events if isinstance(it, InteractionIdentified) and it.source
    }
