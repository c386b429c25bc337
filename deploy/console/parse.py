"""What a person types, as a wish: pure.

`accept`, `reject` and `open` take the number that the screen shows, offers first. The rest is about the selected work,
or the only one there is.
"""

from __future__ import annotations

import datetime
import enum
from collections.abc import Callable
from typing import Final

import msgspec

from deploy.console.mirror import Mirror
from deploy.console.times import moment_ms
from schemas import live
from schemas.line import is_with_customer
from schemas.values import LegValue
from schemas.vocabulary import ConsultEnd, LegKind, LegState


class Ask(msgspec.Struct, frozen=True):
    """Command this."""

    do: live.AnyDo


class Write(msgspec.Struct, frozen=True):
    """Write this to the leg's customer."""

    leg_id: str
    text: str


class Select(msgspec.Struct, frozen=True):
    """Later words are about this leg."""

    leg_id: str


class Plain(enum.StrEnum):
    """Wishes about the console itself."""

    HELP = "help"
    QUIT = "quit"
    NOTHING = "nothing"


class Wrong(msgspec.Struct, frozen=True):
    """Not understood, or nothing to do it with: a key of `words` and its values."""

    key: str
    values: dict[str, str] = {}


Wish = Ask | Write | Select | Plain | Wrong
WRITABLE: Final = (LegState.CONNECTED, LegState.ON_HOLD)


class Desk(msgspec.Struct, frozen=True):
    """What the person has before them. `now_ms`: the gateway's clock; `zone`: the person's, None = the machine's."""

    mirror: Mirror
    agent_id: str
    selected: str | None = None
    now_ms: int = 0
    zone: datetime.tzinfo | None = None

    def legs(self, *states: LegState) -> list[LegValue]:
        """The agent's legs, all or those in one of these states."""
        mine = self.mirror.legs_of(self.agent_id)
        return [leg for leg in mine if not states or leg.state in states]

    def listed(self) -> list[LegValue]:
        """All that is shown under a number after the offers."""
        return [*self.legs(), *self.mirror.callbacks_of(self.agent_id)]

    def leg(self, *states: LegState) -> LegValue | Wrong:
        """The selected leg if it is in one of the states, else the only one that is."""
        return self.choose(self.legs(*states))

    def choose(self, fitting: list[LegValue]) -> LegValue | Wrong:
        """The selected one of these, else the only one."""
        chosen = [leg for leg in fitting if leg.leg_id == self.selected] or fitting
        if not chosen:
            return Wrong("no_work")
        return chosen[0] if len(chosen) == 1 else Wrong("which")


def wish_of(line: str, desk: Desk) -> Wish:
    """What the line asks for."""
    word, _, rest = line.strip().partition(" ")
    rest = rest.strip()
    if not word:
        return Plain.NOTHING
    maker = _WORDS.get(word.lower().lstrip("/"))
    return Wrong("unknown_command", {"word": word}) if maker is None else maker(rest, desk)


def _offer(rest: str, desk: Desk, make: Callable[[str], live.AnyDo]) -> Wish:
    offers = desk.mirror.offers_to(desk.agent_id)
    if not offers:
        return Wrong("no_offer")
    number = 1 if not rest else int(rest) if rest.isdecimal() else 0
    if not 1 <= number <= len(offers):
        return Wrong("no_number", {"number": rest})
    return Ask(make(offers[number - 1].offer_id))


def _accept(rest: str, desk: Desk) -> Wish:
    return _offer(rest, desk, lambda offer_id: live.Accept(offer_id=offer_id))


def _reject(rest: str, desk: Desk) -> Wish:
    return _offer(rest, desk, lambda offer_id: live.Reject(offer_id=offer_id))


def _say(rest: str, desk: Desk) -> Wish:
    leg = desk.choose([leg for leg in desk.legs() if is_with_customer(leg)])
    if isinstance(leg, Wrong):
        return leg
    return Write(leg.leg_id, rest) if rest else Wrong("needs_text")


def _hold(_rest: str, desk: Desk) -> Wish:
    leg = desk.leg(LegState.CONNECTED)
    return leg if isinstance(leg, Wrong) else Ask(live.Hold(leg_id=leg.leg_id))


def _resume(_rest: str, desk: Desk) -> Wish:
    leg = desk.leg(LegState.ON_HOLD)
    return leg if isinstance(leg, Wrong) else Ask(live.Resume(leg_id=leg.leg_id))


def _end(_rest: str, desk: Desk) -> Wish:
    leg = desk.leg(LegState.CONNECTING, *WRITABLE)
    return leg if isinstance(leg, Wrong) else Ask(live.End(leg_id=leg.leg_id))


class _Aim(msgspec.Struct, frozen=True):
    leg_id: str
    to_queue: str | None
    to_agent: str | None


def _owned(desk: Desk) -> LegValue | Wrong:
    """The work that is owned."""
    return desk.choose([leg for leg in desk.legs(*WRITABLE) if leg.kind is LegKind.MAIN])


def _aim(rest: str, desk: Desk) -> _Aim | Wrong:
    """The work that is owned, and the queue or @AGENT that it goes to."""
    if not rest.lstrip("@"):
        return Wrong("needs_aim")
    leg = _owned(desk)
    if isinstance(leg, Wrong):
        return leg
    to_agent = rest[1:] if rest.startswith("@") else None
    return _Aim(leg.leg_id, None if to_agent else rest, to_agent)


def _transfer(rest: str, desk: Desk) -> Wish:
    """`transfer QUEUE | @AGENT [keep]`: with `keep` in the place that the contact had."""
    where, _, said = rest.partition(" ")
    keep_place = said.strip() == "keep"
    aim = _aim(where if keep_place else rest, desk)
    if isinstance(aim, Wrong):
        return aim
    return Ask(live.Transfer(leg_id=aim.leg_id, to_queue=aim.to_queue, to_agent=aim.to_agent, keep_place=keep_place))


def _requeue(_rest: str, desk: Desk) -> Wish:
    """Back into the queue that it came from, in its place."""
    leg = _owned(desk)
    if isinstance(leg, Wrong):
        return leg
    if leg.queue is None:
        return Wrong("needs_aim")
    return Ask(live.Transfer(leg_id=leg.leg_id, to_queue=leg.queue, keep_place=True))


def _consult(rest: str, desk: Desk) -> Wish:
    """`consult QUEUE | @AGENT`"""
    aim = _aim(rest, desk)
    if isinstance(aim, Wrong):
        return aim
    return Ask(live.StartConsult(leg_id=aim.leg_id, to_queue=aim.to_queue, to_agent=aim.to_agent))


def _finish(how: ConsultEnd) -> Callable[[str, Desk], Wish]:
    """Of the work with an open consult."""

    def finish(_rest: str, desk: Desk) -> Wish:
        leg = desk.choose([leg for leg in desk.legs(*WRITABLE) if desk.mirror.open_consult(leg) is not None])
        return leg if isinstance(leg, Wrong) else Ask(live.FinishConsult(leg_id=leg.leg_id, how=how))

    return finish


def _leave(_rest: str, desk: Desk) -> Wish:
    leg = desk.leg(*WRITABLE)
    return leg if isinstance(leg, Wrong) else Ask(live.LeaveConference(leg_id=leg.leg_id))


def _extend(rest: str, desk: Desk) -> Wish:
    if rest and not (rest.isdecimal() and int(rest) > 0):
        return Wrong("bad_seconds")
    leg = desk.leg(LegState.WRAP_UP)
    for_ms = int(rest) * 1000 if rest else None
    return leg if isinstance(leg, Wrong) else Ask(live.ExtendWrapUp(leg_id=leg.leg_id, for_ms=for_ms))


def _done(rest: str, desk: Desk) -> Wish:
    leg = desk.leg(LegState.WRAP_UP)
    return leg if isinstance(leg, Wrong) else Ask(live.FinishWrapUp(leg_id=leg.leg_id, disposition=rest or None))


def _callback(rest: str, desk: Desk) -> Wish:
    """`callback [TIME] [me | @AGENT]`: of the work in hand, else of what rings, else of a callback of one's own."""
    *said, last = rest.split() or [""]
    agent_id = desk.agent_id if last == "me" else last[1:] if last.startswith("@") else None
    time = " ".join(said if agent_id is not None else [*said, last])
    at_ms = moment_ms(time, desk.now_ms, desk.zone) if time else None
    if time and at_ms is None:
        return Wrong("bad_time", {"time": time})
    offers, callbacks = desk.mirror.offers_to(desk.agent_id), desk.mirror.callbacks_of(desk.agent_id)
    chosen = next((leg for leg in callbacks if leg.leg_id == desk.selected), None)
    if chosen is None and offers and not desk.legs():
        about: str | Wrong = offers[0].interaction_id
    else:
        leg = chosen or desk.choose(desk.legs() or callbacks)
        about = leg if isinstance(leg, Wrong) else leg.interaction_id
    if isinstance(about, Wrong):
        return about
    return Ask(live.RequestCallback(interaction_id=about, at_ms=at_ms, agent_id=agent_id))


def _status(rest: str, _desk: Desk) -> Wish:
    return Ask(live.SetStatus(status=rest)) if rest else Wrong("needs_text")


def _next(rest: str, _desk: Desk) -> Wish:
    return Ask(live.SetNextStatus(status=rest)) if rest else Wrong("needs_text")


def _open(rest: str, desk: Desk) -> Wish:
    legs = desk.listed()
    number = (int(rest) if rest.isdecimal() else 0) - len(desk.mirror.offers_to(desk.agent_id))
    return Select(legs[number - 1].leg_id) if 1 <= number <= len(legs) else Wrong("no_number", {"number": rest})


_WORDS: Final[dict[str, Callable[[str, Desk], Wish]]] = {
    "accept": _accept,
    "reject": _reject,
    "say": _say,
    "hold": _hold,
    "resume": _resume,
    "end": _end,
    "transfer": _transfer,
    "requeue": _requeue,
    "consult": _consult,
    "complete": _finish(ConsultEnd.COMPLETE),
    "cancel": _finish(ConsultEnd.CANCEL),
    "join": _finish(ConsultEnd.JOIN),
    "leave": _leave,
    "extend": _extend,
    "done": _done,
    "callback": _callback,
    "status": _status,
    "next": _next,
    "open": _open,
    "out": lambda _rest, _desk: Ask(live.LogOut()),
    "help": lambda _rest, _desk: Plain.HELP,
    "quit": lambda _rest, _desk: Plain.QUIT,
}
