"""One part of the engine replaced by a wrong one, for as long as a test looks for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def planted(owner: Any, name: str, wrong: Any) -> Iterator[None]:
    """`owner.name` is `wrong` inside."""
    right = getattr(owner, name)
    setattr(owner, name, wrong)
    try:
        yield
    finally:
        setattr(owner, name, right)
