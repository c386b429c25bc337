"""The planted faults: one place of the engine's source changed as a tired programmer might, and the check that must find it.

A fault is an edit of one function: `was`, which stands in its source exactly once, becomes `now`. It is applied to a
copy of the function, which takes the place of the right one wherever the engine uses it, for as long as a test looks.
`found_by`: the promises of which one must break (see `deploy.checking.checker`, `streams.routing.invariants` and
`deploy.fuzzing.life`), or `naive`: the naive router says otherwise.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import sys
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple

from tests.support.planting import planted


class Edit(NamedTuple):
    """`where`: module of `streams.routing`, and function or `Class.method`."""

    name: str
    where: str
    was: str
    now: str
    found_by: tuple[str, ...]


OWN = "streams.routing."
NAIVE = ("naive",)
TWIN = ("restored_goes_on_the_same", "restored_is_the_same", "replay_gives_the_same_bytes")

FAULTS: tuple[Edit, ...] = (
    # Order and place
    Edit("the head of a lane that goes last is taken first", "matching:best_waiting",
          "order < best[0]", "order > best[0]", ("order",)),
    Edit("who came last goes first", "lanes:Lane.enter",
          "(leg.virtual_arrival_ms, leg.place", "(-leg.virtual_arrival_ms, leg.place", ("order",)),
    Edit("a class is not looked at", "matching:best_waiting",
          "audience.class_, rank", "0, rank", ("order",)),
    Edit("the head start has the wrong sign", "waiting:place",
          "leg.arrived_ms - head_start", "leg.arrived_ms + head_start", ("place",)),
    Edit("priority counts backwards", "policy:Policy.head_start_ms",
          "of_tier + (", "of_tier - (", ("place",)),
    Edit("a step's head start is forgotten", "waiting:on_step",
          "leg.step_head_start_ms = step.head_start_ms", "pass", ("place",)),
    Edit("a rejected caller loses the place", "offers:_take_back",
          "waiting.stand(w, interaction, leg)",
          "leg.virtual_arrival_ms += 1; waiting.stand(w, interaction, leg)", ("place", "order")),
    Edit("the best agent is the worst", "matching:choose",
          "found.sort()", "found.sort(reverse=True)", ("best_agent",)),
    Edit("the preferred agent goes after rank", "matching:choose",
          "if wanted in audience.members", "if False and wanted in audience.members", ("best_agent",)),
    Edit("idle time does not begin after work", "agents:left_work",
          "agent.idle_since_ms = w.now_ms", "pass", NAIVE),
    # Who may take what
    Edit("the capacity is off by one", "capacity:Capacity._compute",
          "<= capacity", "< capacity", ("nobody_idles", "nobody_idles_while_work_waits", "explained")),
    Edit("the capacity is off by some units", "capacity:Capacity._compute",
          "<= capacity", "<= capacity + 20", ("within_capacity", "explained")),
    Edit("the limit of a channel is not looked at", "capacity:Capacity._compute",
          "if limit < 0 or", "if True or", ("within_capacity", "explained")),
    Edit("the limit of a channel is off by one", "capacity:Capacity._compute",
          "if held == number) < limit", "if held == number) <= limit", ("within_capacity", "explained")),
    Edit("units of wrap-up are forgotten", "capacity:Capacity.load",
          "elif leg.state is S.WRAP_UP and", "elif False and", ("within_capacity", "explained", "told")),
    Edit("work on hold always frees its units", "capacity:Capacity.load",
          "and settings.hold_frees_units", "", ("within_capacity", "explained", "told")),
    Edit("a call lets mails in instead of the reverse", "capacity:units_against",
          "channels.interrupted[held][arriving]", "channels.interrupted[arriving][held]",
          ("within_capacity", "nobody_idles", "explained")),
    Edit("a level too low is good enough", "audiences:misfits",
          "elif has < level", "elif has < level - 1", ("requirements",)),
    Edit("a missing skill is good enough", "audiences:misfits",
          "yield PassedOver.LACKS_SKILL", "pass", ("requirements",)),
    Edit("the rank that a step asks for is off by one", "audiences:misfits",
          "rank > key.max_rank", "rank > key.max_rank + 1", ("requirements",)),
    Edit("another site is as good", "audiences:misfits",
          "settings.site != key.site", "settings.site is None", ("requirements", "explained", "nobody_idles")),
    Edit("of a skill asked for twice the lower level counts", "policy:required",
          "max(level, merged.get(skill, 0))", "min(level, merged.get(skill, level))", ("requirements", "explained")),
    Edit("who drains is still asked", "agents:code",
          "if agent.next_status is not None", "if False", ("requirements", "explained")),
    Edit("who cannot be reached is still asked", "agents:code",
          "if not agent.sessions", "if False", ("requirements", "explained")),
    Edit("a change of configuration leaves offers with whom it bars", "configure:_pending_offers",
          "if not fits or leg.queue not in agent.settings.queues", "if False", ("requirements",)),
    # Nobody waits for nothing
    Edit("work that comes back is not matched", "matching:settle",
          "stand_in_lane(w, interaction, leg)", "pass", ("nobody_idles", "nobody_idles_while_work_waits")),
    Edit("whoever leaves the queue is not noticed", "matching:reconsider",
          "_recall(w, agent)", "pass", ("nobody_idles", "nobody_idles_while_work_waits")),
    Edit("the preferred agent is waited for for ever", "steps:_prefer",
          "not _is_there(w, interaction, leg, step, wanted)", "False", ("nobody_idles",)),
    Edit("who is preferred is never waited for", "steps:_prefer",
          "leg.only = None if leg.skipped else wanted", "leg.only = None", ("explained", "requirements", "nobody_idles")),
    Edit("a rejected agent is asked again at once", "passing:blocked",
          "if now < at + wait", "if False", ("rejected_before", "explained")),
    Edit("others are not counted when somebody is passed over", "passing:blocked",
          "others -= 1", "pass", ("rejected_before", "explained", "nobody_idles")),
    Edit("a pause is as long as a period", "passing:blocked",
          "wait = min(wait, settings.reoffer_pause_ms)", "pass", ("nobody_idles", "explained")),
    # Time
    Edit("attended time runs while nobody attends", "timers:Clocks.advance",
          "min(to_ms, self.attends_until_ms)", "to_ms", ("attended_time",)),
    Edit("the timer of the next step is forgotten", "waiting:wake",
          "leg.wake_timer = w.timers.set(", "leg.wake_timer = 0 * w.timers.set(", ("timers",)),
    Edit("an offer has no deadline", "deadlines:give",
          "leg.timer = w.timers.set(", "leg.timer = 0 * w.timers.set(", ("timers", "timers_fire")),
    Edit("grace is not cancelled", "presence:session_opened",
          "agent.grace_timer = 0", "pass", ("timers",)),
    Edit("there is no grace", "presence:begin_grace",
          "agent.grace_timer = w.timers.set(", "agent.grace_timer = 0 * w.timers.set(", ("timers",)),
    Edit("a gateway has no lease", "presence:_lease",
          "gateway.lease_timer = w.timers.set(", "gateway.lease_timer = 0 * w.timers.set(", ("timers",)),
    Edit("time-outs are late by some", "offers:make",
          "channel.offer_timeout_ms", "channel.offer_timeout_ms + 500", NAIVE),
    Edit("time connected counts as waiting", "world:World.transition",
          "if before in legs.WAITING:", "if before in legs.WAITING or before is LegState.CONNECTED:", NAIVE),
    Edit("a step is skipped", "steps:woken",
          "leg.step += 1", "leg.step += 2", ("steps", "timers", "IndexError")),
    # Agents
    Edit("an agent who acts stays not responding", "agents:respond",
          "agent.not_responding = False", "pass", NAIVE),
    Edit("who misses an offer is asked on", "agents:miss",
          "agent.not_responding = True", "pass", ("timers",)),
    Edit("a draining agent never leaves", "statuses:drain",
          "elif agent.next_status is not None", "elif False", NAIVE),
    Edit("a status that is not routable leaves offers pending", "statuses:set_status",
          "rescind_all(w, agent, RescindReason.STATUS_CHANGED)", "pass", NAIVE),
    Edit("a requeue is dropped when the agent is lost", "statuses:go_offline",
          "elif leg.state in TALKING and goes_back", "elif False", NAIVE),
    Edit("there is no wrap-up", "endings:end_part",
          "if length <= 0", "if True", NAIVE),
    # What is known again
    Edit("a hang-up that came early is forgotten", "work:_keep",
          "held.left = True", "pass", NAIVE),
    Edit("a source counts twice", "memory:Memory.source_is_new",
          "if mark <=", "if mark <", ("answered_once",)),
    Edit("a command counts twice", "memory:Memory.command_is_new",
          "return False", "return True", ("answered_once",)),
    Edit("ended work is not remembered", "endings:forget",
          "w.memory.remember_ended(interaction.interaction_id)", "pass", NAIVE),
    Edit("ended work is never forgotten", "endings:forget",
          "w.ended += 1", "pass", ("accepted_is_accounted_for",)),
    Edit("who waits is miscounted", "world:World.transition",
          "self.queue(leg.queue).waiting -= 1", "pass", ("accepted_is_accounted_for",)),
    # What is said
    Edit("a number is used twice", "world:World.decide",
          "self.seq += 1", "self.seq += self.seq % 50 != 49", ("dense_seq",)),
    Edit("an explanation counts wrongly", "explain:_passed_over",
          "if agent_id not in there", "if False", ("explained",)),
    Edit("an explanation names nobody as runner-up", "explain:offer",
          "runner_up=None if runner_up is None else runner_up[4]", "runner_up=None", ("explained",)),
    Edit("a reached step is not said", "steps:woken",
          "w.decide(StepAdvanced, leg=leg_value(interaction, leg))", "pass", ("told", "explained", "requirements")),
    Edit("a configuration's units are not said", "configure:_silent",
          "w.capacity.room(agent)[2] != agent.units", "False", ("told", "within_capacity")),
    Edit("after a reopening agents are forgotten", "restate:everything",
          "for agent in w.agents.values()", "for agent in ()", ("told", "KeyError")),
    # Snapshots
    Edit("a snapshot drops when an agent accepted last", "snapshot:_agents",
          "agent.last_accepted_ms = record.last_accepted_ms", "pass", TWIN),
    Edit("a snapshot drops whom an offer went to last", "snapshot:_agents",
          "agent.handled, agent.last_offered = record.handled, record.last_offered", "agent.handled = record.handled", TWIN),
    Edit("a snapshot numbers timers anew", "snapshot:_numbers",
          "w.timers.order = head.timer_order", "pass", TWIN),
    Edit("a snapshot drops the sources' marks", "snapshot:_numbers",
          "w.memory.marks = head.marks", "pass", TWIN),
    Edit("a snapshot forgets where work waits", "restoring:Restored.stand",
          "matching.stand_in_lane(w, interaction, leg)", "pass", (*TWIN, "nobody_idles")),
    Edit("a configuration lies as its patches brought it", "configure:published",
          "configuration = patches.in_order(configuration)", "pass", TWIN),
)  # fmt: skip
"""Every one is found by the suite; `tests/property/test_engine_planted_faults.py` looks for each."""


@contextmanager
def applied(fault: Edit) -> Iterator[None]:
    """The engine with the fault, inside."""
    module_name, _, path = fault.where.partition(":")
    module = importlib.import_module(OWN + module_name)
    *owner, name = path.split(".")
    holder = functools.reduce(getattr, owner, module)
    right = inspect.unwrap(getattr(holder, name))
    wrong = _edited(right, module, fault)
    with ExitStack() as stack:
        for place in _holders(right, holder):
            stack.enter_context(planted(place, name, wrong))
        for table, key in _entries(right):
            stack.callback(table.__setitem__, key, right)
            table[key] = wrong
        yield


def _edited(function: Any, module: Any, fault: Edit) -> Any:
    source = textwrap.dedent(inspect.getsource(function))
    if source.count(fault.was) != 1:
        raise LookupError(f"{fault.name}: {fault.was!r} stands {source.count(fault.was)} times in {fault.where}")
    made: dict[str, Any] = {}
    exec(compile(source.replace(fault.was, fault.now), fault.where, "exec"), vars(module), made)  # noqa: S102
    return made[function.__name__]


def _holders(function: Any, holder: Any) -> list[Any]:
    """Wherever the engine's modules hold the function by its name."""
    modules = [module for name, module in sys.modules.items() if name.startswith(OWN) and module is not holder]
    return [holder, *(module for module in modules if getattr(module, function.__name__, None) is function)]


def _entries(function: Any) -> list[tuple[dict[Any, Any], Any]]:
    """Wherever a table of the engine's modules holds the function."""
    tables = [
        value
        for name, module in sys.modules.items()
        if name.startswith(OWN)
        for value in vars(module).values()
        if isinstance(value, dict)
    ]
    return [(table, key) for table in tables for key, value in list(table.items()) if value is function]
