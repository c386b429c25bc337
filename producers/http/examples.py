"""Examples in the OpenAPI document: a book city's chat, call, counter and mail, as their adapters post them."""

from __future__ import annotations

from typing import Any, Final

INTERACTION_ID: Final = "i_7874d8a6d3b42f4d682e0d3ed00003"
LEG_ID: Final = f"{INTERACTION_ID}.1"

CHAT: Final[dict[str, Any]] = {
    "channel": "web_chat",
    "external_id": "chat-20261122-0001",
    "queue": "after_sales",
    "language": "zh-CN",
    "contact_points": [{"kind": "web_account", "value": "xiaoming88"}],
    "customer_name": "陈小明",
    "subject": "订单少了一本书",
    "attributes": {"order": "GZ-20261120-88"},
}
CALL: Final[dict[str, Any]] = {
    "channel": "phone",
    "external_id": "call-7001",
    "contact_points": [{"kind": "phone", "value": "+8613800138000"}],
    "requirements": {"cantonese": 3},
    "confirms_connection": True,
}
COUNTER: Final[dict[str, Any]] = {
    "channel": "in_store",
    "external_id": "tianhe-card-55021",
    "site": "tianhe",
    "contact_points": [{"kind": "card", "value": "6688001234"}],
    "priority": 2,
}
MESSAGE: Final[dict[str, Any]] = {"text": "您好，我的订单少了一本书。", "external_id": "chat-20261122-0001-m1"}

EVENTS: Final[dict[str, dict[str, Any]]] = {
    "customer.left": {},
    "callback.requested": {"at_ms": 1795316400000},
    "channel.connected": {"leg_id": LEG_ID},
    "channel.failed": {"leg_id": LEG_ID, "fault": "agent"},
    "channel.ended": {"leg_id": LEG_ID},
    "interaction.attributes_changed": {"language": "yue", "priority": 2},
}

PAGE: Final[dict[str, Any]] = {
    "events": [
        {
            "specversion": "1.0",
            "id": "bookcity/1/12",
            "source": "/workspaces/bookcity/routing",
            "type": "offer.accepted",
            "subject": INTERACTION_ID,
            "time": "2026-11-22T02:00:05.000Z",
            "data": {
                "epoch": 1,
                "seq": 12,
                "at_ms": 1795312805000,
                "interaction_id": INTERACTION_ID,
                "leg": {
                    "leg_id": LEG_ID,
                    "interaction_id": INTERACTION_ID,
                    "number": 1,
                    "kind": "main",
                    "state": "connected",
                    "since_ms": 1795312805000,
                    "queue": "after_sales",
                    "agent_id": "ana",
                },
            },
        }
    ],
    "after": "lAGsaV83ODc0ZDhhNmQz",
    "more": False,
}


def cloud_event(type_: str, data: dict[str, Any]) -> dict[str, Any]:
    """The same data as a CloudEvent; without its external id, as source and id say it."""
    rest = {name: value for name, value in data.items() if name != "external_id"}
    return {
        "specversion": "1.0",
        "id": data.get("external_id", "evt-1"),
        "source": "//shop.example/chat",
        "type": type_,
        "time": "2026-11-22T02:00:00Z",
        "data": rest,
    }
