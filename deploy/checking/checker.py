"""The checker: is given every input of a workspace with what followed, and raises at the first promise that is broken.

For `hubline fuzz` and `hubline verify`: `checker.take(...)` after each input looks at the decisions, cheaply where
little waits; `look.whole(...)` looks at all work beside all agents. Both raise `BrokenInvariant` with the promise's name:
`dense_seq`, `one_decision`, `answered_once`, `attended_time`, `order`, `best_agent`, `requirements`, `within_capacity`,
`rejected_before`, `explained`, `told`, `one_owner`, `nobody_idles`, `place`, `steps`, `timers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from deploy.checking import look, touched
from deploy.checking.rules import Claim, Rules, Scene
from deploy.checking.told import Repetitions, Told, TwoClocks
from schemas import ids
from schemas.decisions import (
    CommandApplied,
    CommandRefused,
    ConfigurationApplied,
    Decision,
    DuplicateIgnored,
    EpochStarted,
    OfferMade,
)
from schemas.inputs import Command, ConfigurationPublished, InputsTopicEvent, TimeAdvanced
from schemas.values import LegValue
from schemas.vocabulary import LegKind, LegState, PassedOver
from streams.routing.breach import BrokenInvariant
from streams.routing.model import Interaction, Leg
from streams.routing.world import World

ANSWERS = (CommandApplied, CommandRefused, DuplicateIgnored)
ORDER_UP_TO = 2_000
"""Beyond so much waiting work an offer is not compared with all of it."""


class Checker:
    """One workspace's log, from its first input on."""

    def __init__(self) -> None:
        self.told = Told()
        self.clocks = TwoClocks()
        self.rules: Rules | None = None
        self._claims: dict[str, Claim] = {}
        self._known: dict[str, list[str]] = {}
        self._restless: set[str] = set()
        self._repetitions = Repetitions()
        self._place = (1, 0)
        self._at_ms = 0

    def take(
        self, event: InputsTopicEvent, *, offset: int, stamp_ms: int, decisions: Sequence[Decision], world: World
    ) -> None:
        """The input at `offset` led to these decisions and to this state.

        Raises:
            BrokenInvariant: one of the promises on decisions does not hold.
        """
        now_ms = max(self.clocks.now_ms, stamp_ms)
        changed: set[str] = set()
        for decision in decisions:
            self._number(decision, offset, now_ms)
            self.clocks.advance(decision.at_ms)
            if isinstance(decision, OfferMade):
                self._offer(decision, world)
            if isinstance(decision, ConfigurationApplied):
                self.rules = Rules(world.policy.configuration)
                changed.update(self.told.interactions)
            self.told.set(decision)
            if decision.leg is not None:
                changed.add(decision.leg.interaction_id)
        self.told.settle()
        self.clocks.advance(now_ms)
        self._answered(event, decisions)
        applied = any(isinstance(decision, ConfigurationApplied) for decision in decisions)
        if applied and isinstance(event, ConfigurationPublished):
            self._still_fit(world)
        if isinstance(event, TimeAdvanced):
            self.clocks.tick()
        mine = (self.clocks.now_ms, self.clocks.attended_ms)
        if mine != (world.clocks.now_ms, world.clocks.attended_ms):
            raise BrokenInvariant("attended_time", f"{mine}, the engine says {world.clocks.attended_ms}")
        self._remember(changed, world)

    def look(self, world: World) -> None:
        """Look at everything: all work, all agents, all timers.

        Raises:
            BrokenInvariant: one of the promises on states does not hold.
        """
        look.whole(self.told, self.rules, self.clocks.attended_ms, self._claims, world)

    def look_at_touched(self, decisions: Sequence[Decision], world: World) -> None:
        """Look at what the last input's decisions spoke of; much less than `look`, for every input.

        Raises:
            BrokenInvariant: one of the promises on states does not hold.
        """
        if self.rules is not None and decisions:
            of = touched.touched_by(decisions)
            touched.look_at(of, self.told, self.rules, self.clocks.attended_ms, self._claims, world)

    def _answered(self, event: InputsTopicEvent, decisions: Sequence[Decision]) -> None:
        """A command has one answer; what came before is known again."""
        repeated = self._repetitions.is_repeated(event, self.clocks.now_ms)
        ignored = [one for one in decisions if isinstance(one, DuplicateIgnored)]
        if isinstance(event, Command):
            answers = [one for one in decisions if isinstance(one, ANSWERS) and one.command_id == event.command_id]
            if len(answers) != 1 or (repeated is not None and bool(ignored) != repeated):
                raise BrokenInvariant("answered_once", f"{event.command_id}: {[type(one).__name__ for one in answers]}")
        elif repeated and not ignored:
            raise BrokenInvariant("answered_once", f"{type(event).__name__} of a known source counted again")

    def _still_fit(self, world: World) -> None:
        """No offer is left pending with somebody whom the new configuration does not let have it."""
        for offer in self.told.offers.values():
            leg = self.told.legs[offer.leg_id]
            settings = self.rules.agent(offer.agent_id) if self.rules is not None else None
            record = world.interactions[leg.interaction_id].leg(leg.number)
            if self.rules is None or record is None or record.target is not None:
                continue
            interaction, step = self.told.interactions[leg.interaction_id], self.rules.step(leg.queue, leg.step)
            fits = settings is not None and self.rules.unfit(settings, interaction, leg.queue, step) is None
            if settings is None or not fits or leg.queue not in settings.queues:
                raise BrokenInvariant("requirements", f"{offer.offer_id} is left with {offer.agent_id}")

    def _number(self, decision: Decision, offset: int, now_ms: int) -> None:
        epoch, seq = self._place
        expected = (decision.epoch, 1) if isinstance(decision, EpochStarted) else (epoch, seq + 1)
        if (decision.epoch, decision.seq) != expected or decision.epoch < epoch:
            raise BrokenInvariant("dense_seq", f"{decision.epoch}/{decision.seq} where {expected} was due")
        if decision.cause != offset or not self._at_ms <= decision.at_ms <= now_ms:
            raise BrokenInvariant("one_decision", f"{decision.seq}: cause {decision.cause}, at {decision.at_ms}")
        self._place, self._at_ms = expected, decision.at_ms

    def _offer(self, decision: OfferMade, world: World) -> None:
        leg, offer = decision.leg, decision.offer
        if leg is None or offer is None or self.rules is None:
            raise BrokenInvariant("told", f"{decision.seq}: an offer without its values")
        scene = Scene(self.rules, self.told.agents, look.Loads(self.told), self.clocks.attended_ms)
        if leg.kind is LegKind.JOIN:
            self._assigned(scene, leg, offer.agent_id)
            return
        waiting = self.told.legs.get(leg.leg_id)
        if waiting is None or waiting.state is not LegState.QUEUED:
            raise BrokenInvariant("one_owner", f"{leg.leg_id} is offered while {waiting and waiting.state}")
        claim = self._claim(waiting, world)
        if "assigned" in decision.explanation.relaxations:
            self._assigned(scene, waiting, offer.agent_id)
        elif claim is not None:
            aimed = {"transferred_to_agent", "consulted_agent"} & set(decision.explanation.relaxations)
            if (claim.target == offer.agent_id) != bool(aimed):
                raise BrokenInvariant("requirements", f"{offer.offer_id}: relaxed, for {claim.target}")
            _chosen(scene, self.told, waiting, claim, decision)
            if len(self.told.legs) <= ORDER_UP_TO:
                self._order(scene, waiting, claim, offer.agent_id, world)

    def _assigned(self, scene: Scene, leg: LegValue, name: str) -> None:
        settings = scene.rules.agent(name)
        load = look.Loads(self.told).get(name, [])
        channel = self.told.interactions[leg.interaction_id].channel
        if settings is None or scene.rules.away(self.told.agents[name]) is not None:
            raise BrokenInvariant("requirements", f"{leg.leg_id} is assigned to {name}, who is not on queue")
        if scene.rules.no_room(settings, load, channel) is not None:
            raise BrokenInvariant("within_capacity", f"{leg.leg_id} is assigned to {name}, who has no room")

    def _order(self, scene: Scene, mine: LegValue, claim: Claim, name: str, world: World) -> None:
        """Nothing that the agent may take goes before what he is offered. Who is passed over until this very moment is
        asked again when that timer fires, which may be after this one.
        """
        scene = scene.at(self.clocks.attended_ms - 1)
        my_order = self._rank(scene, mine, claim, name)
        ranks = scene.rules.configuration.agents[name].queues.values()
        lowest = min(0, *ranks) if scene.rules.configuration.settings.rank_first else 0
        classes = {queue: scene.rules.queue(queue).class_ for queue in (None, *scene.rules.configuration.queues)}
        for other in self.told.legs.values():
            if other.state is not LegState.QUEUED or other.leg_id == mine.leg_id:
                continue
            at_best = (classes.get(other.queue, classes[None]), lowest, other.virtual_arrival_ms or 0)
            interaction = self.told.interactions[other.interaction_id]
            if at_best > my_order[:3] or not scene.is_free(name, interaction.channel):
                continue
            theirs = self._claim(other, world)
            if theirs is None or name not in scene.serving(other.queue, theirs.target):
                continue
            if scene.rules.configuration.settings.rank_first and (theirs.preferred or theirs.target):
                continue
            if self._rank(scene, other, theirs, name) >= my_order:
                continue
            if scene.passed_over(name, other, interaction, theirs) is None:
                raise BrokenInvariant("order", f"{name} is offered {mine.leg_id} before {other.leg_id}")

    def _rank(self, scene: Scene, leg: LegValue, claim: Claim, name: str) -> tuple[int, int, int, int]:
        rank = 0
        if scene.rules.configuration.settings.rank_first and claim.target is None:
            settings = scene.rules.agent(name)
            rank = settings.queues.get(leg.queue or "", 0) if settings else 0
        return scene.rules.queue(leg.queue).class_, rank, leg.virtual_arrival_ms or 0, claim.place

    def _claim(self, leg: LegValue, world: World) -> Claim | None:
        """What holds of the leg throughout this input; None = it changed somewhere in it."""
        before = self._claims.get(leg.leg_id)
        interaction = world.interactions.get(leg.interaction_id)
        record = interaction.leg(leg.number) if interaction is not None else None
        if interaction is None or record is None:
            return None
        now = claim_of(interaction, record)
        if before is not None and before.preferred != now.preferred:
            return None
        if before == now and now.stands_on == (leg.queue, leg.entered_queue_ms, leg.step):
            return now
        if now.target or now.there or now.passed or now.skipped or self._waits_for_one(leg):
            return None
        return None if self._restless.intersection(self._known.get(leg.interaction_id, ())) else now

    def _remember(self, changed: set[str], world: World) -> None:
        """Claims of the legs of interactions that were spoken of, and of those that may change in silence."""
        again = {ids.interaction_of(name) for name in self._restless}
        for interaction_id in sorted(changed | again):
            for name in self._known.pop(interaction_id, ()):
                self._claims.pop(name, None)
                self._restless.discard(name)
            interaction = world.interactions.get(interaction_id)
            for leg in self.told.legs_of(interaction_id):
                record = interaction.leg(leg.number) if interaction is not None else None
                if interaction is not None and record is not None:
                    self._keep(leg, claim_of(interaction, record))

    def _keep(self, leg: LegValue, claim: Claim) -> None:
        self._claims[leg.leg_id] = claim
        self._known.setdefault(leg.interaction_id, []).append(leg.leg_id)
        if claim.target or claim.passed or self._waits_for_one(leg):
            self._restless.add(leg.leg_id)

    def _waits_for_one(self, leg: LegValue) -> bool:
        if self.rules is None or leg.state is not LegState.QUEUED:
            return False
        return self.rules.step(leg.queue, leg.step).preferred


def claim_of(interaction: Interaction, leg: Leg) -> Claim:
    """What the state says of a waiting leg beyond its value; who is consulted by name was passed over by nobody."""
    consults = leg.kind is LegKind.CONSULT
    others = (one for one in interaction.all_legs() if one is not leg and one.state is not LegState.WRAP_UP)
    return Claim(
        place=leg.place,
        stands_on=(leg.queue, leg.entered_queue_ms, leg.step),
        target=leg.target,
        preferred=leg.preferred or interaction.preferred_agent,
        skipped=leg.skipped,
        passed={} if consults and leg.target else dict(interaction.passed or {}),
        declined=interaction.declined,
        there=frozenset(one.agent_id for one in others if one.agent_id is not None) if consults else frozenset(),
    )


def _chosen(scene: Scene, told: Told, leg: LegValue, claim: Claim, decision: OfferMade) -> None:
    """The offer goes to an agent who may take it, nobody better was passed over, and it is told as it was."""
    offer, said = decision.offer, decision.explanation
    assert offer is not None
    interaction = told.interactions[leg.interaction_id]
    why = scene.passed_over(offer.agent_id, leg, interaction, claim)
    if why is not None:
        raise BrokenInvariant(_PROMISE.get(why, "requirements"), f"{offer.offer_id} to {offer.agent_id}: {why}")
    counts: dict[PassedOver, int] = {}
    free: list[str] = []
    serving = list(scene.serving(leg.queue, claim.target))
    for name in serving:
        reason = scene.passed_over(name, leg, interaction, claim)
        if reason is None:
            free.append(name)
        else:
            counts[reason] = counts.get(reason, 0) + 1
    if said.considered != len(serving) or said.passed_over != counts:
        raise BrokenInvariant("explained", f"{offer.offer_id}: {dict(said.passed_over)}, in truth {counts}")
    free.remove(offer.agent_id)
    if (said.runner_up is None) != (not free) or (said.runner_up is not None and said.runner_up not in free):
        raise BrokenInvariant("explained", f"{offer.offer_id}: runner-up {said.runner_up} of {free}")
    _best(scene, leg, claim, offer.agent_id, free)


def _best(scene: Scene, leg: LegValue, claim: Claim, winner: str, others: list[str]) -> None:
    agents: Mapping[str, int] = {
        name: settings.queues.get(leg.queue or "", 0) for name, settings in scene.rules.configuration.agents.items()
    }
    if claim.preferred in others or (
        winner != claim.preferred and any(agents[other] < agents[winner] for other in others)
    ):
        raise BrokenInvariant("best_agent", f"{leg.leg_id} went to {winner}, before {others}")


_PROMISE = {
    PassedOver.NO_CAPACITY: "within_capacity",
    PassedOver.CHANNEL_LIMIT: "within_capacity",
    PassedOver.REJECTED_BEFORE: "rejected_before",
}
"""Which promise an offer breaks that goes to an agent who should have been passed over for that reason."""

__all__ = ["BrokenInvariant", "Checker"]
