"""Takes postings: who asks, how much, what is said, into the log, answered. The steps are pure; only their order is here.

Sends of one workspace are appended in the order in which they are acknowledged: what is posted after an answer lies
behind it in the same partition.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from producers.http.access import Admitted, Directory, Verifier, admit
from producers.http.cloudevents import Posting, read
from producers.http.parse import Caller, Parsed, Parser, parse_all
from producers.http.problems import Kind
from producers.http.sending import Sending
from runtime.bearer import token_of
from runtime.buckets import Buckets
from runtime.clock import Clock
from runtime.credentials import StoreAway
from runtime.problems import Problem
from runtime.records import Output
from schemas.codec import encode
from schemas.envelope import to_headers

LARGEST_BODY_BYTES: Final = 1_048_576
LARGEST_EVENT_BYTES: Final = 393_216


class Receiver:
    """What every POST has in common. `child_trace` gives the traceparent that goes on, from the one that came (or None)."""

    def __init__(
        self,
        verifier: Verifier,
        directory: Directory,
        sending: Sending,
        buckets: Buckets,
        clock: Clock,
        child_trace: Callable[[str | None], str],
    ) -> None:
        self._verifier = verifier
        self._directory = directory
        self._sending = sending
        self._buckets = buckets
        self._clock = clock
        self._child_trace = child_trace

    async def admit(self, workspace: str, authorization: str | None) -> Admitted:
        """Who asks, allowed to, in a workspace that exists; raises Problem (401, 403, 404, 503)."""
        key = token_of(authorization, Kind.UNAUTHENTICATED, "KEY")
        try:
            admitted = admit(await self._verifier.verify(key), workspace)
            known = await self._directory.known(workspace)
        except StoreAway:
            raise Problem(Kind.NOT_READY, "the key cannot be checked now", retry_after_s=1) from None
        if not known:
            raise Problem(Kind.UNKNOWN_WORKSPACE)
        return admitted

    async def take(self, admitted: Admitted, parse: Parser, headers: Mapping[str, str], body: bytes) -> Any:
        """The body of the 202, once all is in the log; raises Problem (400, 413, 415, 422, 429, 503)."""
        posting = read(headers.get("content-type", ""), headers, body)
        caller = Caller(workspace=admitted.workspace, adapter=admitted.adapter, now_ms=self._clock.now_ms())
        parsed = parse_all(posting, caller, parse)
        self.spend(admitted, len(parsed) - 1)
        await self._sending.send([self._output(one) for one in parsed])
        return _answer(posting, parsed)

    def spend(self, admitted: Admitted, count: int = 1) -> None:
        """Raises Problem (429) when the key has used up its rate. A posting's first event is paid before it is read."""
        wait_s = self._buckets.take(admitted.key_id, count, self._clock.monotonic()) if count else None
        if wait_s is not None:
            raise Problem(Kind.TOO_MANY, retry_after_s=wait_s)

    def _output(self, parsed: Parsed) -> Output:
        envelope = msgspec.structs.replace(parsed.envelope, traceparent=self._child_trace(parsed.envelope.traceparent))
        value = encode(parsed.event)
        if len(value) > LARGEST_EVENT_BYTES:
            raise Problem(Kind.TOO_LARGE, f"an event may take {LARGEST_EVENT_BYTES} bytes, this one {len(value)}")
        return Output(parsed.topic.name, parsed.key, value, to_headers(envelope))


def _answer(posting: Posting, parsed: tuple[Parsed, ...]) -> Any:
    if posting.batched:
        return {"items": [{"status": 202, **one.answer} for one in parsed]}
    return parsed[0].answer
