"""What holds for every test: Hypothesis' profiles, and which process runs which tests."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("soak", deadline=None, max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if os.environ.get("CI") else "default"))

_ON_THE_STACK = ("tests/integration/", "tests/e2e/")


class _OneForTheStack(LoadScopeScheduling):  # type: ignore[misc]  # xdist is published without types.
    """Tests on real services run one after the other in one process; all others wherever there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return "stack" if nodeid.startswith(_ON_THE_STACK) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Decides for every run with `-n` which process gets which tests."""
    return _OneForTheStack(config, log)
