"""Sets a company up in a running stack: its document, its customers, users for its agents, keys for its adapters.

What was made is kept in one file of the data folder, for its owner only, so that a second start finds it and makes
nothing twice. What somebody changed since stays as it is, unless the company's document must be in force as it is given.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import msgspec

from producers.admin.accounts import Accounts, Refused
from producers.admin.audit import CONSOLE
from producers.admin.customer_file import read_file
from producers.admin.customer_record import words_of
from producers.admin.customers import Customers
from producers.admin.document import Format, parse
from producers.admin.passwords import Passwords
from producers.admin.problems import InvalidDocument
from producers.admin.publication import Conflict, Draft, Publication
from producers.admin.versions import State, Versions
from runtime.clock import Clock
from runtime.ids import random_id, random_secret
from runtime.postgres import Pool
from schemas.vocabulary import Role

KEPT_NAME: Final = "{workspace}-demo.json"
WATCHER: Final = "watcher"
APPLY_WAIT_MS: Final = 60_000
PASSWORD_BYTES: Final = 12


class SetUpFailed(Exception):
    """A company could not be set up; the message says what was refused."""


class Account(msgspec.Struct, frozen=True):
    """A user that signs in; `password` None = somebody else chose it, and only they know it."""

    user: str
    password: str | None


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """Who is set up. `customers`: a CSV file as `hubline customers import` takes it, its phone numbers of `region`.
    `as_given`: the document comes into force even where another one is.
    """

    workspace: str
    document: str
    adapters: tuple[str, ...]
    customers: Path | None = None
    region: str = "CN"
    as_given: bool = False


class Cast(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a company works with: accounts by agent (the watcher among them), keys by adapter."""

    accounts: dict[str, Account] = {}
    keys: dict[str, str] = {}
    customers_imported: bool = False


async def set_up(company: Company, pool: Pool, clock: Clock, folder: Path) -> Cast:
    """The company, complete. Raises SetUpFailed."""
    kept = load(folder, company.workspace)
    agents = await _publish(company, pool, clock)
    if company.customers is not None and not kept.customers_imported:
        await _import(company, company.customers, pool, clock)
    accounts = await _accounts(company, pool, clock, kept, (*agents, WATCHER))
    keys = await _keys(company, pool, clock, kept)
    made = Cast(accounts=accounts, keys=keys, customers_imported=company.customers is not None)
    if made != kept:
        store(folder, company.workspace, made)
    return made


def load(folder: Path, workspace: str) -> Cast:
    """What an earlier start left; nothing when there was none."""
    try:
        return msgspec.json.decode(_kept(folder, workspace).read_bytes(), type=Cast)
    except (FileNotFoundError, msgspec.DecodeError):
        return Cast()


def store(folder: Path, workspace: str, made: Cast) -> None:
    """Keeps it, for the owner only."""
    path = _kept(folder, workspace)
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(made))
    fresh.replace(path)


def _kept(folder: Path, workspace: str) -> Path:
    return folder / KEPT_NAME.format(workspace=workspace)


async def _publish(company: Company, pool: Pool, clock: Clock) -> tuple[str, ...]:
    """Brings the document into force unless there is one that may stay; the agents of the one in force."""
    versions = Versions(pool, clock)
    current = await versions.current(company.workspace)
    if current is not None and not company.as_given:
        return tuple(current.document.get("agents", {}))
    draft = Draft(workspace=company.workspace, text=company.document, form=Format.YAML)
    expected = None if current is None else current.version
    try:
        published = await Publication(versions, clock, APPLY_WAIT_MS).publish(draft, expected, CONSOLE)
    except (InvalidDocument, Conflict) as error:
        raise SetUpFailed(f"{company.workspace} is not in force: {error}") from error
    if published.state is not State.APPLIED:
        raise SetUpFailed(f"{company.workspace} is not in force: {published.state} {published.detail or ''}".strip())
    return tuple(parse(company.document, Format.YAML).get("agents", {}))


async def _import(company: Company, file: Path, pool: Pool, clock: Clock) -> None:
    current = await Versions(pool, clock).current(company.workspace)
    if current is None:
        raise SetUpFailed(f"there is no workspace {company.workspace}")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    found = read_file(lines, words_of(current.document), company.region)
    if found.problems:
        raise SetUpFailed(f"{file.name}: {found.problems[0]}")
    customers = Customers(pool, clock)
    for line in found.lines:
        await customers.put(company.workspace, line.checked, CONSOLE)


async def _accounts(
    company: Company, pool: Pool, clock: Clock, kept: Cast, wanted: tuple[str, ...]
) -> dict[str, Account]:
    """A user for each agent, by the agent's name; where that name is somebody else's already, by another one too."""
    accounts, passwords = Accounts(pool, clock), Passwords()
    usable = {user.name for user in await accounts.users(company.workspace) if user.revoked_ms is None}
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
                await accounts.add_user(company.workspace, name, hashed, (role,), agent_id, CONSOLE)
            except Refused:
                continue
            found[agent] = Account(name, password)
            break
    return found


def key_id_of(raw: str) -> str:
    """The id within a key `hk_<id>_<secret>`: the secret may hold underscores of its own."""
    return "_".join(raw.split("_", 2)[:2])


async def _keys(company: Company, pool: Pool, clock: Clock, kept: Cast) -> dict[str, str]:
    accounts = Accounts(pool, clock)
    usable = {key.key_id for key in await accounts.keys(company.workspace) if key.revoked_ms is None}
    found: dict[str, str] = {}
    for adapter in company.adapters:
        raw = kept.keys.get(adapter)
        if raw is None or key_id_of(raw) not in usable:
            raw = (await accounts.add_key(company.workspace, adapter, (Role.ADAPTER,), adapter, CONSOLE)).raw
        found[adapter] = raw
    return found
