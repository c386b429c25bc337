"""The HTTP ingest as the process that it is, with a key and a workspace in the real database."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import msgspec

from runtime.credentials import new_key
from tests.support.ports import free_port
from tests.support.waiting import wait_until

ADAPTER = "web"


class HttpProcess:
    """One process; it can be killed and started again on the same port."""

    def __init__(self, kafka: str, database_url: str, folder: Path, environ: dict[str, str]) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUBLINE_")},
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "DATABASE_URL": database_url,
            "HUBLINE_HTTP_PORT": str(self.port),
            "HUBLINE_PORT_FILE": str(folder / "health.port"),
            "HUBLINE_LOG_LEVEL": "warning",
            **environ,
        }
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when the process is ready."""
        (self._folder / "health.port").unlink(missing_ok=True)
        with (self._folder / "http.log").open("ab") as log:
            command = [sys.executable, "-m", "producers.http"]
            self._running = subprocess.Popen(command, env=self._environ, stdout=log, stderr=log)
        wait_until(lambda: self._probe("readyz") == 200, within_s=60, what=f"ready; log: {self.log()}")

    def ready(self) -> bool:
        return self._probe("readyz") == 200

    def kill(self) -> None:
        """kill -9."""
        assert self._running is not None
        self._running.kill()
        self._running.wait()

    def end(self) -> int:
        """SIGTERM; returns the exit code."""
        assert self._running is not None
        if self._running.poll() is None:
            self._running.send_signal(signal.SIGTERM)
        return self._running.wait(60)

    def log(self) -> str:
        path = self._folder / "http.log"
        return path.read_text() if path.exists() else ""

    def _probe(self, name: str) -> int | None:
        try:
            port = (self._folder / "health.port").read_text().strip()
            return httpx.get(f"http://127.0.0.1:{port}/{name}", timeout=2).status_code
        except (OSError, httpx.HTTPError):
            return None


class Seeded(msgspec.Struct, frozen=True):
    """A workspace that is known, and a key of its adapter `web`."""

    workspace: str
    key: str


def seed(database_url: str, workspace: str) -> Seeded:
    """Puts a workspace whose configuration is in force, and a key, into the database."""
    key = new_key()

    async def insert() -> None:
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(
                "INSERT INTO api_keys (key_id, workspace, label, roles, adapter, secret_hash, created_ms, created_by)"
                " VALUES ($1, $2, 'test', ARRAY['adapter'], $3, $4, 0, 'test')",
                key.key_id,
                workspace,
                ADAPTER,
                key.secret_hash,
            )
            await connection.execute(
                "INSERT INTO workspaces (workspace, newest_version, applied_version, created_ms) VALUES ($1, 1, 1, 0)",
                workspace,
            )
        finally:
            await connection.close()

    asyncio.run(insert())
    return Seeded(workspace=workspace, key=key.raw)


@contextlib.contextmanager
def http_process(kafka: str, database_url: str, environ: dict[str, str] | None = None) -> Iterator[HttpProcess]:
    """A ready process, ended at the end."""
    with tempfile.TemporaryDirectory(prefix="hubline-http-") as folder:
        process = HttpProcess(kafka, database_url, Path(folder), environ or {})
        process.start()
        try:
            yield process
        finally:
            process.end()
