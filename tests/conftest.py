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

_ON_SERVICES = ("tests/integration/", "tests/e2e/")
_WITH_A_STACK_OF_THEIR_OWN = (
    "tests/e2e/",
    "tests/integration/test_callbacks",
    "tests/integration/test_fault_",
    "tests/integration/test_gateway_faults",
    "tests/integration/test_hand_over",
    "tests/integration/test_http_page",
    "tests/integration/test_opening_hours",
    "tests/integration/test_stack",
    "tests/integration/test_supervision",
    "tests/integration/test_metrics_process",
    "tests/integration/test_timeline_process",
    "tests/integration/test_web_faults",
)


class _TwoForServices(LoadScopeScheduling):  # type: ignore[misc]  # xdist is published without types.
    """Tests that start whole stacks run one after the other in one process, those on the shared services in another;
    all others wherever there is room.
    """

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_WITH_A_STACK_OF_THEIR_OWN):
            return "own stacks"
        return "shared stack" if nodeid.startswith(_ON_SERVICES) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """Decides for every run with `-n` which process gets which tests."""
    return _TwoForServices(config, log)
