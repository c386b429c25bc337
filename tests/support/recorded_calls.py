"""Recorded calls, callers and shifts for tests of backtests, made up: nothing here is from a real log."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.backtest.calls import RecordedCall, day_ms
from deploy.backtest.people import Caller, Shift
from schemas.configuration import AgentSettings, ChannelSettings, QueueSettings, RoutingConfiguration

DAY = "2027-02-03"
TEN_MS = day_ms(DAY) + 10 * 3_600_000


def a_recorded_call(
    number: int = 1,
    *,
    at_s: float = 0,
    waited_s: float | None = 0,
    service_s: float | None = 60,
    answered: bool = True,
    agent: str | None = "dana",
    queue: str = "regular",
    priority: int = 5,
    recorded_priority: str = "1",
    day: str = DAY,
) -> RecordedCall:
    """Answered by `agent` after `waited_s`, or hung up then; `at_s` counts from ten o'clock of the day."""
    asked_ms = day_ms(day) + 36_000_000 + round(at_s * 1000)
    waited_ms = None if waited_s is None else round(waited_s * 1000)
    served = answered and service_s is not None
    return RecordedCall(
        call_id=f"{day}.{number}",
        day=day,
        asked_ms=asked_ms,
        queue=queue,
        skill=queue,
        type=queue,
        priority=priority,
        recorded_priority=recorded_priority,
        answered=answered,
        queued=bool(waited_ms),
        waited_ms=waited_ms,
        patience_ms=None if answered else waited_ms,
        begun_ms=asked_ms + (waited_ms or 0) if served else None,
        service_ms=round(service_s * 1000) if served and service_s is not None else None,
        agent_id=agent if answered else None,
    )


def a_caller(
    call_id: str,
    at_s: float,
    service_s: float = 60,
    patience_s: float | None = None,
    *,
    queue: str = "regular",
    skill: str | None = None,
    priority: int = 5,
) -> Caller:
    """A call `at_s` seconds after ten o'clock."""
    return Caller(
        call_id=call_id,
        at_ms=TEN_MS + round(at_s * 1000),
        service_ms=round(service_s * 1000),
        patience_ms=None if patience_s is None else round(patience_s * 1000),
        queue=queue,
        skill=skill,
        priority=priority,
    )


def a_shift(agent_id: str = "dana", from_s: float = 0, to_s: float | None = None) -> Shift:
    """From so many seconds after ten o'clock on."""
    return Shift(agent_id, TEN_MS + round(from_s * 1000), None if to_s is None else TEN_MS + round(to_s * 1000))


def a_center(
    agents: Iterable[str] = ("dana",),
    *,
    wrap_up_ms: int = 0,
    queues: dict[str, QueueSettings] | None = None,
    skills: dict[str, dict[str, int]] | None = None,
) -> RoutingConfiguration:
    """Every agent serves every queue and takes offers at once."""
    found = queues if queues is not None else {"regular": QueueSettings()}
    return RoutingConfiguration(
        channels={"phone": ChannelSettings(auto_accept=True, wrap_up_ms=wrap_up_ms)},
        queues=found,
        agents={
            agent: AgentSettings(queues=dict.fromkeys(found, 1), skills=(skills or {}).get(agent, {}))
            for agent in agents
        },
    )
