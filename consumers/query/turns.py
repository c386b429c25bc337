"""How many questions one user or key may have open at once, so that nobody takes the database for themselves."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator

from consumers.query.problems import Kind
from runtime.problems import Problem

AGAIN_S = 1


class Turns:
    """`most` at once for each asker."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def taken(self, asker: str) -> Iterator[None]:
        """One more question while the block runs. Raises Problem: 429."""
        if self._open[asker] >= self._most:
            raise Problem(Kind.TOO_MANY, f"at most {self._most} at once", retry_after_s=AGAIN_S)
        self._open[asker] += 1
        try:
            yield
        finally:
            self._open[asker] -= 1
            if not self._open[asker]:
                del self._open[asker]
