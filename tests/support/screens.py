"""Clients without a socket: what a workspace writes goes straight into a mirror."""

from __future__ import annotations

from typing import Any

from consumers.gateway.backlog import Backlog, Sink
from consumers.gateway.scopes import Item, Scope, screen
from consumers.gateway.workspace import Workspace
from deploy.console.mirror import Mirror
from schemas import live
from schemas.shown import Kind
from schemas.view import AnyValue

NOW_MS = 1


class Viewer:
    """One client at one gateway; its sink has room until it is told otherwise."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.mirror = Mirror()
        self.frames: list[live.ServerFrame] = []
        self.backlog: Backlog | None = None
        self.sink: Sink = self
        self.room = True
        self.at: Workspace | None = None

    def has_room(self) -> bool:
        return self.room

    def write(self, data: bytes) -> None:
        frame = live.decode_server(data)
        self.frames.append(frame)
        self.mirror.take(frame)

    def connect(self, workspace: Workspace) -> None:
        """As a client does after a lost connection: with the cursor of what it has."""
        self.disconnect()
        self.room, self.backlog = True, None
        self.at = workspace
        workspace.join(self, self.scope, self.mirror.cursor)

    def disconnect(self) -> None:
        if self.at is not None:
            self.at.leave(self, self.scope, (), NOW_MS)
            self.at = None

    def has_room_again(self) -> None:
        self.room = True
        if self.at is not None:
            self.at.drained(self, self.scope, NOW_MS)


def mirrored(mirror: Mirror) -> dict[Item, AnyValue]:
    """What the mirror shows, as `screen` says what should be shown."""
    shown: dict[Item, AnyValue] = {}
    kinds: tuple[tuple[Kind, dict[str, Any]], ...] = (
        (Kind.INTERACTION, mirror.interactions),
        (Kind.LEG, mirror.legs),
        (Kind.OFFER, mirror.offers),
        (Kind.AGENT, mirror.agents),
        (Kind.QUEUE, mirror.queues),
    )
    for kind, values in kinds:
        shown.update(((kind, name), value) for name, value in values.items())
    return shown


def assert_shows_the_screen(viewer: Viewer, workspace: Workspace) -> None:
    """The client has exactly what a fresh snapshot would show."""
    assert mirrored(viewer.mirror) == screen(workspace.view, viewer.scope)
    assert viewer.mirror.stopped == workspace.view.stopped
    assert viewer.mirror.configuration_version == workspace.view.configuration_version
