from __future__ import annotations

import pytest

from runtime.errors import LogBroken
from runtime.records import Output
from runtime.stage import LogRange
from schemas.codec import decode
from schemas.customers import CustomerCreated, IdentityLinked
from schemas.envelope import from_headers
from schemas.inputs import InteractionIdentified, InteractionUpdated
from schemas.interactions import ChannelConnected, CustomerLeft, Source
from schemas.topics import CUSTOMERS, INTERACTIONS
from streams.identity.memory_store import Fault, MemoryIdentityStore
from streams.identity.model import InteractionKey
from tests.support.identity_builders import a_change, an_arrival, counted_ids
from tests.support.identity_rig import WHERE, At, Crash, Rig


@pytest.fixture
def store() -> MemoryIdentityStore:
    return MemoryIdentityStore(counted_ids())


@pytest.fixture
async def rig(store: MemoryIdentityStore) -> Rig:
    rig = Rig(store)
    await rig.start()
    return rig


async def test_a_contact_goes_on_with_its_customer(rig: Rig) -> None:
    rig.post(an_arrival("i_1", "phone:13800138000", name="Li"), traceparent="00-a-b-01")
    await rig.step()
    [event] = rig.routing.accepted
    assert isinstance(event, InteractionIdentified)
    assert (event.customer_id, event.queue, event.channel) == ("c_1", "orders", "web_chat")
    assert event.source == Source(name="identity", partition=0, offset=0)


async def test_what_an_adapter_says_later_passes_in_order_with_its_source(rig: Rig) -> None:
    left = CustomerLeft(workspace="books", interaction_id="i_1")
    connected = ChannelConnected(workspace="books", interaction_id="i_1", leg_id="i_1.1")
    rig.post(an_arrival("i_1"), connected, a_change("i_1", priority=2), left)
    await rig.step()
    offsets = [event.source.offset for event in rig.routing.accepted if event.source]
    assert offsets == [0, 1, 2, 3]
    assert [type(event).__name__ for event in rig.routing.accepted] == [
        "InteractionIdentified",
        "ChannelConnected",
        "InteractionUpdated",
        "CustomerLeft",
    ]


async def test_a_duplicate_is_not_sent_again_but_the_positions_move(rig: Rig, store: MemoryIdentityStore) -> None:
    rig.post(an_arrival("i_1", "card:1234"), an_arrival("i_1", "card:1234"), an_arrival("i_2"))
    await rig.settle_down()
    assert [event.interaction_id for event in rig.routing.accepted] == ["i_1", "i_2"]
    assert (rig.committed, store.marks) == (3, {0: 3})


async def test_events_of_the_customer_name_what_was_made(rig: Rig) -> None:
    rig.post(an_arrival("i_1", "phone:13800138000"), an_arrival("i_2", "phone:13800138000"), traceparent="00-a-b-01")
    await rig.step()
    created, linked = (decode(CUSTOMERS, record.value or b"") for record in rig.customer_events)
    assert isinstance(created, CustomerCreated)
    assert isinstance(linked, IdentityLinked)
    assert (created.customer_id, linked.contact_point.value) == ("c_1", "+8613800138000")
    assert [from_headers(it.headers).id for it in rig.customer_events] == [
        "identity/0/0/created",
        "identity/0/0/linked/0",
    ]
    assert {from_headers(it.headers).traceparent for it in rig.customer_events} == {"00-a-b-01"}


async def test_poison_goes_to_the_dead_letters_and_the_rest_goes_on(rig: Rig) -> None:
    rig.append(Output(INTERACTIONS.name, b"books", b"{", ()))
    rig.post(an_arrival("i_1"))
    await rig.settle_down()
    assert [dead.record.value for dead in rig.dead] == [b"{"]
    assert list(rig.routing.interactions) == ["i_1"]


@pytest.mark.parametrize("fault", list(Fault))
async def test_without_an_answer_a_contact_goes_on_unidentified_and_is_settled_late(
    rig: Rig, store: MemoryIdentityStore, fault: Fault
) -> None:
    store.fault = fault
    rig.post(an_arrival("i_1", "phone:13800138000"))
    await rig.step()
    assert rig.customer("i_1") is None
    store.fault = None
    await rig.settle_down()
    assert rig.customer("i_1") == "c_1"
    late = rig.routing.accepted[-1]
    assert isinstance(late, InteractionUpdated)
    assert late.source == Source(name="identity.late", partition=0, offset=0)
    assert (store.marks[0], len(store.customers)) == (1, 1)


async def test_after_one_miss_nobody_is_asked_until_the_database_answers(rig: Rig, store: MemoryIdentityStore) -> None:
    store.fault = Fault.HANG
    rig.post(an_arrival("i_1", "card:1111"))
    await rig.step()
    asked = store.calls
    rig.post(an_arrival("i_2", "card:2222"))
    await rig.step()
    await rig.stage.idle()
    assert store.calls == asked
    store.fault = None
    await rig.idle()
    rig.post(an_arrival("i_3", "card:3333"))
    await rig.step()
    assert rig.customer("i_3") is not None


async def test_identified_at_once_when_the_database_is_back_though_others_are_still_to_be_settled(
    rig: Rig, store: MemoryIdentityStore
) -> None:
    store.fault = Fault.REFUSE
    rig.post(an_arrival("i_1", "card:1111"))
    await rig.step()
    store.fault = None
    await rig.gate.try_open(store)
    rig.post(an_arrival("i_2", "card:2222"))
    await rig.step()
    assert (rig.customer("i_1"), store.marks[0]) == (None, 0)
    assert rig.customer("i_2") is not None
    await rig.settle_down()
    assert rig.customer("i_1") is not None


async def test_the_mark_does_not_move_past_a_commit_that_nobody_heard_of(rig: Rig, store: MemoryIdentityStore) -> None:
    store.fault = Fault.COMMIT_THEN_HANG
    rig.post(an_arrival("i_1", "card:1111"))
    await rig.step()
    assert InteractionKey("books", "i_1") in store.interactions
    store.fault = None
    assert await store.mark_of(0) in (None, 0)
    await rig.start()
    await rig.settle_down()
    assert rig.customer("i_1") == "c_1"


@pytest.mark.parametrize("crash", list(At))
async def test_a_crash_in_the_way_of_a_batch_loses_and_doubles_nothing(
    rig: Rig, store: MemoryIdentityStore, crash: At
) -> None:
    rig.post(*(an_arrival(f"i_{n}", f"card:{n}000") for n in range(4)))
    with pytest.raises(Crash):
        await rig.step(crash)
    await rig.start()
    await rig.settle_down()
    routed = rig.routing.interactions
    assert {it: routed[it].customer_id for it in routed} == _stored(store)
    assert len(_stored(store)) == len(store.customers) == 4
    assert len([it for it in rig.routing.accepted if isinstance(it, InteractionIdentified)]) == 4
    assert {from_headers(it.headers).id for it in rig.customer_events} == {
        f"identity/0/{n}/{what}" for n in range(4) for what in ("created", "linked/0")
    }


@pytest.mark.parametrize("crash", [At.APPLIED, At.PARTLY_SENT, At.SENT])
async def test_a_crash_in_the_late_pass_tells_routing_all_the_same(
    rig: Rig, store: MemoryIdentityStore, crash: At
) -> None:
    store.fault = Fault.REFUSE
    rig.post(*(an_arrival(f"i_{n}", f"card:{n}000") for n in range(4)))
    await rig.step()
    store.fault = None
    with pytest.raises(Crash):
        await rig.idle(crash)
    await rig.start()
    await rig.settle_down()
    routed = rig.routing.interactions
    assert {it: routed[it].customer_id for it in routed} == _stored(store)


@pytest.mark.parametrize("crash", [At.PARTLY_SENT, At.SENT])
async def test_what_was_sent_unidentified_before_a_crash_is_told_late(
    rig: Rig, store: MemoryIdentityStore, crash: At
) -> None:
    store.fault = Fault.REFUSE
    rig.post(*(an_arrival(f"i_{n}", f"card:{n}000") for n in range(4)))
    with pytest.raises(Crash):
        await rig.step(crash)
    store.fault = None
    await rig.start()
    await rig.settle_down()
    routed = rig.routing.interactions
    assert None not in [it.customer_id for it in routed.values()]
    assert {it: routed[it].customer_id for it in routed} == _stored(store)


@pytest.mark.parametrize("zombie_first", [True, False])
async def test_a_process_that_wakes_after_it_was_replaced_does_no_harm(
    rig: Rig, store: MemoryIdentityStore, zombie_first: bool
) -> None:
    rig.post(*(an_arrival(f"i_{n}", f"card:{n}000") for n in range(4)))
    store.fault = Fault.REFUSE
    frozen = await rig.stage.handle(rig.broker.read(WHERE, 0, 4))
    zombie = rig.sender
    store.fault = None
    await rig.start()
    if zombie_first:
        await zombie.send(frozen.outputs)
    await rig.step()
    await zombie.send(frozen.outputs)
    await rig.settle_down()
    routed = rig.routing.interactions
    assert {it: routed[it].customer_id for it in routed} == _stored(store)
    assert None not in _stored(store).values()


async def test_the_late_pass_never_undoes_what_was_said_since(rig: Rig, store: MemoryIdentityStore) -> None:
    store.fault = Fault.REFUSE
    rig.post(an_arrival("i_1", "card:1111", language="en"), a_change("i_1", language="yue", priority=1))
    await rig.step()
    store.fault = None
    await rig.settle_down()
    assert (rig.routing.interactions["i_1"].language, rig.routing.interactions["i_1"].priority) == ("yue", 1)
    late = [it for it in rig.routing.accepted if it.source and it.source.name == "identity.late"]
    assert {getattr(it, "priority", None) for it in late} == {None}


async def test_a_process_that_starts_without_the_database_routes_and_catches_up(store: MemoryIdentityStore) -> None:
    rig = Rig(store)
    store.fault = Fault.REFUSE
    rig.post(an_arrival("i_1", "card:1111"))
    await rig.start()
    await rig.step()
    assert rig.customer("i_1") is None
    store.fault = None
    await rig.settle_down()
    assert rig.customer("i_1") == "c_1"


async def test_a_mark_outside_the_log_is_never_healed(store: MemoryIdentityStore) -> None:
    rig = Rig(store)
    store.marks[0] = 5
    with pytest.raises(LogBroken):
        await rig.start()
    rig.post(*(an_arrival(f"i_{n}") for n in range(9)))
    await rig.start()
    rig.broker.truncate(rig.broker.partitions(INTERACTIONS.name)[0], first=7)
    with pytest.raises(LogBroken):
        await rig.start()


async def test_a_database_that_was_away_at_the_start_is_judged_when_it_answers(store: MemoryIdentityStore) -> None:
    rig = Rig(store)
    store.marks[0] = 5
    await rig.start(database=False)
    with pytest.raises(LogBroken):
        await rig.idle()


async def test_without_a_group_position_the_stored_mark_is_where_to_go_on(rig: Rig, store: MemoryIdentityStore) -> None:
    rig.post(*(an_arrival(f"i_{n}") for n in range(6)))
    store.marks[0] = 4
    assert await rig.stage.open(None, LogRange(0, 6)) == 4
    assert await rig.stage.open(2, LogRange(0, 6)) == 2


async def test_a_backlog_too_large_for_the_database_is_taken_in_smaller_chunks(
    rig: Rig, store: MemoryIdentityStore
) -> None:
    store.fault = Fault.REFUSE
    rig.post(*(an_arrival(f"i_{n}", f"card:{1000 + n}") for n in range(300)))
    await rig.step()
    store.fault = None
    store.slow_above = 100
    await rig.settle_down()
    assert store.marks[0] == 300
    assert None not in [it.customer_id for it in rig.routing.interactions.values()]


def _stored(store: MemoryIdentityStore) -> dict[str, str | None]:
    return {key.interaction_id: row.customer_id for key, row in store.interactions.items()}
