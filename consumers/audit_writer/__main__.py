"""`python -m consumers.audit_writer`"""

from __future__ import annotations

from consumers.audit_writer.writer import main
from runtime.process import run

run("audit_writer", main)
