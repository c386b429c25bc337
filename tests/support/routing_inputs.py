"""Inputs of the routing log for tests that need a small workspace."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.configuration import AgentSettings, QueueSettings, RoutingConfiguration, canonical, digest
from schemas.inputs import ConfigurationPublished


def a_configuration(workspace: str, queues: Iterable[str], agents: Iterable[str]) -> ConfigurationPublished:
    """Version 1: every agent serves every queue."""
    names = tuple(queues)
    wanted = RoutingConfiguration(
        queues={queue: QueueSettings() for queue in names},
        agents={agent: AgentSettings(queues=dict.fromkeys(names, 1)) for agent in agents},
    )
    return ConfigurationPublished(
        workspace=workspace,
        command_id="configuration-1",
        version=1,
        base_version=0,
        digest=digest(wanted),
        patch=canonical(wanted).decode(),
    )
