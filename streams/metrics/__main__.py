"""`python -m streams.metrics`"""

from __future__ import annotations

from runtime.process import run
from streams.metrics.agent import main

run("metrics", main)
