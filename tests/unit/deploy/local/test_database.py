"""Names of databases in URLs and in SQL."""

from __future__ import annotations

from deploy.local import database


def test_another_database_of_the_same_server_keeps_the_rest_of_the_url() -> None:
    assert database.with_database("postgresql://u:p@h:5432/one?sslmode=disable", "two") == (
        "postgresql://u:p@h:5432/two?sslmode=disable"
    )


def test_a_name_cannot_leave_its_quotes() -> None:
    assert database.quoted('x"; DROP DATABASE y; --') == '"x""; DROP DATABASE y; --"'
