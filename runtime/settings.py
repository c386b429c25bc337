"""Configuration, read once at the edge into frozen objects.

Each group below is a literal table: field `port` of group `http` is the variable `HUBLINE_HTTP_PORT`; group `process`
has no middle part (`HUBLINE_DATA_DIR`). To add a setting, add a field with its unit in its name and a default.
Unknown `HUBLINE_*` variables are errors with a suggestion; all errors are reported at once.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

import msgspec

from runtime import environment
from runtime.environment import Names, SettingsError, Shown, without_password

__all__ = ["Settings", "SettingsError", "Shown", "describe", "load", "without_password"]

Port = Annotated[int, msgspec.Meta(ge=0, le=65_535)]
"""0 = any free one."""
Positive = Annotated[int, msgspec.Meta(gt=0)]


class LogLevel(enum.StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """This process among others; `port_file` gets the health port once it is known."""

    data_dir: str = "~/.local/share/hubline"
    cache_dir: str | None = None
    instance: str | None = None
    bind: str = "127.0.0.1"
    port_file: str | None = None
    stop_timeout_ms: Positive = 20_000

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser()

    @property
    def attachments_path(self) -> Path:
        """Where files are kept when no bucket is named."""
        return self.data_path / "attachments"


class Kafka(msgspec.Struct, frozen=True, kw_only=True):
    """The broker; `answer_timeout_ms` is how long HTTP and gateways wait for it before they say that they cannot know."""

    bootstrap_servers: str = "127.0.0.1:9092"
    start_patience_ms: Positive = 60_000
    session_timeout_ms: Positive = 10_000
    heartbeat_interval_ms: Positive = 1_000
    rebalance_timeout_ms: Positive = 30_000
    fetch_max_wait_ms: Positive = 500
    partition_fetch_bytes: Positive = 524_288
    batch_bytes: Positive = 524_288
    request_timeout_ms: Positive = 30_000
    answer_timeout_ms: Positive = 5_000


class Postgres(msgspec.Struct, frozen=True, kw_only=True):
    """The database; `url` None = none is configured."""

    url: str | None = None
    pool_size: Positive = 4
    connect_timeout_ms: Positive = 2_000
    statement_timeout_ms: Positive = 10_000


class Http(msgspec.Struct, frozen=True, kw_only=True):
    """producers/http. A key may post `rate_per_s` events in the long run, `burst` at once; at most `most_waiting`
    requests wait for the log, `most_polls` for decisions. A feed nobody polls for `poll_idle_ms` is dropped.
    """

    port: Port = 8080
    rate_per_s: Positive = 2_000
    burst: Positive = 4_000
    most_waiting: Positive = 2_000
    most_polls: Positive = 5_000
    poll_idle_ms: Positive = 120_000


class Admin(msgspec.Struct, frozen=True, kw_only=True):
    """producers/admin; publishing a document waits `apply_wait_ms` for routing before it says that it has not answered, a
    supervisor's command `command_wait_ms`.
    """

    port: Port = 8081
    apply_wait_ms: Positive = 20_000
    command_wait_ms: Positive = 5_000


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """One-time socket tickets; `key` None = the one kept in the data folder (`runtime.ticket_key`)."""

    key: str | None = None
    valid_ms: Annotated[int, msgspec.Meta(gt=0, le=60_000)] = 30_000


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """consumers/gateway. `origins`: those that browsers may come from, with commas; the product's own terminal console
    names `app://hubline`. `allow_no_origin`: programs that name none may come too.
    """

    port: Port = 8082
    origins: str = "app://hubline"
    allow_no_origin: bool = False
    hello_timeout_ms: Positive = 5_000
    max_frame_bytes: Positive = 32_768
    backlog_bytes: Positive = 262_144
    frames_per_s: Positive = 20
    frames_burst: Positive = 60
    beat_ms: Positive = 5_000
    keepalive_ms: Positive = 20_000
    feed_linger_ms: Positive = 60_000


class Web(msgspec.Struct, frozen=True, kw_only=True):
    """producers/web: chat, forms and the page `demo`, from whose own address pages may then come too. `origins`: where
    other pages may come from, with commas. `queues`: those that pages may name, with commas; empty = every one of the
    workspace. A customer who is gone for `grace_ms` has left. `identity_keys_file`: JSON with a JWK for each workspace
    whose shop signs customers in. A client address may hold `address_sockets`; `proxy_count`: how many of the last
    entries of X-Forwarded-For proxies of ours have written. `attachments_url` None = a folder of the data directory.
    """

    port: Port = 8084
    origins: str = ""
    allow_no_origin: bool = False
    demo: bool = True
    demo_workspace: str = "bookcity"
    queues: str = ""
    grace_ms: Positive = 60_000
    hello_timeout_ms: Positive = 5_000
    beat_ms: Positive = 5_000
    keepalive_ms: Positive = 20_000
    max_frame_bytes: Positive = 32_768
    backlog_bytes: Positive = 262_144
    frames_per_s: Positive = 10
    frames_burst: Positive = 40
    address_sockets: Positive = 500
    address_requests_per_s: Positive = 20
    address_requests_burst: Positive = 200
    proxy_count: int = 0
    identity_keys_file: str | None = None
    attachments_url: str | None = None
    max_attachment_bytes: Positive = 5_242_880


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """consumers/query. A user or key may have `open_count` questions open at once."""

    port: Port = 8083
    open_count: Positive = 16


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """/livez, /readyz and /metrics of any process."""

    port: Port = 0


class Log(msgspec.Struct, frozen=True, kw_only=True):
    level: LogLevel = LogLevel.INFO


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """`otlp_endpoint` None = spans are not exported; traceparent is carried either way."""

    otlp_endpoint: str | None = None


class Worker(msgspec.Struct, frozen=True, kw_only=True):
    """The partition worker; see `runtime.worker.WorkerPolicy`. A send without answer for `send_timeout_ms` ends it."""

    max_batch: Positive = 500
    inbox_records: Positive = 4_096
    idle_ms: Positive = 200
    commit_interval_ms: Positive = 100
    send_timeout_ms: Positive = 120_000
    transient_retries: int = 8
    transient_pause_ms: Positive = 100
    backpressure_pause_ms: Positive = 100


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """streams/identity: with no answer of the database in `database_limit_ms` a contact goes on unidentified.
    `default_region` (ISO 3166) reads phone numbers without a country code, wherever contact points are normalised.
    """

    database_limit_ms: Positive = 500
    default_region: str = "CN"


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """streams/routing. Of the processes that name the same `standby_lock`, a file, one works and the others stand by
    (None = no standby); they are one `member` of the group (None = each is one, named by its instance). `upgrade`: bring
    logs to the newest rules that the program knows; off while older programs share the group, as they refuse a log with
    newer rules than theirs.
    """

    tick_ms: Positive = 1_000
    idle_ms: Positive = 20
    snapshot_every_records: Positive = 50_000
    snapshot_every_ms: Positive = 60_000
    upgrade: bool = True
    standby_lock: str | None = None
    member: str | None = None


class Explainer(msgspec.Struct, frozen=True, kw_only=True):
    """streams/routing/explainer, and whoever asks it at `url` (None = nobody does).

    At most `open_count` replays run at once and `most_waiting` are asked for, each for `patience_ms`. States on the way through a
    log are kept every `keep_every_records` inputs, `keep_bytes` of them in all.
    """

    port: Port = 8085
    url: str | None = None
    open_count: Positive = 1
    most_waiting: Positive = 8
    patience_ms: Positive = 20_000
    keep_every_records: Positive = 20_000
    keep_bytes: Positive = 128 * 1024 * 1024


class View(msgspec.Struct, frozen=True, kw_only=True):
    """streams/view."""

    snapshot_every_records: Positive = 20_000
    snapshot_every_ms: Positive = 30_000


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """consumers/timeline_writer. Months that ended more than `keep_days` ago are dropped; never fewer days than the log
    of entries is kept, as what is read again must find what it was.
    """

    keep_days: Annotated[int, msgspec.Meta(ge=31)] = 1_100


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings of a process."""

    process: Process = Process()
    kafka: Kafka = Kafka()
    postgres: Postgres = Postgres()
    http: Http = Http()
    admin: Admin = Admin()
    ticket: Ticket = Ticket()
    gateway: Gateway = Gateway()
    query: Query = Query()
    web: Web = Web()
    health: Health = Health()
    log: Log = Log()
    trace: Trace = Trace()
    worker: Worker = Worker()
    identity: Identity = Identity()
    routing: Routing = Routing()
    explainer: Explainer = Explainer()
    view: View = View()
    timeline: Timeline = Timeline()


NAMES: Final = Names(
    prefix="HUBLINE_",
    unprefixed_group="process",
    foreign={("kafka", "bootstrap_servers"): "KAFKA_BOOTSTRAP_SERVERS", ("postgres", "url"): "DATABASE_URL"},
    secrets=frozenset({("ticket", "key")}),
    urls=frozenset({("postgres", "url"), ("trace", "otlp_endpoint"), ("web", "attachments_url"), ("explainer", "url")}),
    others=frozenset({"HUBLINE_PASSWORD"}),  # Of the person at a console, whose other commands read settings too.
)


def load(environ: Mapping[str, str]) -> Settings:
    """Reads all settings; raises SettingsError with every problem. An empty variable counts as not set."""
    return environment.read(Settings, NAMES, environ)


def describe(settings: Settings, environ: Mapping[str, str]) -> list[Shown]:
    """Every setting with its value, redacted, and where it came from."""
    return environment.describe(settings, NAMES, environ)
