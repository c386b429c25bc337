"""What holds for every test: Hypothesis' profiles, the environment, and which process runs which tests.

`make test` draws the same examples each time: whoever looks for new ones does it with a profile that draws at random,
and what it finds becomes an explicit example.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from deploy.local.layout import CACHE_DIR_VARIABLE

_OF_TIME = [HealthCheck.too_slow]
"""A slow machine is no failure."""
settings.register_profile("same", deadline=None, suppress_health_check=_OF_TIME, derandomize=True)
settings.register_profile("search", deadline=None, suppress_health_check=_OF_TIME, print_blob=True)
settings.register_profile("soak", settings.get_profile("search"), max_examples=5_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

_OURS = (CACHE_DIR_VARIABLE, "HUBLINE_BANK_LOG")
_NOT_OURS = (
    "COLUMNS", "DATABASE_URL", "FORCE_COLOR", "GITHUB_ACTIONS", "HUBLINE_", "KAFKA_BOOTSTRAP_SERVERS", "LANGUAGE",
    "LC_", "LINES", "NO_COLOR", "OTEL_", "PG", "PY_COLORS", "TTY_",
)  # fmt: skip
for _name in [name for name in os.environ if name.startswith(_NOT_OURS) and name not in _OURS]:
    del os.environ[_name]  # Whoever runs the tests may have a stack, a terminal and a language of his own.

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
