"""What holds for every test: Hypothesis' profiles, and which tests share one real stack."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("soak", deadline=None, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))

_TESTS = Path(__file__).parent
_ON_THE_STACK = ("integration", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on real services run in one process, beside the pure ones: they share one Kafka and one PostgreSQL."""
    for item in items:
        if item.path.relative_to(_TESTS).parts[0] in _ON_THE_STACK:
            item.add_marker(pytest.mark.xdist_group("stack"))
