"""`python -m consumers.message_writer`"""

from __future__ import annotations

from consumers.message_writer.writer import main
from runtime.process import run

run("message_writer", main)
