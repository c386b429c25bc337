"""How often Python looks for cyclic garbage: seldom, where next to nothing of what a process makes is in a cycle.

A batch of events is some ten thousand objects that live for a moment and die by their reference counts. By default Python
searches them for cycles every 700, and all the state each time that has grown by a quarter. Not for the
gateway: with it, an idle socket there was measured to take a tenth more memory.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 50)
"""Objects more than before a search of the young ones; so many of these before the middle-aged, then before the old."""


def tune() -> None:
    """To be called once, when all modules are imported: what there is now is never searched again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
