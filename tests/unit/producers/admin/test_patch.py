from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from producers.admin.compile import compile_document
from producers.admin.patch import NOTHING, Version, publish, split
from schemas.configuration import AgentSettings, RoutingConfiguration, canonical, digest, merge_patch

names = st.sampled_from(["a", "b", "c"])
documents = st.fixed_dictionaries(
    {},
    optional={
        "settings": st.fixed_dictionaries({}, optional={"reoffer_pause": st.sampled_from(["1s", "5s"])}),
        "queues": st.dictionaries(names, st.fixed_dictionaries({}, optional={"class": st.integers(0, 3)})),
        "channels": st.dictionaries(names, st.fixed_dictionaries({}, optional={"units": st.integers(0, 200)})),
        "agents": st.dictionaries(
            names, st.fixed_dictionaries({}, optional={"skills": st.dictionaries(names, st.integers(1, 5))})
        ),
    },
)


def applied(base: RoutingConfiguration, patch: str) -> RoutingConfiguration:
    merged = merge_patch(msgspec.to_builtins(base), msgspec.json.decode(patch))
    return msgspec.convert(merged, RoutingConfiguration)


@given(documents, documents)
def test_the_patch_turns_any_configuration_into_any_other(before: dict[str, object], after: dict[str, object]) -> None:
    base = Version(number=1, routing=compile_document(before, "w").routing)
    new = Version(number=2, routing=compile_document(after, "w").routing)
    [event] = publish("w", base, new, command_id="c", actor="root")
    result = applied(base.routing, event.patch)
    assert canonical(result) == canonical(new.routing)
    assert digest(result) == event.digest


def test_a_small_change_is_a_small_patch() -> None:
    agents = {f"a{n}": AgentSettings(queues={"q": 1}) for n in range(1_000)}
    base = Version(number=4, routing=RoutingConfiguration(agents=agents))
    new = Version(number=5, routing=RoutingConfiguration(agents={**agents, "a7": AgentSettings(queues={"q": 2})}))
    [event] = publish("w", base, new, command_id="c", actor="root")
    assert event.patch == '{"agents":{"a7":{"queues":{"q":2}}}}'
    assert (event.version, event.base_version) == (5, 4)


def test_a_large_version_comes_in_numbered_parts_with_one_command_id() -> None:
    agents = {f"agent_{n}": AgentSettings(queues={"q": 1}) for n in range(200)}
    new = Version(number=1, routing=RoutingConfiguration(agents=agents))
    events = publish("w", NOTHING, new, command_id="c", actor="root", part_bytes=1_000)
    assert [(event.part, event.parts) for event in events] == [(n, len(events)) for n in range(1, len(events) + 1)]
    assert len(events) > 1
    assert {event.command_id for event in events} == {"c"}
    assert applied(NOTHING.routing, "".join(event.patch for event in events)) == new.routing


@given(st.text(max_size=500), st.integers(min_value=8, max_value=300))
def test_no_part_is_larger_than_allowed_and_nothing_is_lost(text: str, part_bytes: int) -> None:
    written = msgspec.json.encode({"text": text}).decode()
    parts = split(written, part_bytes)
    assert "".join(parts) == written
    assert all(len(msgspec.json.encode(part)) - 2 <= part_bytes for part in parts)
