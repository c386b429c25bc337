"""Which customer do these contact points mean. Pure.

The strongest kind of contact point that is linked decides; of one kind, the first named. The others' customers are
suggested for merging, never merged. Points that are linked to nobody go to the chosen customer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from runtime.contact_points import NormalPoint
from schemas.vocabulary import ContactPointKind

PRECEDENCE: Final[tuple[str, ...]] = (
    ContactPointKind.CARD,
    ContactPointKind.WEB_ACCOUNT,
    ContactPointKind.PHONE,
    ContactPointKind.EMAIL,
)
"""Strongest first: what the company gave to one person, then what one person signs in with, then what families share.
Kinds that adapters register come next, a browser's session last.
"""
WEAKEST: Final[str] = ContactPointKind.SESSION


class Resolution(msgspec.Struct, frozen=True):
    """`customer_id` None = nobody known. `others` were named by weaker points. `unlinked` points belong to nobody."""

    customer_id: str | None
    others: tuple[str, ...] = ()
    unlinked: tuple[NormalPoint, ...] = ()


def resolve(points: Sequence[NormalPoint], links: Mapping[NormalPoint, str], current: str | None = None) -> Resolution:
    """The customer of an interaction with these points; `links` maps a point to its customer.

    `current`, the interaction's customer so far, holds only where no point is linked.
    """
    usable = sorted(dict.fromkeys(point for point in points if point.error is None), key=_rank)
    named = list(dict.fromkeys(links[point] for point in usable if point in links))
    unlinked = tuple(point for point in usable if point not in links)
    if not named:
        return Resolution(current, (), unlinked)
    return Resolution(named[0], tuple(named[1:]), unlinked)


def _rank(point: NormalPoint) -> int:
    if point.kind in PRECEDENCE:
        return PRECEDENCE.index(point.kind)
    return len(PRECEDENCE) + (point.kind == WEAKEST)
