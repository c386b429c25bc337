"""What an agent has on the screen, from decisions written by hand."""

from __future__ import annotations

from consumers.gateway.scopes import Scope, Sight
from consumers.gateway.workspace import Workspace
from deploy.console.mirror import Mirror
from schemas.view import View
from tests.support.decided import Floor
from tests.support.screens import Viewer


def ana_s_mirror(floor: Floor) -> Mirror:
    """What ana's client knows after these decisions."""
    workspace = Workspace(View(floor.workspace))
    for decision in floor.said:
        workspace.apply(decision)
    workspace.flush(1)
    viewer = Viewer(Scope(Sight.AGENT, "ana"))
    viewer.connect(workspace)
    return viewer.mirror


def a_floor(*connected: str, offered: tuple[str, ...] = (), channel: str = "web_chat") -> Floor:
    """Ana is connected on some and is offered others."""
    floor = Floor()
    floor.opened("ana")
    for name in (*connected, *offered):
        floor.arrives(name, channel=channel)
        floor.offered(name, "ana")
        if name in connected:
            floor.accepted(name)
    return floor
