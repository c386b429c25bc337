from __future__ import annotations

from typing import Any

import pytest

from deploy.local.plan import ROOT
from deploy.simulation.scaling import DURATIONS, scaled
from producers.admin import sections
from producers.admin.compile import compile_document
from producers.admin.document import Format, parse

EXAMPLES = ROOT / "deploy" / "examples"
SMALL: dict[str, Any] = {
    "workspace": "shop",
    "settings": {"priority_step": "90s", "reconnect_grace": "15s"},
    "tiers": {"vip": {"head_start": "2m"}},
    "channels": {"phone": {"offer_timeout": "10m", "wrap_up": "0s"}},
    "queues": {"service": {"steps": [{"at": "0s"}, {"at": "1m", "head_start": "5m"}], "expire_after": "1h"}},
    "agents": {"ana": {"queues": {"service": 1}, "wrap_up": "30s"}},
}


def test_every_duration_is_divided_and_nothing_else_changes() -> None:
    found = scaled(SMALL, 60).document
    assert found["settings"]["priority_step"] == "1s500ms"
    assert found["tiers"]["vip"]["head_start"] == "2s"
    assert found["channels"]["phone"]["offer_timeout"] == "10s"
    assert found["queues"]["service"]["steps"] == [{"at": "0s"}, {"at": "1s", "head_start": "5s"}]
    assert found["queues"]["service"]["expire_after"] == "1m"
    assert found["agents"] == {"ana": {"queues": {"service": 1}, "wrap_up": "500ms"}}
    assert SMALL["settings"]["priority_step"] == "90s"


def test_what_is_left_out_is_scaled_too_as_its_default_is_a_duration() -> None:
    found = scaled(SMALL, 60).document
    assert found["settings"]["reoffer_after"] == "1s"
    assert found["queues"]["service"]["short_abandon"] == "83ms"
    assert "resume_within" not in found["settings"]


def test_what_a_wire_needs_is_kept_and_named_and_never_made_longer() -> None:
    found = scaled(SMALL | {"channels": {"phone": {"offer_timeout": "20s"}, "kiosk": {"offer_timeout": "2s"}}}, 60)
    assert found.document["channels"]["phone"]["offer_timeout"] == "5s"
    assert found.document["channels"]["kiosk"]["offer_timeout"] == "2s"
    assert found.kept == {
        "settings.reconnect_grace": "5s",
        "settings.connect_timeout": "5s",
        "channels.phone.offer_timeout": "5s",
        "channels.kiosk.offer_timeout": "2s",
    }


def test_at_no_speed_up_the_document_routes_as_before() -> None:
    assert compile_document(scaled(SMALL, 1).document).routing == compile_document(SMALL).routing
    assert scaled(SMALL, 1).kept == {}


@pytest.mark.parametrize("name", ["bookcity.yaml", "bank.yaml"])
@pytest.mark.parametrize("speed", [1, 7.5, 60, 600])
def test_the_examples_are_documents_at_every_speed(name: str, speed: float) -> None:
    document = parse((EXAMPLES / name).read_text(encoding="utf-8"), Format.YAML)
    assert compile_document(scaled(document, speed).document).workspace == document["workspace"]


def test_the_table_has_every_duration_that_a_document_may_have() -> None:
    tables = {
        "settings": sections.SETTINGS,
        "tiers.*": sections.TIER,
        "channels.*": sections.CHANNEL,
        "queues.*": sections.QUEUE,
        "queues.*.steps.*": sections.STEP,
        "queues.*.service_level": sections.LEVEL,
        "agents.*": sections.AGENT,
    }
    known = {
        f"{where}.{key}" for where, table in tables.items() for key, one in table.items() if one.target.endswith("_ms")
    }
    nested = {"tiers.*.service_level": "tiers.*.service_level.within"}
    assert {nested.get(path, path) for path in known} == set(DURATIONS)
