"""Keys that a workspace document may have but that the product does not obey yet.

The one literal table: a pattern of the key's path (`*` for a name, `[]` for a place in a list) and the values, as
routing has them, that ask for nothing more than what happens anyway. Any other value is refused as not supported yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NOT_YET: Final[Mapping[str, tuple[Any, ...]]] = {}
