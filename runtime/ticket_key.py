"""The key that signs one-time tickets: a setting, or a file in the data folder that the first process makes.

Admin signs and gateways verify, so processes on several machines must share `HUBLINE_TICKET_KEY`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from runtime.ids import random_id, random_secret
from runtime.settings import Settings

FILE_NAME: Final = "ticket.key"


def ticket_key(settings: Settings) -> str:
    """The key; the same for every process with the same setting or data folder. Raises OSError from the file."""
    if settings.ticket.key is not None:
        return settings.ticket.key
    return _kept(settings.process.data_path / FILE_NAME)


def _kept(path: Path) -> str:
    """The file's text; a new one is put in place whole, and the first of several processes wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{random_id('new')}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(random_secret(48))
                file.flush()
                os.fsync(file.fileno())
            _link(fresh, path)
        finally:
            fresh.unlink()
    return path.read_text().strip()


def _link(fresh: Path, path: Path) -> None:
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
