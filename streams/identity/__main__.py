"""`python -m streams.identity`"""

from __future__ import annotations

from runtime.process import run
from streams.identity.worker import main

run("identity", main)
