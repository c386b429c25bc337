"""The list of live contacts: who waits longest first, with as much of the id as tells them apart."""

from __future__ import annotations

import io

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from deploy.console.mirror import Mirror
from deploy.console.watch_contacts import end_length, live, table
from deploy.console.watch_words import WatchWords
from deploy.console.words import Language
from schemas.vocabulary import LegState
from tests.support.watched import NOW_MS, a_watched_mirror, with_waiting


def lines(mirror: Mirror, rows: int, language: Language = Language.ENGLISH, width: int = 80) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as caught:
        console.print(table(mirror, NOW_MS, WatchWords(language), rows))
    return caught.get().splitlines()


def test_who_waits_longest_comes_first_and_no_more_than_there_is_room_for() -> None:
    mirror = with_waiting(Mirror(), i_0001=5_000, i_0002=65_000, i_0003=20_000)
    shown = lines(mirror, 2)
    assert len(shown) == 3
    assert [line.split()[0] for line in shown[1:]] == ["0002", "0003"]
    assert "1:05" in shown[1]


def test_what_waited_before_a_failed_offer_counts_and_wrap_up_is_no_live_contact() -> None:
    mirror = with_waiting(Mirror(), i_0001=5_000, i_0002=5_000)
    legs = mirror.legs
    legs["i_0001.1"] = msgspec.structs.replace(legs["i_0001.1"], waited_ms=60_000)
    legs["i_0002.1"] = msgspec.structs.replace(legs["i_0002.1"], state=LegState.WRAP_UP)
    assert [leg.interaction_id for leg in live(mirror)] == ["i_0001"]
    assert "1:05" in lines(mirror, 9)[1]


def test_as_many_characters_are_shown_as_tell_ids_apart() -> None:
    assert end_length([]) == end_length(["i_1", "i_2"]) == 4
    assert end_length(["i_1abcd", "i_2abcd"]) == 5


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [40, 80])
def test_it_fits_whatever_the_terminal(language: Language, width: int) -> None:
    shown = lines(with_waiting(a_watched_mirror(), i_0001=5_000, i_0002=1_000_000), 20, language, width)
    assert max(cell_len(line) for line in shown) <= width
