"""A real Apache Kafka as one KRaft node: broker and controller in one process, on 127.0.0.1.

One node acknowledges what the operating system holds: a killed process loses nothing, a machine that loses power may
lose the last seconds. With `flush_each` the topics named there are written to disk before they are acknowledged.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Final

import msgspec

from deploy.local import kafka_probe
from deploy.local.errors import StackError
from deploy.local.java import Java
from deploy.local.processes import Command, Ending, Running
from deploy.local.state import HOST

NAME: Final = "kafka"
PORT: Final = "kafka"
CONTROLLER_PORT: Final = "kafka_controller"
ENDING: Final = Ending(signal=signal.SIGTERM)
HEAP_MB: Final = 512
SESSION_MS: Final = 3000
FORMAT_TIMEOUT_S: Final = 60
FLAGS: Final = (
    f"-Xmx{HEAP_MB}m",
    "-Xms128m",
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    # The quick compiler only. Measured on two cores beside its clients, against both compilers: half the processor time
    # for the same records, a third off the median answer, and a start with two thirds of the work gone.
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Dkafka.logs.dir=.",
)
LOG_PATTERN: Final = "%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %p %c{1} %m%n"


class Kafka(msgspec.Struct, frozen=True):
    """What one node needs to run."""

    folder: Path
    java: Java
    class_path: tuple[Path, ...]
    cluster_id: str
    port: int
    controller_port: int
    class_archive: Path | None = None

    @property
    def bootstrap(self) -> str:
        """What clients connect to."""
        return f"{HOST}:{self.port}"

    @property
    def data_dir(self) -> Path:
        """Where its log lies."""
        return self.folder / "data"


def properties(kafka: Kafka) -> str:
    """The text of server.properties."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{kafka.controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{kafka.port},CONTROLLER://{HOST}:{kafka.controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{kafka.port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(kafka.data_dir),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        # A position is kept for as long as the longest retention: a stage that was off for a week goes on where it was.
        "offsets.retention.minutes": "525600",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "num.network.threads": "2",
        "num.io.threads": "4",
        "log.cleaner.threads": "1",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        "log.segment.bytes": str(256 * 1024 * 1024),
        # An index is mapped before it is filled: small ones keep two hundred partitions quick to open and close.
        "log.index.size.max.bytes": str(1024 * 1024),
        # After kill -9 the node waits until the controller has given up its former self.
        "broker.session.timeout.ms": str(SESSION_MS),
        "broker.heartbeat.interval.ms": str(SESSION_MS // 6),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def log_settings() -> str:
    """The text of log4j2.xml: all to standard output, which the supervisor keeps."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Configuration status="WARN">
  <Appenders>
    <Console name="out"><PatternLayout pattern="{LOG_PATTERN}"/></Console>
  </Appenders>
  <Loggers>
    <Logger name="org.apache.kafka" level="WARN"/>
    <Logger name="kafka" level="WARN"/>
    <Logger name="kafka.server.KafkaRaftServer" level="INFO"/>
    <Logger name="org.apache.kafka.common.utils.AppInfoParser" level="INFO"/>
    <Root level="WARN"><AppenderRef ref="out"/></Root>
  </Loggers>
</Configuration>
"""


def prepare(kafka: Kafka) -> None:
    """Writes the settings and, once in the folder's life, formats the storage.

    Raises StackError when the storage cannot be formatted.
    """
    settings = prepare_settings(kafka)
    if (kafka.data_dir / "meta.properties").exists():
        return
    if kafka.data_dir.exists() and any(kafka.data_dir.glob("*-[0-9]*")):
        raise StackError(
            f"{kafka.data_dir} holds a log without meta.properties",
            "Restore that file from a copy; starting anew would hide what the log holds.",
        )
    shutil.rmtree(kafka.data_dir, ignore_errors=True)
    formatted = subprocess.run(
        [*_java(kafka), "kafka.tools.StorageTool", "format", "-t", kafka.cluster_id, "-c", str(settings)],
        cwd=kafka.folder,
        capture_output=True,
        text=True,
        timeout=FORMAT_TIMEOUT_S,
        check=False,
    )
    if formatted.returncode != 0:
        raise StackError(f"Kafka's storage cannot be formatted: {formatted.stderr.strip() or formatted.stdout.strip()}")


def prepare_settings(kafka: Kafka) -> Path:
    """Writes server.properties, whose path it returns, and log4j2.xml beside it."""
    kafka.folder.mkdir(parents=True, exist_ok=True)
    settings = kafka.folder / "server.properties"
    settings.write_text(properties(kafka))
    (kafka.folder / "log4j2.xml").write_text(log_settings())
    return settings


def command(kafka: Kafka, environ: tuple[tuple[str, str], ...] = ()) -> Command:
    """How the node is started, directly on its class path."""
    return Command(
        argv=(*_java(kafka), "kafka.Kafka", str(kafka.folder / "server.properties")),
        environ=(("PATH", os.defpath), ("LC_ALL", "C"), *environ),
        folder=kafka.folder,
    )


def is_ready(kafka: Kafka, _running: Running) -> bool:
    """Whether the broker serves and leads every partition."""
    return kafka_probe.leads_all(HOST, kafka.port)


def _java(kafka: Kafka) -> tuple[str, ...]:
    archived = kafka.class_archive is not None and kafka.class_archive.exists()
    archive = (f"-XX:SharedArchiveFile={kafka.class_archive}",) if archived else ()
    logs = f"-Dlog4j2.configurationFile={kafka.folder / 'log4j2.xml'}"
    class_path = os.pathsep.join(str(path) for path in kafka.class_path)
    return (str(kafka.java.program), *FLAGS, *archive, logs, "-cp", class_path)
