"""The naive router's clocks: log time, attended time, and timers that are looked through for the earliest."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from tests.support.naive_rules import NaiveRules, Timer


class NaiveTime(NaiveRules):
    """Lets time pass; what a timer brings and what follows from it is for the router to say."""

    @abstractmethod
    def match(self) -> None: ...

    @abstractmethod
    def _fire(self, timer: Timer) -> None: ...

    def advance(self, to: int) -> None:
        while True:
            found = [
                (max(timer.due, self.now), timer.order, self.log_timers, timer)
                for timer in self.log_timers
                if timer.due <= to
            ]
            for timer in self.timers:
                moment = self.now + max(0, timer.due - self.attended)
                if moment <= to and (moment <= self.attends_until or moment == self.now):
                    found.append((moment, timer.order, self.timers, timer))
            if not found:
                break
            moment, _, pile, timer = min(found, key=lambda entry: entry[:2])
            pile.remove(timer)
            self._pass_to(moment)
            self._fire(timer)
            if self._matters(timer):
                self.match()
        self._pass_to(to)

    def _matters(self, timer: Timer) -> bool:
        """The end of a pause says nothing of a contact that does not wait."""
        return timer.kind != "pass" or any(one.state == "queued" for one in self.every() if one.name == timer.of.name)

    def _pass_to(self, moment: int) -> None:
        if moment > self.now:
            self.attended += max(0, min(moment, self.attends_until) - self.now)
            self.now = moment

    def set(self, kind: str, due: int, of: Any, order: int = 0) -> None:
        """`order`: the turn of a timer that this one goes on for, instead of a new one."""
        self.order += not order
        order = order or self.order
        pile = self.log_timers if kind == "waiting" else self.timers
        pile.append(Timer(due, order, kind, of))

    def cancel(self, kind: str, of: Any) -> None:
        for pile in (self.timers, self.log_timers):
            pile[:] = [timer for timer in pile if not (timer.kind == kind and timer.of is of)]
