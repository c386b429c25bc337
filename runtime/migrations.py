"""Which migrations a database still needs. Forward only, in order of their numbers, never changed once applied.

A folder holds `NNNN_name.sql`, numbered from 0001 without gaps. What was applied is known by number, name and checksum.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

_FILE_NAME: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


class MigrationError(Exception):
    """Folder and database do not fit together; one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


class Migration(msgspec.Struct, frozen=True):
    """One file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


class Applied(msgspec.Struct, frozen=True):
    """One row of the table of applied migrations."""

    number: int
    name: str
    checksum: str


def read_folder(folder: Path) -> tuple[Migration, ...]:
    """All migrations of a folder in order; raises MigrationError for a wrong name, a gap or a number used twice."""
    found, problems = [], []
    for path in sorted(folder.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            problems.append(f"{path.name} is not named NNNN_name.sql")
        else:
            found.append(Migration(int(match[1]), match[2], path.read_text(encoding="utf-8")))
    numbers = [migration.number for migration in found]
    if numbers != list(range(1, len(found) + 1)):
        problems.append(f"the numbers of {folder.name} are not 1 to {len(found)}, each once: {numbers}")
    if problems:
        raise MigrationError(problems)
    return tuple(found)


def pending(migrations: Sequence[Migration], applied: Sequence[Applied]) -> tuple[Migration, ...]:
    """What is still to be applied; raises MigrationError when an applied file is changed, renamed or missing."""
    by_number = {migration.number: migration for migration in migrations}
    problems = [problem for row in applied if (problem := _difference(by_number.get(row.number), row)) is not None]
    if problems:
        raise MigrationError(problems)
    done = {row.number for row in applied}
    return tuple(migration for migration in migrations if migration.number not in done)


def _difference(file: Migration | None, row: Applied) -> str | None:
    applied = f"{row.number:04}_{row.name}.sql"
    if file is None:
        return f"{applied} was applied to this database and is missing here: an older program must not use it"
    if file.name != row.name:
        return f"{applied} was applied, but number {row.number} is now {file.name}"
    if file.checksum != row.checksum:
        return f"{applied} was changed after it was applied: add a new migration instead"
    return None
