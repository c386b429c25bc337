"""The whole product as `hubline up` runs it: each process is killed and comes back, and all ends when told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from deploy.local import plan, processes, readiness
from deploy.local.layout import Layout
from deploy.local.readiness import Readiness
from deploy.local.supervisor import Supervisor, recorded
from tests.support.stack import RunningStack
from tests.support.waiting import wait_until

ROUTERS = ("routing", "routing_standby")
PROGRAMS = tuple(program.name for program in plan.PROGRAMS)


def test_every_process_of_the_product_is_up_and_comes_back_when_killed(own_stack: Callable[..., RunningStack]) -> None:
    stack = own_stack(only=plan.NAMES, programs=plan.PROGRAMS)
    supervisor = stack.supervisor
    first = {name: supervisor.pid(name) for name in PROGRAMS}
    assert None not in first.values()
    for name in PROGRAMS:
        supervisor.kill(name)
    for name in PROGRAMS:
        wait_until(partial(_is_another, supervisor, name, first[name]), within_s=60, what=name)
        supervisor.wait_ready(name)
    layout = Layout(data_dir=stack.folder)
    assert {one.name for one in recorded(layout)} == set(plan.NAMES)
    wait_until(lambda: readiness.first(layout, ROUTERS, Readiness.STANDBY) is not None, within_s=60, what="a standby")
    works, before = readiness.first(layout, ROUTERS, Readiness.READY), _takeovers(layout)
    assert works is not None
    supervisor.kill(works)
    wait_until(lambda: _takeovers(layout) == before + 1, within_s=60, what="a take-over")
    wait_until(lambda: readiness.first(layout, ROUTERS, Readiness.STANDBY) is not None, within_s=60, what="a standby")
    before = _takeovers(layout)
    running = recorded(layout)
    supervisor.stop()
    assert not any(processes.lives(one) for one in running)
    assert _takeovers(layout) == before, "in an orderly end nobody takes over"


def _takeovers(layout: Layout) -> int:
    return sum(layout.log_file(name).read_text().count('"process.took_over"') for name in ROUTERS)


def _is_another(supervisor: Supervisor, name: str, before: int | None) -> bool:
    return supervisor.pid(name) not in (None, before)
