from __future__ import annotations

from schemas.snapshots import GENERATIONS_KEPT, chunk_key, manifest_key, reopen_key


def keys_of(generation: int) -> tuple[str, str]:
    return chunk_key("w", generation, 0), manifest_key("w", generation)


def test_a_generation_takes_the_place_of_the_one_that_is_no_longer_kept() -> None:
    assert len({keys_of(generation) for generation in range(GENERATIONS_KEPT)}) == GENERATIONS_KEPT
    assert keys_of(GENERATIONS_KEPT) == keys_of(0)


def test_no_two_records_of_a_snapshot_share_a_key() -> None:
    keys = [chunk_key("w", 1, 0), chunk_key("w", 1, 1), chunk_key("v", 1, 0), manifest_key("w", 1), reopen_key("w")]
    assert len(set(keys)) == len(keys)
