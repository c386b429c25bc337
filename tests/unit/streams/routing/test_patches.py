"""Patches: put together, applied, checked."""

from __future__ import annotations

import pytest

from schemas.configuration import QueueSettings, RoutingConfiguration, digest
from schemas.inputs import ConfigurationPublished
from streams.routing.patches import InvalidPatch, begin, result

ONE_QUEUE = RoutingConfiguration(queues={"service": QueueSettings()})


def published(part: int, parts: int = 3, sha: str = "d") -> ConfigurationPublished:
    return ConfigurationPublished(
        workspace="w", command_id="k", version=2, base_version=1, digest=sha, patch="{}", part=part, parts=parts
    )


def test_parts_fit_in_order_only() -> None:
    parts = begin(published(1))
    assert parts.fits(published(1))
    assert not parts.fits(published(2))
    parts.texts.append("{")
    assert parts.fits(published(2))
    assert not parts.fits(published(2, sha="other"))


def test_a_patch_gives_the_promised_configuration() -> None:
    assert result(RoutingConfiguration(), '{"queues":{"service":{}}}', digest(ONE_QUEUE)) == ONE_QUEUE
    assert result(ONE_QUEUE, '{"queues":{"service":null}}', digest(RoutingConfiguration())) == RoutingConfiguration()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "truncated"),
        ('{"queues": 7}', "queues"),
        ('{"queues": {"sales": {}}}', "digest"),
    ],
)
def test_what_does_not_become_the_promised_configuration_is_invalid(text: str, why: str) -> None:
    with pytest.raises(InvalidPatch, match=why):
        result(RoutingConfiguration(), text, digest(ONE_QUEUE))
