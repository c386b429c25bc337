"""What a process holds: proportional set size, so that pages shared with others count in part."""

from __future__ import annotations

import gc
import os
from pathlib import Path


def pss_bytes(pid: int) -> int:
    """The process's PSS now. Raises OSError when it is gone or the kernel does not say."""
    return parse_pss(Path(f"/proc/{pid}/smaps_rollup").read_text())


def own_pss_bytes() -> int:
    """This process's PSS now, after what is garbage was dropped."""
    gc.collect()
    return pss_bytes(os.getpid())


def parse_pss(text: str) -> int:
    """The PSS in a `smaps_rollup`; raises ValueError when there is none."""
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise ValueError("no Pss")
