"""What a figure was measured on: processor, Python, and the versions that matter."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path
from typing import Final

from bench.measures import Machine
from deploy.local.jars import KAFKA_VERSION

PACKAGES: Final = ("hubline", "aiokafka", "asyncpg", "litestar", "msgspec", "uvicorn", "uvloop", "websockets")
_CPU_FILE: Final = Path("/proc/cpuinfo")


def this_machine() -> Machine:
    """The machine that this runs on."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    versions = {"python": platform.python_version(), "kafka": KAFKA_VERSION, **versions}
    return Machine(cpu=f"{os.cpu_count()} x {_processor()}", versions=versions)


def _processor() -> str:
    if _CPU_FILE.exists():
        for line in _CPU_FILE.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
