"""How agents go about their work: what a scripted agent asks before each act. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import msgspec

from deploy.simulation import script
from deploy.simulation.pace import Pace
from deploy.simulation.script import Answer, Work
from deploy.simulation.turns import STAYS, Course, course
from schemas.values import InteractionValue, LegValue


class Manner(Protocol):
    """The same offer is always answered alike, and the same leg worked on alike."""

    def answer(self, offer_id: str) -> Answer:
        """What becomes of an offer."""
        ...

    def work(self, leg: LegValue, writes: bool) -> Work:
        """How a leg is worked on; `writes`: where the agent answers in writing."""
        ...

    def course(self, leg: LegValue, interaction: InteractionValue | None) -> Course:
        """Whether a colleague gets the contact, is asked, or the customer is promised a call."""
        ...


class Paced:
    """People at that pace, who reject now and then, and put on hold now and then."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    def answer(self, offer_id: str) -> Answer:
        """Accepted mostly, after a while."""
        return script.answer(offer_id, self._pace)

    def work(self, leg: LegValue, writes: bool) -> Work:
        """As long as the pace has it."""
        return script.work(leg.leg_id, writes, self._pace)

    def course(self, leg: LegValue, interaction: InteractionValue | None) -> Course:
        """Now and then something else than to the end."""
        return course(leg, interaction)


class AtOnce:
    """Who takes every offer at once, and has nothing to do afterwards."""

    def answer(self, offer_id: str) -> Answer:  # noqa: ARG002  # Whichever it is.
        """Accepted at once."""
        return Answer(accept=True, after_ms=0)

    def work(self, leg: LegValue, writes: bool) -> Work:
        """Over at once."""
        plan = script.work(leg.leg_id, writes, Pace(0, 0, 0))
        return msgspec.structs.replace(plan, hold_ms=0, reply=None)

    def course(self, leg: LegValue, interaction: InteractionValue | None) -> Course:  # noqa: ARG002  # Whichever it is.
        """Everybody finishes what is in hand."""
        return STAYS


class AsPlanned:
    """Talks last as long as was planned for their contacts; all else, and contacts of others, as `otherwise`."""

    def __init__(self, talk_ms: Mapping[str, int], otherwise: Manner) -> None:
        self._talk_ms = dict(talk_ms)
        self._otherwise = otherwise

    def learn(self, interaction_id: str, talk_ms: int) -> None:
        """A contact whose id was not known when it was planned."""
        self._talk_ms[interaction_id] = talk_ms

    def answer(self, offer_id: str) -> Answer:
        """As otherwise."""
        return self._otherwise.answer(offer_id)

    def work(self, leg: LegValue, writes: bool) -> Work:
        """The planned length; what is spent on hold is part of it."""
        work = self._otherwise.work(leg, writes)
        planned_ms = self._talk_ms.get(leg.interaction_id)
        if planned_ms is None:
            return work
        hold_ms = min(work.hold_ms, planned_ms // 2)
        return msgspec.structs.replace(work, talk_ms=planned_ms - hold_ms, hold_ms=hold_ms)

    def course(self, leg: LegValue, interaction: InteractionValue | None) -> Course:
        """As otherwise."""
        return self._otherwise.course(leg, interaction)
