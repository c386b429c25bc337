from __future__ import annotations

import typing

import msgspec
import pytest

from schemas import inputs
from schemas import supervision as s
from schemas.vocabulary import JoinMode

WHO = {"workspace": "shop", "command_id": "k_12345678", "actor": "sue"}
ACTS: list[tuple[s.AnyAct, type[s.ActInput]]] = [
    (s.ForceStatus(reason="r", agent_id="ana", status="lunch"), inputs.ForceStatus),
    (s.Move(reason="r", interaction_id="i1", to_queue="q"), inputs.MoveInteraction),
    (s.Assign(reason="r", interaction_id="i1", to_agent="ana"), inputs.AssignInteraction),
    (s.Prioritise(reason="r", interaction_id="i1", priority=2), inputs.ReprioritiseInteraction),
    (s.Cancel(reason="r", interaction_id="i1"), inputs.CancelInteraction),
    (s.CallBack(reason="r", interaction_id="i1", at_ms=5, agent_id="ana"), inputs.RequestCallback),
    (s.Join(reason="r", interaction_id="i1", mode=JoinMode.BARGE), inputs.JoinInteraction),
]


@pytest.mark.parametrize(("act", "kind"), ACTS)
def test_an_act_becomes_its_input_with_everything_it_says(act: s.AnyAct, kind: type[s.ActInput]) -> None:
    found = s.input_of(act, own_agent="sue", **WHO)
    assert type(found) is kind
    assert (found.actor, found.reason, found.command_id) == ("sue", "r", "k_12345678")
    for name in act.__struct_fields__:
        assert getattr(found, name) == getattr(act, name)


def test_every_act_has_an_input_and_who_joins_is_the_supervisor() -> None:
    assert set(s.INPUTS) == set(typing.get_args(s.AnyAct))
    joined = s.input_of(ACTS[-1][0], own_agent="sue", **WHO)
    assert isinstance(joined, inputs.JoinInteraction)
    assert joined.agent_id == "sue"
    assert [s.takes_own_agent(act) for act, _ in ACTS] == [False] * 6 + [True]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\x00b", " \x00"])
def test_a_reason_is_given_and_short_and_can_be_kept(reason: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"\$\.reason"):
        msgspec.convert({"name": "cancel", "interaction_id": "i1", "reason": reason}, type=s.AnyAct)


@pytest.mark.parametrize("reason", ["r", " the orders team is free ", "两行\n原因"])
def test_a_reason_is_in_any_words(reason: str) -> None:
    said = {"name": "cancel", "interaction_id": "i1", "reason": reason}
    assert msgspec.convert(said, type=s.AnyAct).reason == reason


@pytest.mark.parametrize("priority", [0, 11])
def test_priorities_are_one_to_ten(priority: int) -> None:
    said = {"name": "prioritise", "interaction_id": "i1", "reason": "r", "priority": priority}
    with pytest.raises(msgspec.ValidationError, match=r"\$\.priority"):
        msgspec.convert(said, type=s.AnyAct)
