"""The real services, for the tests of this folder."""

from __future__ import annotations

from tests.support.stack import database_url, own_stack, stack

__all__ = ["database_url", "own_stack", "stack"]
