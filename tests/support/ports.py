"""Ports for the processes that tests start, claimed for as long as this test process lives."""

from __future__ import annotations

import atexit

from deploy.local.ports import Claims

_HELD = Claims()
atexit.register(_HELD.release)


def free_port() -> int:
    """A port that is nobody's now, and that no stack and no other test takes before its process listens on it."""
    return _HELD.take_any()
