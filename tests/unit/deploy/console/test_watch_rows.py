from __future__ import annotations

import msgspec

from deploy.console import watch_rows
from deploy.console.watch_cells import NOTHING, Cell, Level
from deploy.console.watch_doing import Floor
from deploy.console.watch_rows import Row
from deploy.console.watch_words import WatchWords
from deploy.console.words import Language
from schemas.metrics import Dimension
from tests.support.watched import NOW_MS, a_watched_mirror

ENGLISH = WatchWords(Language.ENGLISH)
CHINESE = WatchWords(Language.CHINESE)


def named(rows: list[Row], key: str = "name") -> dict[str, dict[str, str]]:
    return {row.cells[key].text: {name: cell.text for name, cell in row.cells.items()} for row in rows}


def test_a_queue_has_its_line_from_the_screen_and_its_day_from_the_figures() -> None:
    rows = named(watch_rows.section(Floor(a_watched_mirror()), Dimension.QUEUE, NOW_MS, ENGLISH))
    orders = rows["orders"]
    assert (orders["waiting"], orders["ringing"], orders["longest"], orders["arrived"]) == ("3", "1", "!0:25", "!1:35")
    assert (orders["offered"], orders["answered"], orders["abandoned"], orders["short"]) == ("231", "202", "19", "2")
    assert (orders["service_level"], orders["goal"], orders["asa"], orders["aht"]) == ("!71.2%", "80%", "4.3s", "3:02")


def test_waits_go_on_between_frames() -> None:
    later = named(watch_rows.section(Floor(a_watched_mirror()), Dimension.QUEUE, NOW_MS + 2_000, ENGLISH))
    assert later["orders"]["longest"] == "!0:27"
    channel = named(watch_rows.section(Floor(a_watched_mirror()), Dimension.CHANNEL, NOW_MS + 2_000, ENGLISH))
    assert channel["web chat"]["longest"] == "0:24"


def test_no_data_zero_and_not_computable_are_kept_apart() -> None:
    rows = named(watch_rows.section(Floor(a_watched_mirror()), Dimension.QUEUE, NOW_MS, ENGLISH))
    quiet, night = rows["quiet"], rows["night_shift (closed)"]
    assert (quiet["offered"], quiet["service_level"], quiet["goal"]) == ("0", "n/a", "-")
    assert (quiet["waiting"], quiet["longest"]) == ("0", "n/a")
    assert (night["waiting"], "offered" in night) == ("0", False)


def test_callbacks_have_figures_of_their_own() -> None:
    mirror = a_watched_mirror()
    mirror.queues["quiet"] = msgspec.structs.replace(mirror.queues["quiet"], scheduled=4)
    quiet = named(watch_rows.section(Floor(mirror), Dimension.QUEUE, NOW_MS, ENGLISH))["quiet"]
    assert (quiet["scheduled"], quiet["called_back"], quiet["callback_wait"]) == ("4", "0", "n/a")


def test_a_queue_has_its_expected_wait_with_the_range_and_says_when_it_is_not_known() -> None:
    rows = named(watch_rows.section(Floor(a_watched_mirror()), Dimension.QUEUE, NOW_MS, ENGLISH))
    assert (rows["orders"]["expected"], rows["orders"]["expected_range"]) == ("1:02", "0:20-1:53")
    assert (rows["quiet"]["expected"], rows["quiet"]["expected_range"]) == ("n/a", "n/a")
    assert "expected" not in rows["night_shift (closed)"]


def test_without_figures_a_queue_still_shows_its_line() -> None:
    mirror = a_watched_mirror(figures=False)
    orders = watch_rows.section(Floor(mirror), Dimension.QUEUE, NOW_MS, ENGLISH)[1].cells
    assert orders["longest"] == Cell("!0:25", Level.BAD)
    assert orders["active"] == NOTHING
    total = watch_rows.total(Floor(mirror), "shop", NOW_MS, ENGLISH)
    assert {cell for key, cell in total.cells.items() if key != "name"} == {NOTHING}


def test_the_workspace_s_own_group_is_the_sum() -> None:
    total = watch_rows.total(Floor(a_watched_mirror()), "shop", NOW_MS, CHINESE).cells
    assert (total["name"].text, total["offered"].text, total["abandon_rate"].text) == ("合计", "231", "4.4%")


def test_agents_who_do_not_respond_come_first() -> None:
    rows = watch_rows.agents(Floor(a_watched_mirror()), NOW_MS, ENGLISH)
    assert [row.cells["agent"].text for row in rows] == ["bo", "ana", "陈小明"]
    assert rows[0].cells["routing"] == Cell("not responding", Level.BAD)
    assert rows[0].cells["since"].text == "0:47"
    assert rows[1].cells["handled"].text == "12"
    assert "handled" not in rows[2].cells
    assert rows[2].cells["team"] == NOTHING


def test_what_an_agent_will_be_next_is_said() -> None:
    mirror = a_watched_mirror()
    mirror.agents["ana"] = msgspec.structs.replace(mirror.agents["ana"], next_status="offline")
    rows = named(watch_rows.agents(Floor(mirror), NOW_MS, CHINESE), "agent")
    assert rows["ana"]["status"] == "可用 > 离线"


def test_statuses_are_counted() -> None:
    said = watch_rows.statuses(a_watched_mirror(), ENGLISH)
    assert [cell.text for cell in said] == ["not responding 1", "interacting 1", "idle 1"]
