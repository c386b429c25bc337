"""When a process that died is started again: at once the first time, later each further time."""

from __future__ import annotations

import msgspec


class RestartPolicy(msgspec.Struct, frozen=True):
    """At once after the first failure, then after a back-off that doubles from `first_ms` to `longest_ms`; a life of
    `stable_ms` counts as a fresh beginning.
    """

    first_ms: int = 200
    longest_ms: int = 10_000
    stable_ms: int = 30_000

    def failures_after(self, failures: int, lived_ms: int) -> int:
        """The number of failures in a row, this death included."""
        return 1 if lived_ms >= self.stable_ms else failures + 1

    def delay_ms(self, failures: int) -> int:
        """How long to wait before the next start after so many failures in a row (at least one)."""
        if failures == 1:
            return 0
        doublings = min(failures - 2, self.longest_ms.bit_length())
        return min(self.first_ms << doublings, self.longest_ms)
