"""The OpenAPI document and the application name the same routes, and what the document shows is taken."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from producers.http.openapi import document
from schemas.ids import interaction_id
from tests.contract.test_http_memory import a_broker
from tests.support.http_service import http_service

DOCUMENT = document()
EXAMPLES = [
    pytest.param(path, media, example["value"], id=f"{path.rpartition('/')[2]} {media} {name}")
    for path, item in DOCUMENT["paths"].items()
    if "post" in item
    for media, content in item["post"]["requestBody"]["content"].items()
    for name, example in content["examples"].items()
]


async def test_every_route_is_described_and_every_description_has_its_route() -> None:
    async with http_service(a_broker()) as service, service.client() as client:
        served = (await client.get("/openapi.json")).json()
        assert served == DOCUMENT
        for path, item in served["paths"].items():
            there = re.sub(r"{\w+}", "x", path)
            for method in ("GET", "POST"):
                answer = await client.request(method, there)
                assert (answer.status_code == 405) is (method.lower() not in item)


@pytest.mark.parametrize(("path", "media", "example"), EXAMPLES)
async def test_every_example_is_taken_as_it_stands(path: str, media: str, example: Any) -> None:
    async with http_service(a_broker()) as service, service.client() as client:
        about = interaction_id(service.workspace, "web", "chat-20261122-0001")
        body = re.sub(r"i_[0-9a-f]{30}", about, json.dumps(example))
        url = path.replace("{workspace}", service.workspace).replace("{id}", about)
        answer = await client.post(url, content=body.encode(), headers={"content-type": media})
        assert answer.status_code == 202, answer.text


async def test_the_page_for_people_opens_and_needs_nothing_else() -> None:
    async with http_service(a_broker()) as service, service.client(None) as client:
        answer = await client.get("/docs")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
