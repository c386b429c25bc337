from __future__ import annotations

from pathlib import Path

import pytest

from runtime.vault import Vault, open_vault, place_of
from schemas.messages import Attachment

FILE = Attachment(claim="shop/c_1/a_1", name="订单.png", media_type="image/png", size_bytes=3)


async def a_vault(folder: Path) -> Vault:
    vault = open_vault(None, folder)
    await vault.put(FILE, b"abc")
    return vault


async def test_a_file_is_found_by_its_place_and_read_whole(tmp_path: Path) -> None:
    vault = await a_vault(tmp_path)
    found = await vault.find("shop", "c_1", "a_1")
    assert found == FILE
    assert await vault.read(FILE) == b"abc"
    assert await vault.find("shop", "c_2", "a_1") is None


async def test_a_claim_leads_to_what_is_kept_there_and_to_nothing_of_another_workspace(tmp_path: Path) -> None:
    vault = await a_vault(tmp_path)
    assert await vault.claimed("shop", "shop/c_1/a_1") == FILE
    assert await vault.claimed("bank", "shop/c_1/a_1") is None
    assert await vault.claimed("shop", "shop/c_1/a_2") is None


@pytest.mark.parametrize(
    "claim",
    [
        "shop/../a_1",
        "shop/./a_1",
        "shop//a_1",
        "shop/c_1/../bank/a_1",
        "shop/c_1/a_1.json",
        "shop/c_1",
        "https://x/a",
        "",
    ],
)
def test_what_an_adapter_says_of_its_own_is_no_place_of_a_file(claim: str) -> None:
    assert place_of("shop", claim) is None
