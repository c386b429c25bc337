"""The closed words of the contracts. Names that organisations choose (channels, statuses, queues) stay open strings."""

from __future__ import annotations

import enum


class LegKind(enum.StrEnum):
    """What share of an interaction a leg is."""

    MAIN = "main"
    CONSULT = "consult"
    JOIN = "join"


class LegState(enum.StrEnum):
    """States of a leg; those of an interaction are its newest main leg's."""

    CREATED = "created"
    SCHEDULED = "scheduled"
    QUEUED = "queued"
    OFFERED = "offered"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    ON_HOLD = "on_hold"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    FLOWED_OUT = "flowed_out"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


ENDED: frozenset[LegState] = frozenset(
    {
        LegState.COMPLETED,
        LegState.ABANDONED,
        LegState.FLOWED_OUT,
        LegState.CANCELLED,
        LegState.EXPIRED,
        LegState.FAILED,
    }
)
ACTIVE: frozenset[LegState] = frozenset({LegState.CONNECTING, LegState.CONNECTED, LegState.ON_HOLD, LegState.WRAP_UP})


class EndReason(enum.StrEnum):
    """Why an agent's part, a leg or an interaction ended."""

    CUSTOMER_LEFT = "customer_left"
    AGENT_ENDED = "agent_ended"
    CHANNEL_ENDED = "channel_ended"
    CHANNEL_FAILED = "channel_failed"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"
    AGENT_LOST = "agent_lost"
    CONSULT_COMPLETED = "consult_completed"
    CONSULT_CANCELLED = "consult_cancelled"
    LEFT_CONFERENCE = "left_conference"
    TOOK_OVER = "took_over"
    REJECTED = "rejected"
    MISSED = "missed"
    CLOSED = "closed"
    FULL = "full"
    NO_AGENTS = "no_agents"
    UNKNOWN_QUEUE = "unknown_queue"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CALLBACK = "callback"


HANDED_ON: frozenset[EndReason] = frozenset(
    {
        EndReason.TRANSFERRED,
        EndReason.REQUEUED,
        EndReason.AGENT_LOST,
        EndReason.CALLBACK,
        EndReason.CONSULT_COMPLETED,
        EndReason.LEFT_CONFERENCE,
    }
)
"""A main leg that ended so is followed by another in the same breath: its interaction stays."""


class OfferState(enum.StrEnum):
    """States of an offer."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TIMED_OUT = "timed_out"
    RESCINDED = "rescinded"


class RescindReason(enum.StrEnum):
    """Why an offer was taken back without blame."""

    CUSTOMER_LEFT = "customer_left"
    AGENT_UNREACHABLE = "agent_unreachable"
    STATUS_CHANGED = "status_changed"
    NO_LONGER_QUALIFIES = "no_longer_qualifies"
    AGENT_REMOVED = "agent_removed"
    MOVED = "moved"
    ASSIGNED = "assigned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TRANSFERRED = "transferred"
    CONSULT_CANCELLED = "consult_cancelled"
    CALLBACK = "callback"


class RoutingStatus(enum.StrEnum):
    """What routing sees of an agent: the first that holds, in this order."""

    OFF_QUEUE = "off_queue"
    NOT_RESPONDING = "not_responding"
    INTERACTING = "interacting"
    WRAP_UP = "wrap_up"
    IDLE = "idle"


class AgentCause(enum.StrEnum):
    """Why an agent's value changed when no leg or offer of theirs did."""

    CONFIGURED = "configured"
    SESSION_OPENED = "session_opened"
    SESSION_CLOSED = "session_closed"
    SESSIONS_LOST = "sessions_lost"
    GRACE_ENDED = "grace_ended"
    LOGGED_OUT = "logged_out"
    STATUS_SET = "status_set"
    STATUS_FORCED = "status_forced"
    NEXT_STATUS_SET = "next_status_set"
    DRAINED = "drained"
    RESPONDING = "responding"
    WORK_CHANGED = "work_changed"
    RESTATED = "restated"


class Refusal(enum.StrEnum):
    """Why a command changed nothing."""

    UNKNOWN_INTERACTION = "unknown_interaction"
    UNKNOWN_AGENT = "unknown_agent"
    UNKNOWN_QUEUE = "unknown_queue"
    NOT_OFFERED = "not_offered"
    NOT_OWNER = "not_owner"
    WRONG_STATE = "wrong_state"
    NO_CAPACITY = "no_capacity"
    AGENT_UNAVAILABLE = "agent_unavailable"
    NOT_PERMITTED = "not_permitted"
    INVALID_CONFIGURATION = "invalid_configuration"
    WORKSPACE_STOPPED = "workspace_stopped"


class PassedOver(enum.StrEnum):
    """Why a considered agent did not get an offer."""

    OFF_QUEUE = "off_queue"
    NOT_RESPONDING = "not_responding"
    NO_CAPACITY = "no_capacity"
    CHANNEL_LIMIT = "channel_limit"
    RANK = "rank"
    LACKS_SKILL = "lacks_skill"
    LEVEL_TOO_LOW = "level_too_low"
    OTHER_SITE = "other_site"
    NOT_PREFERRED = "not_preferred"
    REJECTED_BEFORE = "rejected_before"
    DRAINING = "draining"
    DISCONNECTED = "disconnected"
    TAKES_PART = "takes_part"


class Fault(enum.StrEnum):
    """Whose line failed: only the agent's counts as a missed offer."""

    AGENT = "agent"
    CHANNEL = "channel"


class ConsultEnd(enum.StrEnum):
    """How a consult is finished."""

    COMPLETE = "complete"
    CANCEL = "cancel"
    JOIN = "join"


class JoinMode(enum.StrEnum):
    """How a supervisor joins an interaction."""

    MONITOR = "monitor"
    WHISPER = "whisper"
    BARGE = "barge"


class Direction(enum.StrEnum):
    """Who began: the customer or the company."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Role(enum.StrEnum):
    """What a signed-in user or an API key may do."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    ADAPTER = "adapter"
    ANALYST = "analyst"


class ContactPointKind(enum.StrEnum):
    """The kinds of contact point that identity knows how to normalise; adapters may register others."""

    PHONE = "phone"
    EMAIL = "email"
    CARD = "card"
    WEB_ACCOUNT = "web_account"
    SESSION = "session"


class CustomerKind(enum.StrEnum):
    """What kind of customer it is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    RESELLER = "reseller"


class Strategy(enum.StrEnum):
    """How a queue chooses among equally ranked free agents."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEAST_LOADED = "least_loaded"
    ROUND_ROBIN = "round_robin"
    FEWEST_HANDLED = "fewest_handled"
