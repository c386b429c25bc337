"""What an offer says of the choice is what an agent-by-agent look finds: counts, score, runner-up and tie-break."""

from __future__ import annotations

from collections import Counter

from schemas.decisions import OfferMade
from schemas.trace import Ranked
from schemas.vocabulary import PassedOver
from streams.routing import explain, project
from streams.routing.engine import Engine
from streams.routing.explain import ASSIGNED
from streams.routing.model import Interaction, Leg
from streams.routing.ranking import ranked
from streams.routing.trace import considered
from streams.routing.world import World
from tests.property.test_engine_invariants import run
from tests.support.engine_driver import WORKSPACE

SEEDS = range(6)


class Looker:
    """A witness that goes through every agent each time, and keeps what it saw by leg."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[Counter[PassedOver], tuple[Ranked, ...], int]] = {}

    def looked(self, w: World, interaction: Interaction, leg: Leg) -> None:
        audience = w.audience(interaction, leg)
        agents = considered(w, audience.key)
        reasons = {agent.agent_id: explain.reasons(w, interaction, leg, agent) for agent in agents}
        able = ranked(w, interaction, leg, audience, [name for name, why in reasons.items() if not why])
        first = Counter(why[0] for why in reasons.values() if why)
        self.seen[project.leg_id(interaction, leg)] = (first, able, len(agents))


def decided_by(winner: Ranked, other: Ranked) -> str:
    differing = (mine.name for mine, its in zip(winner.score, other.score, strict=True) if mine != its)
    return next(differing, "agent_id")


def test_every_offer_explains_itself_as_a_look_at_everybody_does() -> None:
    found: Counter[str] = Counter()
    for seed in SEEDS:
        engine, looker = Engine(WORKSPACE), Looker()
        engine.world.witness = looker
        for offset, stamp_ms, event in run(seed, 300).driver.log:
            for one in engine.apply(event, offset=offset, stamp_ms=stamp_ms):
                if isinstance(one, OfferMade) and ASSIGNED not in one.explanation.relaxations:
                    found += compared(one, looker)
    assert found["offers"] > 60
    assert found["runners_up"] > 3


def compared(made: OfferMade, looker: Looker) -> Counter[str]:
    """The explanation beside the look; counts what there was to compare."""
    assert made.offer is not None
    why = made.explanation
    counts, able, looked_at = looker.seen[made.offer.leg_id]
    assert able[0].agent_id == made.offer.agent_id
    assert why.score == able[0].score
    assert (why.considered, why.passed_over) == (looked_at, dict(counts))
    assert why.runner_up == (able[1].agent_id if len(able) > 1 else None)
    assert why.tie_break == (decided_by(able[0], able[1]) if len(able) > 1 else None)
    return Counter(offers=1, runners_up=int(why.runner_up is not None))
