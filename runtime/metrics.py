"""All Prometheus metrics of the product, as one literal table.

Names carry the prefix `hubline_` and base units (seconds, bytes, records). Labels are few and bounded: never the id of
a customer, interaction, agent or workspace. Each `Metrics` has a registry of its own, so that tests do not share one.
"""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

PREFIX: Final = "hubline_"
_FAST_S: Final = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.0, 2.0, 5.0, 10.0)
_SIZES: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000)


class Metrics:
    """Every metric of a process; those that it does not use stay empty."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.up_info = self._gauge("process_info", "1, labelled with what runs", "process", "instance", "version")

        self.standby = self._gauge("standby", "1 while another process works and this one stands by for it")
        self.takeovers = self._counter("takeovers", "Times this process took the work over")

        self.lag_records = self._gauge("worker_lag_records", "Records not handled yet", "topic", "partition")
        self.lag_seconds = self._gauge("worker_lag_seconds", "Age of the last record handled", "topic", "partition")
        self.batch_records = self._histogram("worker_batch_records", "Records a batch", _SIZES, "topic")
        self.handle_seconds = self._histogram("worker_handle_seconds", "Time to apply a batch", _FAST_S, "topic")
        self.send_seconds = self._histogram("worker_send_seconds", "Time until acknowledged", _FAST_S, "topic")
        self.handled = self._counter("worker_records", "Records handled", "topic")
        self.outputs = self._counter("worker_outputs", "Records sent", "topic")
        self.dead_letters = self._counter("worker_dead_letters", "Records sent to dead letters", "topic")
        self.commits = self._counter("worker_commits", "Positions committed", "topic")
        self.lost_commits = self._counter("worker_lost_commits", "Commits refused: another had taken over", "topic")
        self.rebalances = self._counter("worker_rebalances", "Assignments received", "topic")
        self.partitions = self._gauge("worker_partitions", "Partitions held and opened", "topic")
        self.retries = self._counter("worker_retries", "Batches handed over again", "topic", "cause")

        self.http_requests = self._counter("http_requests", "Requests answered", "route", "status")
        self.http_seconds = self._histogram("http_seconds", "Time to answer, polls' waiting included", _FAST_S, "route")

        self.sign_ins = self._counter("sign_ins", "Sign-ins with a password", "outcome")
        self.relay_versions = self._counter("relay_versions", "Versions of documents answered by routing", "state")
        self.relay_events = self._counter("relay_events", "Events sent from the outbox")

        self.hours_stated = self._counter("hours_stated", "Queues said to be open or closed", "state")
        self.hours_late_seconds = self._histogram(
            "hours_late_seconds", "From the change, or its document, until acknowledged", (*_FAST_S, 30.0, 60.0, 300.0)
        )
        self.hours_overdue_seconds = self._gauge("hours_overdue_seconds", "Age of the oldest change not sent; 0 = none")

        self.identity_contacts = self._counter("identity_contacts", "Contacts sent on, by what was known", "standing")
        self.identity_late = self._counter("identity_late", "Contacts settled by the late pass")
        self.identity_backlog = self._gauge("identity_backlog_records", "Sent, but not stored yet", "partition")

        self.messages_kept = self._counter("messages_kept", "Messages new in the database")
        self.intervals_kept = self._counter("intervals_kept", "Figures by intervals new in the database, or newer")
        self.interventions_kept = self._counter("interventions_kept", "Supervisors' acts new in the database")
        self.timeline_kept = self._counter("timeline_kept", "Entries of the timeline new in the database")

        self.database_up = self._gauge("database_up", "1 while the database answers")

        self.gateway_sessions = self._gauge("gateway_sessions", "Sockets that are signed in", "role")
        self.gateway_closes = self._counter("gateway_closes", "Sockets that the gateway closed", "why")
        self.gateway_live = self._gauge("gateway_live", "1 while screens are current")
        self.gateway_tell_seconds = self._histogram("gateway_tell_seconds", "Time to apply and tell a batch", _FAST_S)

        self.web_sockets = self._gauge("web_sockets", "Sockets of customers that are open")
        self.web_closes = self._counter("web_closes", "Sockets that the web server closed", "why")
        self.web_messages = self._counter("web_messages", "Customers' messages, by what became of them", "outcome")
        self.web_contacts = self._counter("web_contacts", "Contacts opened", "channel")
        self.web_left = self._counter("web_left", "Chats said to be left", "why")
        self.web_attachments = self._counter("web_attachments", "Files offered, by what became of them", "outcome")
        self.web_live = self._gauge("web_live", "1 while chats are current")

    def render(self) -> bytes:
        """The text that Prometheus reads."""
        return generate_latest(self.registry)

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(PREFIX + name, help_text, labels, registry=self.registry)

    def _histogram(self, name: str, help_text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(PREFIX + name, help_text, labels, buckets=buckets, registry=self.registry)
