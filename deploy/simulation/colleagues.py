"""A scripted agent's dealings with colleagues over the gateway: transfer, consult to its end, a promise to call back.

What is refused changes nothing: the agent goes on with the contact as if nothing had been asked.
"""

from __future__ import annotations

import contextlib
import enum
from functools import partial
from typing import Final

from deploy.console.client import AgentClient
from deploy.console.mirror import Mirror
from deploy.simulation.turns import Course, Turn
from runtime.clock import Clock
from schemas import live
from schemas.values import LegValue
from schemas.vocabulary import ConsultEnd, LegState

PATIENCE_S: Final = 5.0
"""How long a colleague is waited for before the consult is taken back."""
TOGETHER: Final = 0.2
"""What share of a talk two agents speak with each other."""
DONE: Final = frozenset({live.Outcome.APPLIED, live.Outcome.DUPLICATE})


class Asked(enum.StrEnum):
    """What came of asking: a colleague is there, or nobody comes."""

    TOGETHER = "together"
    NOBODY = "nobody"


class Colleagues:
    """What one agent asks of others."""

    def __init__(self, client: AgentClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def turn(self, leg: LegValue, course: Course, talk_ms: int) -> None:
        """Does what the course says with the leg's contact; who owns it afterwards, its mirror says."""
        match course.turn:
            case Turn.TRANSFERS:
                await self._do(live.Transfer(leg_id=leg.leg_id, to_queue=course.to_queue))
            case Turn.CONSULTS:
                await self._consult(leg, course, talk_ms)
            case Turn.PROMISES:
                at_ms = self._client.now_ms() + round(course.in_ms * max(1.0, talk_ms / 1000))
                await self._do(
                    live.RequestCallback(interaction_id=leg.interaction_id, at_ms=at_ms, agent_id=leg.agent_id)
                )
            case Turn.STAYS:
                pass

    async def _consult(self, leg: LegValue, course: Course, talk_ms: int) -> None:
        asked = await self._do(live.StartConsult(leg_id=leg.leg_id, to_queue=course.to_queue))
        if asked is None:
            return
        together = False
        with contextlib.suppress(TimeoutError):
            look = partial(_answer, leg_id=leg.leg_id, after=asked.seq or 0)
            together = await self._client.until(look, within_s=PATIENCE_S) is Asked.TOGETHER
        if together:
            await self._clock.sleep(talk_ms * TOGETHER / 1000)
        await self._do(live.FinishConsult(leg_id=leg.leg_id, how=course.how if together else ConsultEnd.CANCEL))

    async def _do(self, wish: live.AnyDo) -> live.Result | None:
        """What was done; None = it was refused, or nobody knows."""
        try:
            result = await self._client.do(wish)
        except TimeoutError:
            return None
        return result if result.outcome in DONE else None


def _answer(mirror: Mirror, *, leg_id: str, after: int) -> Asked | None:
    """How a consult that was begun by the decision `after` stands; None = nobody has answered yet."""
    if mirror.seq < after:
        return None
    owner = mirror.legs.get(leg_id)
    consult = None if owner is None else mirror.open_consult(owner)
    if consult is None:
        return Asked.NOBODY
    return Asked.TOGETHER if consult.state is LegState.CONNECTED else None
