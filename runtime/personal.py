"""Names of fields that are masked wherever a process speaks of itself: log, metrics, traces.

Drawn from the table that the schemas keep of (struct, field), plus names that hold credentials.
"""

from __future__ import annotations

from typing import Final

MASK: Final = "***"
CREDENTIALS: Final = frozenset({"password", "secret", "token", "ticket", "api_key", "authorization", "cookie"})
PERSONAL_NAMES: Final = CREDENTIALS
