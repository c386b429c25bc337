"""The database itself: it of a server: made, copied, dropped."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

MAINTENANCE: Final = "postgres"


def with_database(url: str, database: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def quoted(identifier: str) -> str:
    """A name as SQL takes it: a database's name cannot be a parameter."""
    return '"' + identifier.replace('"', '""') + '"'


async def ensure_database(url: str, template: str | None = None) -> bool:
    """Creates the URL's database when the server has none of that name; whether it was created now.

    Raises OSError or asyncpg's errors when the server does not answer.
    """
    try:
        connection = await asyncpg.connect(url)
    except asyncpg.InvalidCatalogNameError:
        await create_database(url, template)
        return True
    await connection.close()
    return False


async def create_database(url: str, template: str | None = None) -> None:
    """Creates the URL's database, as a copy of `template` if one is named."""
    name = urlsplit(url).path.lstrip("/")
    connection = await asyncpg.connect(with_database(url, MAINTENANCE))
    try:
        copied = f" TEMPLATE {quoted(template)}" if template else ""
        await connection.execute(f"CREATE DATABASE {quoted(name)}{copied}")
    finally:
        await connection.close()


async def drop_database(url: str) -> None:
    """Drops the URL's database, whoever is connected."""
    name = urlsplit(url).path.lstrip("/")
    connection = await asyncpg.connect(with_database(url, MAINTENANCE))
    try:
        await connection.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
    finally:
        await connection.close()
