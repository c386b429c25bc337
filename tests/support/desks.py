"""What an agent has on the screen, from decisions written by hand."""

from __future__ import annotations

from consumers.gateway.scopes import Scope, Sight
from consumers.gateway.workspace import Workspace
from deploy.console.mirror import Mirror
from schemas.view import View
from schemas.vocabulary import LegKind
from tests.support.decided import Floor
from tests.support.screens import Viewer


def ana_s_mirror(floor: Floor) -> Mirror:
    """What ana's client knows after these decisions."""
    return mirror_of(floor, "ana")


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


def a_consult(channel: str = "web_chat", *, accepted: bool = True) -> Floor:
    """Ana consults bo about i1."""
    floor = a_floor("i1", channel=channel)
    floor.agent("bo")
    floor.another_leg("i1", 2, kind=LegKind.CONSULT)
    floor.offered("i1", "bo", 2)
    if accepted:
        floor.accepted("i1", 2)
    return floor


def mirror_of(floor: Floor, agent_id: str) -> Mirror:
    """What that agent's client knows after these decisions."""
    workspace = Workspace(View(floor.workspace))
    for decision in floor.said:
        workspace.apply(decision)
    workspace.flush(1)
    viewer = Viewer(Scope(Sight.AGENT, agent_id))
    viewer.connect(workspace)
    return viewer.mirror
