"""Which ports a stack gets, and that no other one gets them."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from deploy.local import ports
from deploy.local.ports import Claims, choose_ports
from deploy.local.state import HOST

NOBODY: frozenset[str] = frozenset()
ELSEWHERE = """
import sys
from deploy.local.ports import Claims
held = Claims()
print(held.take_any(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held() -> Iterator[Claims]:
    with ports.claims() as mine:
        yield mine


@pytest.fixture
def theirs() -> Iterator[Claims]:
    with ports.claims() as others:
        yield others


def test_known_ports_are_kept_and_new_ones_are_free_and_differ(held: Claims) -> None:
    first = choose_ports({}, ("kafka", "postgres"), NOBODY, held)
    assert len(set(first.values())) == 2
    assert all(ports.is_free(port) for port in first.values())
    assert choose_ports(first, ("kafka", "postgres"), NOBODY, held) == first


def test_a_known_port_that_somebody_took_is_replaced_unless_it_is_our_own_server(held: Claims) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert choose_ports({"kafka": port}, ("kafka",), NOBODY, held)["kafka"] != port
        assert choose_ports({"kafka": port}, ("kafka",), frozenset({"kafka"}), held) == {"kafka": port}


def test_ports_of_processes_not_asked_for_stay_known(held: Claims) -> None:
    chosen = choose_ports({"http": 61_001}, ("kafka",), NOBODY, held)
    assert chosen["http"] == 61_001
    assert chosen["kafka"] != 61_001


def test_a_port_that_another_stack_chose_is_not_chosen_although_nobody_listens_there(
    held: Claims, theirs: Claims
) -> None:
    port = theirs.take_any()
    assert ports.is_free(port)
    assert choose_ports({"http": port}, ("http",), NOBODY, held)["http"] != port


def test_a_port_is_anybodys_again_when_its_stack_let_it_go(held: Claims, theirs: Claims) -> None:
    port = theirs.take_any()
    theirs.release()
    assert choose_ports({"http": port}, ("http",), NOBODY, held)["http"] == port


def test_the_port_of_a_server_of_our_own_is_claimed_while_it_listens_and_while_it_is_down(
    held: Claims, theirs: Claims
) -> None:
    with socket.create_server((HOST, 0)) as own:
        port = own.getsockname()[1]
        choose_ports({"http": port}, ("http",), frozenset({"http"}), held)
    assert ports.is_free(port)
    assert not theirs.take(port)


def test_a_port_on_which_somebody_listens_without_a_claim_is_not_taken_and_not_claimed(
    held: Claims, theirs: Claims
) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert not held.take(port)
    assert theirs.take(port)


def test_a_claim_goes_with_its_holder_however_that_dies(held: Claims) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        port = int(holder.stdout.readline())
        assert not held.take(port)
        holder.kill()
    assert held.take(port)
