"""A scenario: how many come by hour and channel, how long they wait and talk, and who is there when. Pure.

Times are of a day (`09:30`), durations as in a workspace document (`4m`), shares as `30%`. Errors name their place.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import msgspec

from deploy.simulation.contacts import CHANNELS, PHONE
from producers.admin.document import Format, parse
from producers.admin.durations import duration_ms, percent
from producers.admin.problems import InvalidDocument

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
CALLED_IN_MS: Final = 10 * MINUTE_MS
_TIME: Final = re.compile(r"([0-9]{1,2}):([0-5][0-9])")

PerHour = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]


class BadScenario(Exception):
    """The scenario cannot be read; the message says where."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One channel: `per_hour` holds the rates from their moments on. `patience_ms`: the mean of those who wait, None = all
    wait as long as it takes. `calls_back`: how many of those whose patience ends are called back instead of leaving,
    `called_in_ms` later on average. `handling_ms`: the mean talk, `spread` how far it lies from the mean, `customer_ends` how many
    customers end it themselves.
    """

    per_hour: tuple[tuple[int, float], ...]
    patience_ms: int | None
    calls_back: float = 0.0
    called_in_ms: int = CALLED_IN_MS
    handling_ms: int
    spread: float
    customer_ends: float

    def rate_at(self, moment_ms: int) -> float:
        """Contacts an hour."""
        rate = 0.0
        for from_ms, per_hour in self.per_hour:
            if from_ms <= moment_ms:
                rate = per_hour
        return rate


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """Some agents, from when to when."""

    agents: tuple[str, ...]
    from_ms: int
    to_ms: int


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the book city, in milliseconds since its midnight."""

    begins_ms: int
    ends_ms: int
    think_ms: int
    wrap_up_ms: int
    channels: dict[str, Channel]
    shifts: tuple[Presence, ...]


class _Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    per_hour: dict[str, PerHour]
    handling: str
    patience: str | None = None
    calls_back: str = "0%"
    called_in: str = "10m"
    spread: str = "50%"
    customer_ends: str = "0%"


class _Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    agents: tuple[str, ...]
    from_: str = msgspec.field(name="from")
    to: str


class _Agents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    think: str = "2s"
    wrap_up: str = "10s"


class _Written(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    begins: str
    ends: str
    channels: dict[str, _Channel]
    shifts: tuple[_Shift, ...]
    agents: _Agents = _Agents()


def read(text: str, known_agents: frozenset[str]) -> Scenario:
    """The scenario of a YAML text, for a workspace with those agents. Raises BadScenario."""
    try:
        written = msgspec.convert(parse(text, Format.YAML), _Written)
        scenario = _scenario(written)
    except InvalidDocument as error:
        raise BadScenario(str(error)) from error
    except (msgspec.ValidationError, ValueError) as error:
        raise BadScenario(str(error)) from error
    unknown = sorted({name for shift in scenario.shifts for name in shift.agents} - known_agents)
    if unknown:
        raise BadScenario(f"shifts: the workspace has no agent {', '.join(unknown)}")
    if not scenario.shifts:
        raise BadScenario("shifts: nobody is there")
    return scenario


def _scenario(written: _Written) -> Scenario:
    begins_ms, ends_ms = _at("begins", _time, written.begins), _at("ends", _time, written.ends)
    if begins_ms >= ends_ms:
        raise ValueError("ends: must be later than begins")
    return Scenario(
        begins_ms=begins_ms,
        ends_ms=ends_ms,
        think_ms=_at("agents.think", duration_ms, written.agents.think),
        wrap_up_ms=_at("agents.wrap_up", duration_ms, written.agents.wrap_up),
        channels={name: _channel(name, one) for name, one in written.channels.items()},
        shifts=tuple(_shift(f"shifts[{number}]", one) for number, one in enumerate(written.shifts)),
    )


def _channel(name: str, written: _Channel) -> Channel:
    path = f"channels.{name}"
    if name not in CHANNELS:
        raise ValueError(f"{path}: the book city's customers come by {', '.join(CHANNELS)}")
    if written.calls_back != "0%" and name != PHONE:
        raise ValueError(f"{path}.calls_back: only callers are called back")
    rates = [(_at(f"{path}.per_hour", _time, moment), rate) for moment, rate in written.per_hour.items()]
    return Channel(
        per_hour=tuple(sorted(rates)),
        patience_ms=None if written.patience is None else _at(f"{path}.patience", duration_ms, written.patience),
        calls_back=_at(f"{path}.calls_back", percent, written.calls_back) / 100,
        called_in_ms=_at(f"{path}.called_in", duration_ms, written.called_in),
        handling_ms=_at(f"{path}.handling", duration_ms, written.handling),
        spread=_at(f"{path}.spread", percent, written.spread) / 100,
        customer_ends=_at(f"{path}.customer_ends", percent, written.customer_ends) / 100,
    )


def _shift(path: str, written: _Shift) -> Presence:
    from_ms, to_ms = _at(f"{path}.from", _time, written.from_), _at(f"{path}.to", _time, written.to)
    if from_ms >= to_ms:
        raise ValueError(f"{path}.to: must be later than from")
    return Presence(agents=written.agents, from_ms=from_ms, to_ms=to_ms)


def _time(text: str) -> int:
    found = _TIME.fullmatch(text)
    if found is None or int(found[1]) > 24:
        raise ValueError("write a time such as 09:30")
    return int(found[1]) * HOUR_MS + int(found[2]) * MINUTE_MS


def _at(path: str, reads: Any, text: str) -> int:
    try:
        return int(reads(text))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
