from __future__ import annotations

import os

import pytest

from bench.memory import parse_pss, pss_bytes


def test_the_share_is_read_in_bytes() -> None:
    assert parse_pss("Rss:  2048 kB\nPss:  1024 kB\nPss_Dirty: 10 kB\n") == 1024 * 1024


def test_a_text_without_it_is_an_error() -> None:
    with pytest.raises(ValueError, match="no Pss"):
        parse_pss("Rss: 2048 kB\n")


def test_a_living_process_holds_something() -> None:
    assert pss_bytes(os.getpid()) > 1024 * 1024
