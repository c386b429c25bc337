from __future__ import annotations

from pathlib import Path

import pytest

from runtime.migrations import Applied, Migration, MigrationError, pending, read_folder

FIRST = Migration(1, "users", "CREATE TABLE users ();")
SECOND = Migration(2, "keys", "CREATE TABLE keys ();")


def applied(migration: Migration) -> Applied:
    return Applied(migration.number, migration.name, migration.checksum)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_text(f"-- {name}\n")


def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    write(tmp_path, "0002_keys.sql", "0001_users.sql", "README.md")
    assert [(it.number, it.name) for it in read_folder(tmp_path)] == [(1, "users"), (2, "keys")]


@pytest.mark.parametrize(
    "names",
    [("0001_a.sql", "0003_c.sql"), ("0001_a.sql", "0001_b.sql"), ("0002_a.sql",), ("1_a.sql",), ("0001_A.sql",)],
)
def test_gaps_doubles_and_wrong_names_are_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    write(tmp_path, *names)
    with pytest.raises(MigrationError):
        read_folder(tmp_path)


def test_only_what_is_missing_is_pending() -> None:
    assert pending([FIRST, SECOND], []) == (FIRST, SECOND)
    assert pending([FIRST, SECOND], [applied(FIRST)]) == (SECOND,)
    assert pending([FIRST, SECOND], [applied(FIRST), applied(SECOND)]) == ()


def test_a_changed_a_renamed_and_a_missing_file_are_refused_together() -> None:
    changed = Migration(1, "users", "CREATE TABLE users (id int);")
    renamed = Migration(2, "locks", SECOND.sql)
    third = Applied(3, "gone", "c")
    with pytest.raises(MigrationError) as caught:
        pending([changed, renamed], [applied(FIRST), applied(SECOND), third])
    assert [problem.split(" was ")[0] for problem in caught.value.problems] == [
        "0001_users.sql",
        "0002_keys.sql",
        "0003_gone.sql",
    ]
