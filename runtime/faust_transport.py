"""Faust's way to Kafka, with two things changed.

A fetch gathers for a while, as what these stages make is looked at by people: each batch is a way to the broker, and back
with what came of it. It waits no longer than that: Faust asks for 1.5 s, so that a record of a partition that is not in the
fetch under way would come that late. And a position is never committed over its first record when that one is not
acknowledged, as Faust's comparison, off by one, allows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT
from mode.threads import WorkerThread

from runtime.fetch_pace import GATHERED_BYTES

GATHERED_MS: Final = 100


class _Daemon(WorkerThread):
    """A process that crashes does not wait for its consumer's thread."""

    def __init__(self, service: Any, **kwargs: Any) -> None:
        super().__init__(service, **kwargs)
        self.daemon = True


def transport_of(app: AppT, made: Callable[[AIOKafkaConsumer], None]) -> driver.Transport:
    """The transport for `app`; `made` is given the consumer, in another thread, before it starts."""

    class Thread(driver.AIOKafkaConsumerThread):
        Worker = _Daemon

        def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
            consumer = super()._create_worker_consumer(transport)
            # Faust has no settings for these.
            consumer._fetch_max_wait_ms = GATHERED_MS  # noqa: SLF001
            consumer._fetch_min_bytes = GATHERED_BYTES  # noqa: SLF001
            made(consumer)
            return consumer

    class Consumer(driver.Consumer):
        def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
            return Thread(self, loop=self.loop, beacon=self.beacon)

        def _new_offset(self, tp: TP) -> int | None:
            acked, committed = self._acked[tp], self._committed_offset[tp]
            if (
                acked
                and committed is not None
                and min(acked) == committed + 1
                and not self._gap[tp].overlaps(committed)
            ):
                return None
            return super()._new_offset(tp)

    class Transport(driver.Transport):
        pass

    Transport.Consumer = Consumer
    return Transport(app.conf.broker, app)
