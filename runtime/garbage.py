"""Where and how often Python looks for cyclic garbage.

No process searches what its modules have made, more than half of all there is in most. Seldom is for the routing process,
which makes next to nothing that is in a cycle: a batch of events is some ten thousand objects that live for a moment and die
by their reference counts; by default Python searches them every 700, and all the state each time that has grown by a
quarter. Not for the gateway: with it, an idle socket there was measured to take a tenth more memory.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (50_000, 20, 50)
"""Objects more than before a search of the young ones; so many of these before the middle-aged, then before the old."""


def settle() -> None:
    """To be called once, when all modules are imported: what there is now is never searched again."""
    gc.collect()
    gc.freeze()


def seldom() -> None:
    """From now on."""
    gc.set_threshold(*_THRESHOLDS)
