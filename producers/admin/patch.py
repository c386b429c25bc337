"""A version of the routing configuration as the commands that bring it into the log."""

from __future__ import annotations

from typing import Final

import msgspec

from schemas.configuration import RoutingConfiguration, diff_patch, digest
from schemas.inputs import ConfigurationPublished

PART_BYTES: Final = 480 * 1024
"""Of the patch inside the record's JSON, so that a record stays below 512 KiB."""
_WORST_BYTES: Final = 4
"""A character of JSON text takes at most that many bytes inside a JSON string."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A numbered configuration; number 0 is the empty one."""

    number: int
    routing: RoutingConfiguration


NOTHING: Final = Version(number=0, routing=RoutingConfiguration())


def publish(
    workspace: str, base: Version, new: Version, *, command_id: str, actor: str, part_bytes: int = PART_BYTES
) -> list[ConfigurationPublished]:
    """The commands, in order, that turn `base` into `new`; all bear the same command id."""
    patch = diff_patch(msgspec.to_builtins(base.routing), msgspec.to_builtins(new.routing))
    texts = split(msgspec.json.encode(patch, order="sorted").decode(), part_bytes)
    result = digest(new.routing)
    return [
        ConfigurationPublished(
            workspace=workspace,
            command_id=command_id,
            actor=actor,
            version=new.number,
            base_version=base.number,
            digest=result,
            patch=text,
            part=number,
            parts=len(texts),
        )
        for number, text in enumerate(texts, start=1)
    ]


def split(text: str, part_bytes: int) -> list[str]:
    """The text whole when it fits, else in pieces that each fit, when written inside JSON."""
    if len(msgspec.json.encode(text)) <= part_bytes:
        return [text]
    length = max(1, part_bytes // _WORST_BYTES)
    return [text[start : start + length] for start in range(0, len(text), length)]
