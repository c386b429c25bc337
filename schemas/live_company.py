"""What agents ask for when a contact needs somebody else: transfer, consult, conference."""

from __future__ import annotations

from schemas.frame import Do, Id, Name
from schemas.vocabulary import ConsultEnd


class Transfer(Do, frozen=True, kw_only=True, tag="transfer"):
    """Hands the contact over to a queue or an agent (one of the two); `keep_place`: in the place that it had."""

    leg_id: Id
    to_queue: Name | None = None
    to_agent: Name | None = None
    keep_place: bool = False


class StartConsult(Do, frozen=True, kw_only=True, tag="start_consult"):
    """Asks an agent, or a queue's best (one of the two), and keeps the customer."""

    leg_id: Id
    to_queue: Name | None = None
    to_agent: Name | None = None


class FinishConsult(Do, frozen=True, kw_only=True, tag="finish_consult"):
    """`leg_id`: of the owner who asked. `complete`: the consulted agent becomes owner; `cancel`: the consult ends;
    `join`: all are together.
    """

    leg_id: Id
    how: ConsultEnd


class LeaveConference(Do, frozen=True, kw_only=True, tag="leave_conference"):
    """The agent leaves and the others go on; a supervisor who joined leaves too."""

    leg_id: Id
