"""`python -m consumers.timeline_writer`"""

from __future__ import annotations

from consumers.timeline_writer.writer import main
from runtime.process import run

run("timeline_writer", main)
