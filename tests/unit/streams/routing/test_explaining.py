"""The end of an id, as people read it off a screen, finds the whole one."""

from __future__ import annotations

import pytest

from streams.routing.explaining import NotInLog, whole_id
from tests.support.engine_driver import Driver, a_configuration
from tests.support.listed_log import ListedLog, listed

IDS = ("i_4b65fb479aed", "i_77aafb479aed", "i_9c31a6f51bf8", "bf8")


@pytest.fixture
def log() -> ListedLog:
    driver = Driver(a_configuration("ana"))
    for name in IDS:
        driver.arrive(name)
    return listed(driver)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("a6f51bf8", "i_9c31a6f51bf8"),
        ("i_9c31a6f51bf8", "i_9c31a6f51bf8"),
        ("bf8", "bf8"),
        ("nowhere", "nowhere"),
        ("x" * 16 + "bf8", "x" * 16 + "bf8"),
    ],
    ids=["the end of one", "a whole one", "a whole one that ends another", "none", "too long for an end"],
)
async def test_an_id_is_found_by_its_end(log: ListedLog, named: str, found: str) -> None:
    assert await whole_id(log, named) == found


async def test_an_end_that_several_share_names_them(log: ListedLog) -> None:
    with pytest.raises(NotInLog, match="2 interactions end with fb479aed, among them i_4b65fb479aed, i_77aafb479aed"):
        await whole_id(log, "fb479aed")
