"""Merged customers, read through: what the functions of deploy/postgres/0008_query.sql do, in memory. Pure.

`live` maps a merged customer to the one that it was merged into, for merges that are not undone. They form chains (a is
read as b, b as c) and never a ring. What is known of a family depends on the live merges only, in whatever order merges
were made and undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

FILLED: Final = ("name", "card_type", "tier", "language", "owner", "preferred_agent")
"""What a survivor that says nothing has from those merged into it; the first that says something is believed."""


def survivor_of(live: Mapping[str, str], customer_id: str) -> str:
    """The customer that this one is read as now."""
    while customer_id in live:
        customer_id = live[customer_id]
    return customer_id


def first_said(said: Iterable[str | None]) -> str | None:
    """The first that is something, survivor first, then those merged into it."""
    return next((one for one in said if one is not None), None)
