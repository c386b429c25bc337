from __future__ import annotations

import io

import msgspec
import pytest
from rich.cells import cell_len
from rich.console import Console

from deploy.console.mirror import Mirror
from deploy.console.watch_screen import Sight, picture
from deploy.console.watch_words import WatchWords
from deploy.console.words import Language
from schemas import live
from schemas.shown import Stopped
from tests.support.watched import GROUPS, NOW_MS, a_watched_mirror, figures_shown


def lines(
    mirror: Mirror,
    width: int = 80,
    height: int | None = None,
    language: Language = Language.ENGLISH,
    *,
    connected: bool = True,
    colour: bool = False,
) -> list[str]:
    sight = Sight(mirror=mirror, workspace="shop", now_ms=NOW_MS, connected=connected)
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=colour, color_system="standard" if colour else None)
    console.print(picture(sight, WatchWords(language), width, height))
    return out.getvalue().splitlines()


def without_the_rest(shown: list[str]) -> list[str]:
    """What stands above the columns for which there was no room."""
    rests = {WatchWords(language).say("rest") for language in Language}
    return shown[: next(number for number, line in enumerate(shown) if any(rest in line for rest in rests))]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [20, 40, 80, 120, 160, 200])
@pytest.mark.parametrize("height", [8, 14, 24, 50, None])
def test_it_fits_whatever_the_terminal(language: Language, width: int, height: int | None) -> None:
    shown = lines(a_watched_mirror(), width, height, language)
    assert max(cell_len(line) for line in shown) <= width
    if height is not None:
        assert len(shown) < height


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [80, 120, 160])
def test_numbers_stand_under_each_other_beside_wide_characters(language: Language, width: int) -> None:
    shown = without_the_rest(lines(a_watched_mirror(), width, None, language))
    ends = {cell_len(line[: line.index("0:47") + 4]) for line in shown if "0:47" in line}
    assert len(ends) == 1
    waiting = {cell_len(line[: line.index("!71.2%") + 6]) for line in shown if "!71.2%" in line}
    assert len(waiting) == 1


def test_each_age_is_said() -> None:
    text = "\n".join(lines(a_watched_mirror()))
    assert "live, updated 0 s ago" in text
    assert "figures as of 1 s ago" in text
    assert "(Asia/Shanghai)" in "\n".join(lines(a_watched_mirror(), 120))
    assert "expected waits as of 2 s ago" in text
    old = a_watched_mirror()
    assert old.figures.waits is not None
    old.figures.waits = msgspec.structs.replace(old.figures.waits, at_ms=NOW_MS - 16_000)
    assert "EXPECTED WAITS NOT LIVE: as of 16 s ago" in "\n".join(lines(old))


def test_what_is_not_live_is_said_in_words_and_with_its_age() -> None:
    mirror = a_watched_mirror()
    assert "NOT LIVE: connection lost" in lines(mirror, connected=False)[0]
    mirror.not_live = live.NotLive(at_ms=NOW_MS, since_ms=NOW_MS - 7_000, reason=live.NotLiveReason.BROKER)
    assert "NOT LIVE (broker not reachable): as of 7 s ago" in lines(mirror)[0]
    mirror.not_live = None
    mirror.take(live.MetricsStale(at_ms=NOW_MS, since_ms=NOW_MS - 9_000))
    head = lines(mirror)
    assert "  live" in head[0]
    assert "FIGURES NOT LIVE: as of 1 s ago" in head[1]
    mirror.take(figures_shown(*GROUPS))
    assert "NOT LIVE" not in "\n".join(lines(mirror))


def test_before_anything_came_it_says_so() -> None:
    assert "connecting" in lines(Mirror(), connected=False)[0]
    assert "no figures yet" in lines(Mirror())[1]
    assert "(no agents)" in "\n".join(lines(Mirror()))


def test_a_stop_of_routing_is_said() -> None:
    mirror = a_watched_mirror()
    mirror.stopped = Stopped(invariant="two owners", offset=7, at_ms=NOW_MS)
    assert "routing of this workspace has stopped: two owners" in "\n".join(lines(mirror))


def test_what_there_is_no_room_for_is_counted() -> None:
    text = "\n".join(lines(a_watched_mirror(), 80, 14))
    assert "Agents 2/3" in text
    assert "no room for: Channels, Sites" in text
    assert "陈小明" not in text


def test_bad_is_red_and_good_is_green() -> None:
    [orders] = [line for line in without_the_rest(lines(a_watched_mirror(), colour=True)) if "orders" in line]
    assert "\x1b[1;31m" in orders


def test_columns_without_room_stand_below_by_queue_where_the_terminal_is_high_enough() -> None:
    narrow = lines(a_watched_mirror(), 80)
    rest = narrow[len(without_the_rest(narrow)) :]
    titles = {word for line in narrow if not line.startswith(("All", "orders")) for word in line.split()}
    assert {"wait", "cbs", "sched", "own", "cons", "prom", "calld", "trans", "warm", "conf"} <= titles
    assert [line.split()[0] for line in rest[2:6]] == ["All", "night_shift", "orders", "quiet"]
    assert "prom" not in " ".join(lines(a_watched_mirror(), 80, 24))


@pytest.mark.parametrize("language", Language)
def test_two_hundred_columns_have_expected_waits_callbacks_transfers_and_consults(language: Language) -> None:
    words = WatchWords(language)
    titles = "\n".join(lines(a_watched_mirror(), 200, 50, language))
    shown = ("expected", "callbacks_waiting", "scheduled", "called_back", "transferred", "consults")
    assert [key for key in shown if words.title(key, long=True) not in titles] == []
