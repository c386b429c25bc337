"""Sets the book city up in a running stack: its document, its customers, users for its agents, keys for its adapters.

What was made is kept in one file of the data folder, for its owner only, so that a second start finds it and makes
nothing twice. What somebody changed since stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from deploy.local.plan import ROOT
from deploy.simulation.contacts import ADAPTERS, Known, known_customers
from producers.admin.accounts import Accounts, Refused
from producers.admin.audit import CONSOLE
from producers.admin.compile import compile_document
from producers.admin.customer_file import read_file
from producers.admin.customer_record import words_of
from producers.admin.customers import Customers
from producers.admin.document import Format, parse
from producers.admin.passwords import Passwords
from producers.admin.publication import Draft, Publication
from producers.admin.versions import State, Versions
from runtime.clock import Clock
from runtime.ids import random_id, random_secret
from runtime.postgres import Pool
from schemas.vocabulary import Role

WORKSPACE: Final = "bookcity"
EXAMPLES: Final = ROOT / "deploy" / "examples"
DOCUMENT: Final = EXAMPLES / "bookcity.yaml"
CUSTOMERS: Final = EXAMPLES / "bookcity_customers.csv"
KEPT_NAME: Final = "bookcity-demo.json"
WATCHER: Final = "watcher"
REGION: Final = "CN"
APPLY_WAIT_MS: Final = 60_000
PASSWORD_BYTES: Final = 12


class SetUpFailed(Exception):
    """The book city could not be set up; the message says what was refused."""


class Account(msgspec.Struct, frozen=True):
    """A user that signs in; `password` None = somebody else chose it, and only they know it."""

    user: str
    password: str | None


class BookCity(msgspec.Struct, frozen=True, kw_only=True):
    """What the demonstration works with: accounts by agent (the watcher among them), keys by adapter."""

    accounts: dict[str, Account] = {}
    keys: dict[str, str] = {}
    customers_imported: bool = False


def known() -> tuple[Known, ...]:
    """The customers on file."""
    return known_customers(CUSTOMERS.read_text(encoding="utf-8"))


async def set_up(pool: Pool, clock: Clock, folder: Path) -> BookCity:
    """The book city, complete. Raises SetUpFailed."""
    kept = load(folder)
    agents = await _publish(pool, clock)
    if not kept.customers_imported:
        await _import(pool, clock)
    accounts = await _accounts(pool, clock, kept, (*agents, WATCHER))
    keys = await _keys(pool, clock, kept)
    made = BookCity(accounts=accounts, keys=keys, customers_imported=True)
    if made != kept:
        store(folder, made)
    return made


def load(folder: Path) -> BookCity:
    """What an earlier start left; nothing when there was none."""
    try:
        return msgspec.json.decode((folder / KEPT_NAME).read_bytes(), type=BookCity)
    except (FileNotFoundError, msgspec.DecodeError):
        return BookCity()


def store(folder: Path, made: BookCity) -> None:
    """Keeps it, for the owner only."""
    path = folder / KEPT_NAME
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(made))
    fresh.replace(path)


async def _publish(pool: Pool, clock: Clock) -> tuple[str, ...]:
    """Brings the document into force unless there is one; the agents of the one in force."""
    versions = Versions(pool, clock)
    current = await versions.current(WORKSPACE)
    if current is None:
        text = DOCUMENT.read_text(encoding="utf-8")
        draft = Draft(workspace=WORKSPACE, text=text, form=Format.YAML)
        published = await Publication(versions, clock, APPLY_WAIT_MS).publish(draft, None, CONSOLE)
        if published.state is not State.APPLIED:
            raise SetUpFailed(f"{WORKSPACE} is not in force: {published.state} {published.detail or ''}".strip())
        return tuple(compile_document(parse(text, Format.YAML)).document["agents"])
    return tuple(current.document.get("agents", {}))


async def _import(pool: Pool, clock: Clock) -> None:
    current = await Versions(pool, clock).current(WORKSPACE)
    if current is None:
        raise SetUpFailed(f"there is no workspace {WORKSPACE}")
    lines = CUSTOMERS.read_text(encoding="utf-8").splitlines(keepends=True)
    found = read_file(lines, words_of(current.document), REGION)
    if found.problems:
        raise SetUpFailed(f"{CUSTOMERS.name}: {found.problems[0]}")
    customers = Customers(pool, clock)
    for line in found.lines:
        await customers.put(WORKSPACE, line.checked, CONSOLE)


async def _accounts(pool: Pool, clock: Clock, kept: BookCity, wanted: tuple[str, ...]) -> dict[str, Account]:
    """A user for each agent, by the agent's name; where that name is somebody else's already, by another one too."""
    accounts, passwords = Accounts(pool, clock), Passwords()
    usable = {user.name for user in await accounts.users(WORKSPACE) if user.revoked_ms is None}
    found: dict[str, Account] = {}
    for agent in wanted:
        known_before = kept.accounts.get(agent)
        if known_before is not None and known_before.user in usable:
            found[agent] = known_before
            continue
        role = Role.SUPERVISOR if agent == WATCHER else Role.AGENT
        password = random_secret(PASSWORD_BYTES)
        hashed = await passwords.hash(password)
        agent_id = agent if role is Role.AGENT else None
        for name in (agent, random_id(agent)):
            try:
                await accounts.add_user(WORKSPACE, name, hashed, (role,), agent_id, CONSOLE)
            except Refused:
                continue
            found[agent] = Account(name, password)
            break
    return found


def key_id_of(raw: str) -> str:
    """The id within a key `hk_<id>_<secret>`: the secret may hold underscores of its own."""
    return "_".join(raw.split("_", 2)[:2])


async def _keys(pool: Pool, clock: Clock, kept: BookCity) -> dict[str, str]:
    accounts = Accounts(pool, clock)
    usable = {key.key_id for key in await accounts.keys(WORKSPACE) if key.revoked_ms is None}
    found: dict[str, str] = {}
    for adapter in ADAPTERS.values():
        raw = kept.keys.get(adapter)
        if raw is None or key_id_of(raw) not in usable:
            raw = (await accounts.add_key(WORKSPACE, adapter, (Role.ADAPTER,), adapter, CONSOLE)).raw
        found[adapter] = raw
    return found
