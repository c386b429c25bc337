"""`python -m streams.timeline`"""

from __future__ import annotations

from runtime.process import run
from streams.timeline.agent import main

run("timeline", main)
