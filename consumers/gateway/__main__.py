"""The gateway as a process."""

from __future__ import annotations

from consumers.gateway.app import main
from runtime.process import run

if __name__ == "__main__":
    run("gateway", main)
