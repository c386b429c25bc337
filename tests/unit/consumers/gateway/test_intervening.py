from __future__ import annotations

import pytest

from consumers.gateway.authority import Admitted
from consumers.gateway.intervening import intervention
from consumers.gateway.scopes import WHOLE, Scope, Sight
from consumers.gateway.workspace import Workspace
from runtime.credential_store import Principal
from schemas import inputs, live
from schemas import supervision as s
from schemas.view import View
from schemas.vocabulary import JoinMode, Refusal, Role
from tests.support.decided import Floor

SUE = Principal(user="sue", workspace="shop", roles=frozenset({Role.SUPERVISOR}))
WHOLE_SHOP = Admitted(Role.SUPERVISOR, WHOLE)
ORDERS_ONLY = Admitted(Role.SUPERVISOR, Scope(Sight.QUEUES, queues=("orders",)))
WHY = "the shop asked for it"


def a_workspace() -> Workspace:
    """Ana serves orders, Bo serves service; i1 waits in orders, i2 in service."""
    floor = Floor()
    floor.opened(queues=("orders", "service"))
    floor.agent("ana", queues={"orders": 1})
    floor.agent("bo", queues={"service": 1})
    floor.arrives("i1", "orders")
    floor.arrives("i2", "service")
    workspace = Workspace(View("shop"))
    for decision in floor.said:
        workspace.apply(decision)
    return workspace


def asked(act: s.AnyAct, admitted: Admitted = WHOLE_SHOP, who: Principal = SUE) -> s.ActInput | Refusal:
    return intervention(who, admitted, a_workspace(), live.Command(command_id="k_12345678", do=act))


def test_an_act_becomes_an_input_that_says_who_and_why() -> None:
    assert asked(s.Move(interaction_id="i1", to_queue="service", reason=f" {WHY} ")) == inputs.MoveInteraction(
        workspace="shop", command_id="k_12345678", actor="sue", reason=WHY, interaction_id="i1", to_queue="service"
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADAPTER, Role.ANALYST])
def test_only_those_who_watch_may_intervene(role: Role) -> None:
    assert asked(s.Cancel(interaction_id="i1", reason=WHY), Admitted(role, WHOLE)) is Refusal.NOT_PERMITTED


def test_an_agent_s_own_wish_is_no_act() -> None:
    frame = live.Command(command_id="k_12345678", do=live.LogOut())
    assert intervention(SUE, WHOLE_SHOP, a_workspace(), frame) is Refusal.NOT_PERMITTED


@pytest.mark.parametrize(
    "act",
    [
        s.Cancel(interaction_id="i1", reason=WHY),
        s.Prioritise(interaction_id="i1", priority=1, reason=WHY),
        s.Assign(interaction_id="i1", to_agent="ana", reason=WHY),
        s.Move(interaction_id="i1", to_queue="orders", reason=WHY),
        s.ForceStatus(agent_id="ana", status="offline", reason=WHY),
    ],
)
def test_who_watches_some_queues_acts_within_them(act: s.AnyAct) -> None:
    assert isinstance(asked(act, ORDERS_ONLY), inputs.SupervisorCommand)


@pytest.mark.parametrize(
    "act",
    [
        s.Cancel(interaction_id="i2", reason=WHY),
        s.Cancel(interaction_id="i9", reason=WHY),
        s.Assign(interaction_id="i1", to_agent="bo", reason=WHY),
        s.Assign(interaction_id="i2", to_agent="ana", reason=WHY),
        s.Move(interaction_id="i1", to_queue="service", reason=WHY),
        s.ForceStatus(agent_id="bo", status="offline", reason=WHY),
        s.ForceStatus(agent_id="nobody", status="offline", reason=WHY),
    ],
)
def test_and_not_beyond_them(act: s.AnyAct) -> None:
    assert asked(act, ORDERS_ONLY) is Refusal.NOT_PERMITTED
    assert isinstance(asked(act), inputs.SupervisorCommand)


def test_joining_takes_being_an_agent() -> None:
    act = s.Join(interaction_id="i1", mode=JoinMode.WHISPER, reason=WHY)
    assert asked(act) is Refusal.NOT_PERMITTED
    also_an_agent = Principal(user="sue", workspace="shop", roles=SUE.roles, agent_id="sue")
    joined = asked(act, who=also_an_agent)
    assert isinstance(joined, inputs.JoinInteraction)
    assert (joined.agent_id, joined.mode) == ("sue", JoinMode.WHISPER)
