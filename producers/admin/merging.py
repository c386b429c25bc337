"""What merging two customers would give, and why it may not be done. Pure.

The survivor's attributes win; where the survivor says nothing, the merged one's hold. Nothing is written over: both
keep their rows, and un-merging shows each again as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from producers.admin.refusals import Kind
from runtime.merged_customers import FILLED, first_said
from runtime.problems import Problem
from schemas.interactions import ContactPoint


class Side(StrEnum):
    """Whose word it is."""

    SURVIVOR = "survivor"
    MERGED = "merged"
    BOTH = "both"


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of both; `value` holds after the merge. `conflict`: they say different things."""

    name: str
    value: str | None
    side: Side | None
    survivor: str | None
    merged: str | None
    conflict: bool


class PreviewPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A contact point and the side that brings it."""

    contact_point: ContactPoint
    side: Side


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One side of a merge, as it is read now. `merged_into`: whom it is read as, when it is merged already."""

    customer_id: str
    kind: str
    name: str | None = None
    card_type: str | None = None
    tier: str | None = None
    language: str | None = None
    owner: str | None = None
    preferred_agent: str | None = None
    do_not_contact: bool = False
    contact_points: tuple[ContactPoint, ...] = ()
    interactions: int = 0
    merged_into: str | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The customer that a merge would show, and where its parts come from."""

    customer_id: str
    merged_id: str
    attributes: tuple[Attribute, ...]
    conflicts: tuple[str, ...]
    do_not_contact: bool
    contact_points: tuple[PreviewPoint, ...]
    interactions: int
    survivor_interactions: int
    merged_interactions: int


COMPARED: Final = ("kind", *FILLED)


def preview_of(survivor: Candidate, merged: Candidate) -> Preview:
    """What would be read after the merge."""
    attributes = tuple(_attribute(name, survivor, merged) for name in COMPARED)
    return Preview(
        customer_id=survivor.customer_id,
        merged_id=merged.customer_id,
        attributes=attributes,
        conflicts=tuple(one.name for one in attributes if one.conflict),
        do_not_contact=survivor.do_not_contact or merged.do_not_contact,
        contact_points=(*_points(survivor, Side.SURVIVOR), *_points(merged, Side.MERGED)),
        interactions=survivor.interactions + merged.interactions,
        survivor_interactions=survivor.interactions,
        merged_interactions=merged.interactions,
    )


def check_ids(survivor_id: str, merged_id: str) -> None:
    """Raises Problem: a customer is not merged with itself."""
    if survivor_id == merged_id:
        raise Problem(Kind.SAME_CUSTOMER, "name two different customers")


def check_sides(survivor_id: str, merged_id: str, sides: Mapping[str, Candidate]) -> tuple[Candidate, Candidate]:
    """Both sides, when they may be merged.

    Raises:
        Problem: 404 for an unknown one; 409 when one is merged already, or each would be read as the other.
    """
    for customer_id in (survivor_id, merged_id):
        if customer_id not in sides:
            raise Problem(Kind.NOT_FOUND, f"there is no customer {customer_id}")
    survivor, merged = sides[survivor_id], sides[merged_id]
    if survivor.merged_into == merged_id:
        raise Problem(Kind.MERGE_CYCLE, f"{survivor_id} is merged into {merged_id}: undo that merge first")
    for side in (survivor, merged):
        if side.merged_into is not None:
            detail = f"{side.customer_id} is read as {side.merged_into}: merge that one, or undo the merge first"
            raise Problem(Kind.ALREADY_MERGED, detail, extra={"survivor_id": side.merged_into})
    return survivor, merged


def _attribute(name: str, survivor: Candidate, merged: Candidate) -> Attribute:
    ours, theirs = getattr(survivor, name), getattr(merged, name)
    return Attribute(
        name=name,
        value=first_said((ours, theirs)),
        side=_side(ours, theirs),
        survivor=ours,
        merged=theirs,
        conflict=ours is not None and theirs is not None and ours != theirs,
    )


def _side(ours: str | None, theirs: str | None) -> Side | None:
    if ours is None:
        return None if theirs is None else Side.MERGED
    return Side.BOTH if ours == theirs else Side.SURVIVOR


def _points(side: Candidate, whose: Side) -> Iterable[PreviewPoint]:
    return (PreviewPoint(contact_point=point, side=whose) for point in side.contact_points)
