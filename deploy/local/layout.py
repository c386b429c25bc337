"""Where things lie: the data folder's parts, and the cache of what was fetched."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import platformdirs

DATA_DIR_VARIABLE: Final = "HUBLINE_DATA_DIR"
CACHE_DIR_VARIABLE: Final = "HUBLINE_CACHE_DIR"
PASSWORD_VARIABLE: Final = "HUBLINE_PASSWORD"  # noqa: S105 - the name of a variable
ROOT_DATA_DIR: Final = Path("/var/lib/hubline")
ROOT_CACHE_DIR: Final = Path("/var/cache/hubline")


class Layout(msgspec.Struct, frozen=True):
    """The paths inside one data folder; nothing of the stack is written elsewhere but the cache."""

    data_dir: Path

    @property
    def lock_file(self) -> Path:
        """Held by the one supervisor of this folder."""
        return self.data_dir / "stack.lock"

    @property
    def holder_file(self) -> Path:
        """Who holds the lock."""
        return self.data_dir / "stack.holder"

    @property
    def up_file(self) -> Path:
        """Stands there while all that the holder was asked for is up."""
        return self.data_dir / "stack.up"

    @property
    def state_file(self) -> Path:
        """Ports, the cluster's id and the database's password: kept across restarts."""
        return self.data_dir / "stack.json"

    @property
    def run_dir(self) -> Path:
        """One record for each started process."""
        return self.data_dir / "run"

    @property
    def logs_dir(self) -> Path:
        """One file for each process."""
        return self.data_dir / "logs"

    @property
    def kafka_dir(self) -> Path:
        """Kafka's settings and its log."""
        return self.data_dir / "kafka"

    @property
    def postgres_dir(self) -> Path:
        """PostgreSQL's cluster and what starts it."""
        return self.data_dir / "postgres"

    def log_file(self, name: str) -> Path:
        """Where the process `name` writes what it says."""
        return self.logs_dir / f"{name}.log"

    def record_file(self, name: str) -> Path:
        """Where the process `name` is recorded while it runs."""
        return self.run_dir / f"{name}.json"

    def port_file(self, name: str) -> Path:
        """Where the process `name` writes the port of its health server."""
        return self.run_dir / f"{name}.port"

    def turn_file(self, name: str) -> Path:
        """Locked by the process that works, of `name` and the one that stands by for it."""
        return self.run_dir / f"{name}.turn"

    def make_folders(self) -> None:
        """Creates the folders that are shared; a folder is for its owner only, PostgreSQL's account may pass through."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.data_dir.chmod(0o711)
        for folder in (self.run_dir, self.logs_dir, self.kafka_dir):
            folder.mkdir(mode=0o700, exist_ok=True)


def data_dir(environ: Mapping[str, str]) -> Path:
    """The data folder: HUBLINE_DATA_DIR, else the platform's place for a user's data.

    For root it lies under /var/lib: PostgreSQL then runs as another account, which may not enter root's home.
    """
    chosen = environ.get(DATA_DIR_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    return ROOT_DATA_DIR if os.geteuid() == 0 else Path(platformdirs.user_data_dir("hubline", appauthor=False))


def cache_dir(environ: Mapping[str, str]) -> Path:
    """The cache of fetched parts: HUBLINE_CACHE_DIR, else the platform's place for a user's cache."""
    chosen = environ.get(CACHE_DIR_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    return ROOT_CACHE_DIR if os.geteuid() == 0 else Path(platformdirs.user_cache_dir("hubline", appauthor=False))
