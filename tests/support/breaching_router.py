"""The router with a planted breach: contacts of the campaign `breach` break an invariant, in their workspace alone."""

from __future__ import annotations

from runtime.kafka import KafkaConnection
from runtime.process import Context, run
from schemas.decisions import Decision
from schemas.inputs import InputsTopicEvent, InteractionIdentified
from streams.routing.breach import BrokenInvariant
from streams.routing.engine import Engine
from streams.routing.worker import main

CAMPAIGN = "breach"
INVARIANT = "planted"


class BreachingEngine(Engine):
    """Decides as the engine does, then breaks."""

    def apply(self, event: InputsTopicEvent, *, offset: int, stamp_ms: int) -> tuple[Decision, ...]:
        decisions = super().apply(event, offset=offset, stamp_ms=stamp_ms)
        if isinstance(event, InteractionIdentified) and event.campaign == CAMPAIGN:
            raise BrokenInvariant(INVARIANT, f"contact {event.interaction_id}")
        return decisions


async def _main(context: Context) -> None:
    kafka = KafkaConnection(context.settings.kafka, context.clock, context.instance)
    await main(context, kafka, BreachingEngine)


if __name__ == "__main__":
    run("routing", _main)
