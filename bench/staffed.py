"""A workspace in force on a running product, with as many agents as a benchmark needs, and tickets for their sockets."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import yaml

from deploy.local.layout import DATA_DIR_VARIABLE
from deploy.local.stack import Endpoints
from producers.admin.accounts import Accounts
from producers.admin.document import Format
from producers.admin.publication import Draft, Publication
from producers.admin.versions import State, Versions
from runtime.clock import SystemClock
from runtime.credential_store import Principal
from runtime.credentials import TicketIssuer
from runtime.ids import random_id
from runtime.postgres import connect_pool
from runtime.settings import Postgres, load
from runtime.ticket_key import ticket_key
from schemas.vocabulary import Role

ACTOR: Final = "bench"
ADAPTER: Final = "shop"
CHANNEL: Final = "web_chat"
SERVED_BY: Final = 20
"""How many agents serve each queue: an agent's screen shows the live figures of the queues that the agent serves."""
PUBLISH_MS: Final = 60_000
TICKET_S: Final = 60


class Staffed(msgspec.Struct, frozen=True):
    """A workspace in force: an adapter's key and the agents' ids."""

    workspace: str
    key: str
    agents: tuple[str, ...]


def queue_of(number: int, agents: int) -> str:
    """The queue of the contact, or of the agent, with that number."""
    return f"queue-{number % max(1, agents // SERVED_BY)}"


async def open_workspace(endpoints: Endpoints, agents: int, units: int) -> Staffed:
    """A new workspace with a queue for every twenty agents; a chat takes `units` of an agent's 100.

    Raises RuntimeError when routing does not take its document.
    """
    names = tuple(f"agent-{number}" for number in range(agents))
    document = {
        "settings": {"reconnect_grace": "30m"},
        "channels": {CHANNEL: {"units": units, "offer_timeout": "30m", "wrap_up": "0s"}},
        "queues": {queue_of(number, agents): {} for number in range(agents)},
        "agents": {name: {"queues": {queue_of(number, agents): 1}} for number, name in enumerate(names)},
    }
    workspace, clock = random_id("bench"), SystemClock()
    async with connect_pool(Postgres(url=endpoints.database_url)) as pool:
        accounts = Accounts(pool, clock)
        made = await accounts.add_key(workspace, ADAPTER, [Role.ADAPTER], ADAPTER, ACTOR)
        draft = Draft(workspace=workspace, text=yaml.safe_dump(document), form=Format.YAML)
        published = await Publication(Versions(pool, clock), clock, PUBLISH_MS).publish(draft, None, ACTOR)
        if published.state is not State.APPLIED:
            raise RuntimeError(f"the workspace is not in force: {published.state} {published.detail}")
    return Staffed(workspace, made.raw, names)


class Tickets:
    """Makes the tickets that administration would make."""

    def __init__(self, folder: Path) -> None:
        settings = load({DATA_DIR_VARIABLE: str(folder)})
        self._issuer = TicketIssuer(ticket_key(settings), SystemClock(), TICKET_S)

    def of(self, workspace: str, agent: str) -> str:
        """A ticket for one socket of that agent."""
        principal = Principal(user=agent, workspace=workspace, roles=frozenset({Role.AGENT}), agent_id=agent)
        return self._issuer.issue(principal)
