"""What is masked wherever a process speaks of itself: log, metrics, traces.

Fields of Structs by the schemas' table; anything else by its name: the table's names where they are telling (`name` and
`value` are not), and names that hold credentials.
"""

from __future__ import annotations

from typing import Final

from schemas.personal import PERSONAL

MASK: Final = "***"
CREDENTIALS: Final = frozenset(
    {"password", "password_hash", "secret", "token", "ticket", "api_key", "authorization", "cookie"}
)
_TOO_COMMON: Final = frozenset({"name", "value"})
PERSONAL_NAMES: Final = CREDENTIALS | (frozenset(field for _, field in PERSONAL) - _TOO_COMMON)
