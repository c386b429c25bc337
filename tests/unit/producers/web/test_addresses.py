from __future__ import annotations

from producers.web.addresses import Addresses, address_of
from runtime.buckets import RatePolicy


def test_a_header_that_anybody_may_write_is_not_believed() -> None:
    assert address_of("10.0.0.1", "1.2.3.4", 0) == "10.0.0.1"


def test_the_entry_that_our_own_proxy_wrote_counts_whatever_stands_before_it() -> None:
    assert address_of("10.0.0.1", "6.6.6.6, 1.2.3.4", 1) == "1.2.3.4"
    assert address_of("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", 2) == "1.2.3.4"
    assert address_of("10.0.0.1", None, 1) == "10.0.0.1"


def test_sockets_are_counted_by_address() -> None:
    addresses = Addresses(RatePolicy(per_s=1, burst=1), sockets=1)
    assert addresses.enter("a")
    assert not addresses.enter("a")
    assert addresses.enter("b")
    addresses.leave("a")
    assert addresses.enter("a")


def test_requests_beyond_the_rate_wait() -> None:
    addresses = Addresses(RatePolicy(per_s=1, burst=2), sockets=1)
    assert [addresses.wait_s("a", 0.0) for _ in range(3)] == [None, None, 1]
    assert addresses.wait_s("b", 0.0) is None
    assert addresses.wait_s("a", 1.0) is None
