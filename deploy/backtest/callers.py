"""What a log does not tell of its callers, drawn from what it tells. Pure: the seed and the call decide each draw.

Who hung up was ready to wait exactly as long as he did; who was answered at least so long, and beyond it as the estimate
of Kaplan and Meier says (JASA 53, 1958). Whoever would outwait everything seen waits as long as the longest wait of the
log (Efron's convention, 1967), or, where nobody ever hung up, as long as it takes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final

from deploy.backtest.calls import MS, RecordedCall
from deploy.backtest.people import Caller
from deploy.simulation.draws import one_of, share
from deploy.simulation.patience import Seen, Survival, survival

LEAST_HANG_UPS: Final = 30
"""A type of call with fewer shares the estimate of all."""


class Draws:
    """What can be drawn, learnt from all calls of a log."""

    def __init__(self, calls: Iterable[RecordedCall]) -> None:
        seen: defaultdict[str, list[Seen]] = defaultdict(list)
        services: defaultdict[str, list[int]] = defaultdict(list)
        for call in calls:
            waited_ms = call.waited_ms if call.answered else call.patience_ms
            if waited_ms is not None:
                seen[call.type].append(Seen(waited_ms // MS, not call.answered))
            if call.service_ms is not None:
                services[call.type].append(call.service_ms)
        every = [one for waits in seen.values() for one in waits]
        hang_ups = Counter({type_: sum(one.gave_up for one in waits) for type_, waits in seen.items()})
        self.longest_ms = (max((one.waited_s for one in every), default=0) + 1) * MS
        self._anybody_left = hang_ups.total() > 0
        self._all = survival(every)
        self._of_type = {type_: survival(waits) for type_, waits in seen.items() if hang_ups[type_] >= LEAST_HANG_UPS}
        self._services = {type_: sorted(lengths) for type_, lengths in services.items()}
        self._any_service = sorted(length for lengths in services.values() for length in lengths)

    def caller(self, call: RecordedCall, seed: str) -> Caller:
        """The call as it comes in a run with that seed."""
        return Caller(
            call_id=call.call_id,
            at_ms=call.asked_ms,
            service_ms=self._service_ms(call, seed),
            patience_ms=self._patience_ms(call, seed),
            queue=call.queue,
            skill=call.skill,
            priority=call.priority,
        )

    def estimate(self, type_: str) -> Survival:
        """The estimate that calls of that type draw from."""
        return self._of_type.get(type_, self._all)

    def _patience_ms(self, call: RecordedCall, seed: str) -> int | None:
        if call.patience_ms is not None:
            return call.patience_ms
        if not self._anybody_left:
            return None
        waited_s = (call.waited_ms or 0) // MS
        drawn_s = self.estimate(call.type).draw(waited_s, share(seed, "patience", call.call_id))
        return self.longest_ms if drawn_s is None else drawn_s * MS

    def _service_ms(self, call: RecordedCall, seed: str) -> int:
        """As recorded, else one of its type, else any."""
        if call.service_ms is not None:
            return call.service_ms
        lengths = self._services.get(call.type) or self._any_service
        return one_of(lengths, seed, "service", call.call_id) if lengths else 0
