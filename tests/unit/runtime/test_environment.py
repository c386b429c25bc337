from __future__ import annotations

from typing import Annotated

import msgspec
import pytest

from runtime.environment import Names, SettingsError, describe, read, without_password


class Door(msgspec.Struct, frozen=True, kw_only=True):
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 80
    key: str = "k"
    url: str | None = None


class House(msgspec.Struct, frozen=True, kw_only=True):
    main: Door = Door()
    back: Door = Door(port=81)


NAMES = Names(
    prefix="HOUSE_",
    unprefixed_group="main",
    foreign={("back", "url"): "BACK_DOOR"},
    secrets=frozenset({("main", "key")}),
    urls=frozenset({("back", "url")}),
)


def test_what_is_not_set_keeps_its_default() -> None:
    assert read(House, NAMES, {}) == House()
    assert read(House, NAMES, {"HOUSE_PORT": ""}) == House()


def test_variables_are_named_by_group_and_field() -> None:
    given = {"HOUSE_PORT": "1", "HOUSE_BACK_PORT": "2", "BACK_DOOR": "http://x", "OTHER": "ignored"}
    house = read(House, NAMES, given)
    assert (house.main.port, house.back.port, house.back.url) == (1, 2, "http://x")


def test_every_problem_is_reported_at_once_and_a_near_name_is_suggested() -> None:
    with pytest.raises(SettingsError) as caught:
        read(House, NAMES, {"HOUSE_BACK_PROT": "1", "HOUSE_PORT": "99999", "HOUSE_BACK_PORT": "many"})
    assert len(caught.value.problems) == 3
    assert "HOUSE_BACK_PROT: no such setting; did you mean HOUSE_BACK_PORT?" in caught.value.problems
    assert any(problem.startswith("HOUSE_PORT: ") for problem in caught.value.problems)


def test_a_name_unlike_any_other_gets_no_suggestion() -> None:
    with pytest.raises(SettingsError) as caught:
        read(House, NAMES, {"HOUSE_ZZZZZZZ": "1"})
    assert caught.value.problems == ("HOUSE_ZZZZZZZ: no such setting",)


def test_settings_are_shown_with_their_source_and_without_secrets() -> None:
    given = {"HOUSE_KEY": "hush", "BACK_DOOR": "postgresql://ana:hush@db:1/x"}
    shown = {it.variable: it for it in describe(read(House, NAMES, given), NAMES, given)}
    assert (shown["HOUSE_KEY"].value, shown["HOUSE_KEY"].source) == ("***", "environment")
    assert shown["BACK_DOOR"].value == "postgresql://ana:***@db:1/x"
    assert (shown["HOUSE_BACK_PORT"].value, shown["HOUSE_BACK_PORT"].source) == (81, "default")
    assert "hush" not in repr(shown)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("postgresql://u:p@q@h:5/d?a=b", "postgresql://u:***@h:5/d?a=b"),
        ("postgresql://h/d?user=u&password=p&sslPassword=q", "postgresql://h/d?user=u&password=***&sslPassword=***"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
