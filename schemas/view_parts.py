"""A view taken apart into pieces of a bounded size and put together again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

import msgspec

from schemas.shown import ViewHead, ViewPart
from schemas.view import View

T = TypeVar("T")

PART_ITEMS: Final = 2_000


def parts(view: View, size: int = PART_ITEMS) -> Iterator[ViewPart]:
    """The view in pieces of at most `size` things each, in an order that is its own: equal views, equal pieces."""
    yield ViewPart(
        head=ViewHead(
            workspace=view.workspace,
            epoch=view.epoch,
            seq=view.seq,
            at_ms=view.at_ms,
            configuration_version=view.configuration_version,
            stopped=view.stopped,
        )
    )
    yield from (ViewPart(queues=piece) for piece in _pieces(_sorted(view.queues), size))
    yield from (ViewPart(agents=piece) for piece in _pieces(_sorted(view.agents), size))
    yield from (ViewPart(interactions=piece) for piece in _pieces(view.held(), size))
    yield from (ViewPart(legs=piece) for piece in _pieces(_sorted(view.legs), size))
    yield from (ViewPart(offers=piece) for piece in _pieces(_sorted(view.offers), size))


def fingerprint(pieces: Iterable[ViewPart]) -> str:
    """SHA-256 of the pieces' JSON, in hexadecimal."""
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(msgspec.json.encode(piece, order="sorted"))
    return digest.hexdigest()


def restore(pieces: Iterable[ViewPart]) -> View:
    """The view that `parts` took apart.

    Raises:
        ValueError: there is no head.
    """
    view: View | None = None
    for piece in pieces:
        if piece.head is not None:
            view = View(piece.head.workspace)
        if view is None:
            raise ValueError("a view's snapshot starts with its head")
        view.put(piece)
    if view is None:
        raise ValueError("a view's snapshot is empty")
    view.index()
    return view


def _sorted(things: dict[str, T]) -> Iterator[T]:
    return (things[key] for key in sorted(things))


def _pieces(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    rest = iter(things)
    while piece := tuple(islice(rest, size)):
        yield piece
