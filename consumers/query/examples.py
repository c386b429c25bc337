"""One example answer for each question, built from the answers' own Structs."""

from __future__ import annotations

from typing import Final

from consumers.query.answers import (
    AgentNow,
    Agents,
    Answer,
    AsOf,
    Audit,
    AuditEntry,
    AuditPart,
    Customer,
    ExplanationOf,
    FoundCustomer,
    FoundCustomers,
    Interaction,
    MergeStep,
    MetricsLive,
    MetricsSpans,
    OfferExplained,
    QueueNow,
    Queues,
    QueueWait,
    ShownPoint,
    Span,
    Timeline,
    TimelineEntry,
    Transcript,
    WaitingNow,
    WaitOf,
)
from consumers.query.parameters import By
from schemas.live import Message
from schemas.messages import Author, MessagePosted
from schemas.metrics import Counts, Dimension, LiveGroup, Now
from schemas.metrics_derived import derive
from schemas.timeline import TimelineKind
from schemas.trace import Because, Changed, ChangedAgent, Happened, Looked, PassedAgents, Trace, WentFirst
from schemas.values import Explanation, InteractionValue, LegValue, ScorePart
from schemas.vocabulary import CustomerKind, LegKind, LegState, PassedOver, RoutingStatus

CUSTOMER_ID: Final = "c_5f3a9d0c21b84e7791d4"
MERGED_ID: Final = "c_0b7e4f6a9c3d4d1ea2b8"
INTERACTION_ID: Final = "i_3f1c9a7d20be4c55a1d0e2b7f4a6c8"
_AT_MS: Final = 1_793_606_400_000
_AS_OF: Final = AsOf(at_ms=_AT_MS + 60_000, epoch=1, seq=4_711)
_LEG: Final = LegValue(
    leg_id=f"{INTERACTION_ID}.1",
    interaction_id=INTERACTION_ID,
    number=1,
    kind=LegKind.MAIN,
    state=LegState.QUEUED,
    since_ms=_AT_MS + 900,
    queue="service",
    arrived_ms=_AT_MS,
    entered_queue_ms=_AT_MS + 900,
)
_QUEUE: Final = QueueNow(
    queue="service", service_level_within_ms=20_000, waiting=2, oldest_arrived_ms=_AT_MS, oldest_waiting_since_ms=_AT_MS
)
_COUNTS: Final = Counts(
    offered=10,
    answered=8,
    answered_within=7,
    answer_wait_ms=96_000,
    abandoned=2,
    abandon_wait_ms=50_000,
    handled=8,
    connected_ms=1_440_000,
    target_offered=10,
    target_answered=8,
    target_abandoned=2,
    status_ms={RoutingStatus.IDLE: 600_000, RoutingStatus.INTERACTING: 1_440_000},
)
_POINT: Final = ShownPoint(kind="phone", value="***8000", masked=True, customer_id=CUSTOMER_ID)
_ENTRY: Final = TimelineEntry(
    entry_id="4fd9a2",
    kind=TimelineKind.AGENT_CONNECTED,
    at_ms=_AT_MS + 12_000,
    customer_id=CUSTOMER_ID,
    interaction_id=INTERACTION_ID,
    channel="phone",
    queue="service",
    site=None,
    agent_id="ana",
    leg_id=_LEG.leg_id,
    leg_kind=LegKind.MAIN,
    offer_id=None,
    message_id=None,
    author=None,
    state=None,
    reason=None,
    disposition=None,
    duration_ms=None,
    other_customer_id=None,
    merge_id=None,
    by_user=None,
    scheduled_for_ms=None,
)

CUSTOMER: Final = Customer(
    customer_id=CUSTOMER_ID,
    asked_id=MERGED_ID,
    kind=CustomerKind.PERSON,
    version=3,
    created_ms=_AT_MS - 86_400_000,
    changed_ms=_AT_MS,
    name="李雷",
    card_type="senior",
    tier="vip",
    language="zh-CN",
    owner="ana",
    preferred_agent=None,
    do_not_contact=False,
    relations=(),
    contact_points=(_POINT,),
    interactions=12,
    merged=(),
    merged_into=(MergeStep(merge_id="m_81c2", customer_id=CUSTOMER_ID, merged_id=MERGED_ID, at_ms=_AT_MS, by="sue"),),
)
FOUND: Final = FoundCustomers(
    customers=(
        FoundCustomer(
            customer_id=CUSTOMER_ID,
            kind=CustomerKind.PERSON,
            name="李雷",
            card_type="senior",
            tier="vip",
            owner="ana",
            matched_id=CUSTOMER_ID,
            matched_name="李雷",
        ),
    ),
    more=False,
)
TIMELINE: Final = Timeline(
    customer_id=CUSTOMER_ID, entries=(_ENTRY,), older=None, newer="WyJuIixbMTc5MzYwNjQxMjAwMCw3LCI0ZmQ5YTIiXSwi4oCmIl0"
)
INTERACTION: Final = Interaction(
    interaction_id=INTERACTION_ID,
    customer_id=CUSTOMER_ID,
    customer_name="李雷",
    customer_of_its_day=CUSTOMER_ID,
    adapter="phone",
    channel="phone",
    received_ms=_AT_MS,
    language="zh-CN",
    subject=None,
    attributes={"line": "400"},
    contact_points=(_POINT,),
    is_live=True,
    state=LegState.QUEUED,
    routing=InteractionValue(
        interaction_id=INTERACTION_ID,
        channel="phone",
        adapter="phone",
        instance="phone-1",
        arrived_ms=_AT_MS,
        customer_id=CUSTOMER_ID,
        tier="vip",
    ),
    legs=(_LEG,),
    ended=None,
    as_of=_AS_OF,
)
TRANSCRIPT: Final = Transcript(
    interaction_id=INTERACTION_ID,
    messages=(
        Message(
            offset=41,
            message=MessagePosted(
                workspace="bookcity",
                interaction_id=INTERACTION_ID,
                message_id="msg-1",
                author=Author.CUSTOMER,
                sent_at_ms=_AT_MS,
                text="您好，我的订单少了一本书。",
            ),
        ),
    ),
    complete_to=42,
    complete=True,
)
_TRACE: Final = Trace(
    workspace="bookcity",
    interaction_id=INTERACTION_ID,
    interaction=None,
    moments=(
        Happened(
            at_ms=_AT_MS + 900,
            offset=11,
            leg_id=_LEG.leg_id,
            epoch=1,
            seq=31,
            decision="leg.queued",
            state=LegState.QUEUED,
            queue="service",
            ahead=0,
        ),
        Looked(
            at_ms=_AT_MS + 900,
            offset=11,
            leg_id=_LEG.leg_id,
            queue="service",
            step=0,
            requirements={"mandarin": 3},
            passed_over=(PassedAgents(reasons=(PassedOver.NO_CAPACITY,), agents=("ana", "bo")),),
            not_serving=4,
        ),
        WentFirst(
            at_ms=_AT_MS + 1_400,
            offset=14,
            leg_id=_LEG.leg_id,
            agent_id="bo",
            interaction_id="i_before",
            queue="service",
            because=Because.ARRIVED_BEFORE,
            earlier_ms=12_000,
        ),
        Changed(
            at_ms=_AT_MS + 1_900,
            offset=15,
            leg_id=_LEG.leg_id,
            agents=(ChangedAgent(agent_id="bo", before=(PassedOver.NO_CAPACITY,), now=(PassedOver.OFF_QUEUE,)),),
        ),
    ),
    ended=False,
    until_ms=_AT_MS + 60_000,
    until_offset=60,
    engine_version=2,
    time_zone="Asia/Shanghai",
)
EXPLANATION: Final = ExplanationOf(
    interaction_id=INTERACTION_ID,
    offers=(
        OfferExplained(
            offer_id="o_77",
            leg_id=_LEG.leg_id,
            agent_id="ana",
            queue="service",
            at_ms=_AT_MS + 2_000,
            explanation=Explanation(
                queue="service",
                step=0,
                requirements={"mandarin": 3},
                considered=3,
                passed_over={PassedOver.NO_CAPACITY: 2},
                score=(ScorePart(name="idle_since", value=12),),
                configuration_version=4,
            ),
            outcome=TimelineKind.OFFER_MISSED,
            outcome_reason=None,
            outcome_ms=_AT_MS + 17_000,
        ),
    ),
    waiting=(
        WaitingNow(
            leg_id=_LEG.leg_id,
            state=LegState.QUEUED,
            queue=_QUEUE,
            step=0,
            entered_queue_ms=_AT_MS + 900,
            waited_ms=59_100,
            requirements={"mandarin": 3},
            preferred_agent=None,
        ),
    ),
    as_of=_AS_OF,
    trace=_TRACE,
)
WAIT: Final = WaitOf(
    interaction_id=INTERACTION_ID,
    leg_id=_LEG.leg_id,
    state=LegState.QUEUED,
    queue="service",
    position=2,
    expected_ms=41_000,
    low_ms=9_000,
    high_ms=81_000,
    range_percent=80,
    as_of=_AS_OF,
)
QUEUE_WAIT: Final = QueueWait(
    queue="service",
    open=True,
    waiting=2,
    position=3,
    expected_ms=62_000,
    low_ms=20_000,
    high_ms=113_000,
    range_percent=80,
    as_of=_AS_OF,
)
QUEUES: Final = Queues(queues=(_QUEUE,), as_of=_AS_OF)
AGENTS: Final = Agents(
    agents=(
        AgentNow(
            agent_id="ana",
            status="available",
            routing_status=RoutingStatus.IDLE,
            since_ms=_AT_MS,
            connected=True,
            sessions=1,
            skills={"mandarin": 5},
            queues={"service": 1},
        ),
    ),
    as_of=_AS_OF,
)
METRICS: Final = MetricsSpans(
    time_zone="Asia/Shanghai",
    by=By.HOUR,
    spans=(
        Span(
            dimension=Dimension.QUEUE,
            id="service",
            starts_ms=_AT_MS,
            ends_ms=_AT_MS + 3_600_000,
            complete_to_ms=_AT_MS + 900_000,
            counts=_COUNTS,
            derived=derive(_COUNTS, within_ms=20_000),
        ),
    ),
)
METRICS_LIVE: Final = MetricsLive(
    time_zone="Asia/Shanghai",
    day_starts_ms=_AT_MS - 57_600_000,
    interval_starts_ms=_AT_MS,
    groups=(
        LiveGroup(
            dimension=Dimension.QUEUE,
            id="service",
            now=Now(waiting=2, oldest_arrived_ms=_AT_MS, oldest_queued_ms=_AT_MS + 900),
            today=_COUNTS,
            today_derived=derive(_COUNTS, within_ms=20_000),
            interval=_COUNTS,
            interval_derived=derive(_COUNTS, within_ms=20_000),
        ),
    ),
    as_of=_AS_OF,
)
AUDIT: Final = Audit(
    entries=(
        AuditEntry(
            entry_id="s1.4711",
            at_ms=_AT_MS,
            part=AuditPart.SUPERVISION,
            actor="sue",
            action="move_interaction",
            subject=INTERACTION_ID,
            reason="the orders team is free",
            outcome="applied",
            detail={"command_id": "k_7c0ffee0d15ea71", "interaction_id": INTERACTION_ID, "queue": "orders"},
        ),
    ),
)
ALL: Final[tuple[Answer, ...]] = (
    CUSTOMER, FOUND, TIMELINE, INTERACTION, TRANSCRIPT, EXPLANATION, WAIT, QUEUE_WAIT, QUEUES, AGENTS, METRICS,
    METRICS_LIVE, AUDIT,
)  # fmt: skip
