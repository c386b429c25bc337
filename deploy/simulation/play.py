"""What is played: a company, who comes, who is there, how they work. Pure values."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from deploy.simulation.company import Company
from deploy.simulation.manner import Manner
from deploy.simulation.plan import Arrival, Shift


class Play(msgspec.Struct, frozen=True, kw_only=True):
    """`arrivals` may be without end. `customers_talk_ms`: how long customers talk who end a talk themselves. `longest_ms`:
    how long one talk may last, within which no progress is no trouble. `chat_sockets`: chat customers come over the web shop's own socket, where it runs.
    """

    company: Company
    arrivals: Iterable[Arrival]
    shifts: tuple[Shift, ...]
    manner: Manner
    customers_talk_ms: int
    channels: tuple[str, ...]
    longest_ms: int
    chat_sockets: bool = False
