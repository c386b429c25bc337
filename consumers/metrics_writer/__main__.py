"""`python -m consumers.metrics_writer`"""

from __future__ import annotations

from consumers.metrics_writer.writer import main
from runtime.process import run

run("metrics_writer", main)
