"""Configuration patches that come in parts: put together, applied to the version before, checked by digest."""

from __future__ import annotations

import msgspec

from schemas.configuration import RoutingConfiguration, canonical, digest, merge_patch
from schemas.inputs import ConfigurationPublished


class InvalidPatch(Exception):
    """The patch cannot be applied; the message says why."""


class Parts(msgspec.Struct, omit_defaults=True):
    """Parts of one version that have come so far, in order."""

    version: int
    base_version: int
    digest: str
    parts: int
    texts: list[str]

    def fits(self, event: ConfigurationPublished) -> bool:
        """Whether the event is the next part of this patch."""
        same = (event.version, event.base_version, event.digest, event.parts)
        mine = (self.version, self.base_version, self.digest, self.parts)
        return same == mine and event.part == len(self.texts) + 1


def begin(event: ConfigurationPublished) -> Parts:
    """The empty collection that the event's patch belongs to."""
    return Parts(event.version, event.base_version, event.digest, event.parts, [])


def in_order(configuration: RoutingConfiguration) -> RoutingConfiguration:
    """The same configuration with its keys sorted, as a snapshot gives it back."""
    return msgspec.json.decode(canonical(configuration), type=RoutingConfiguration)


def result(current: RoutingConfiguration, text: str, promised: str) -> RoutingConfiguration:
    """The configuration that the whole patch `text` makes of `current`.

    Raises:
        InvalidPatch: not JSON, not a configuration, or not the one that the digest promises.
    """
    try:
        patched = merge_patch(msgspec.to_builtins(current), msgspec.json.decode(text))
        configuration = msgspec.convert(patched, RoutingConfiguration)
    except msgspec.MsgspecError as error:
        raise InvalidPatch(str(error)) from error
    if digest(configuration) != promised:
        raise InvalidPatch("digest: the patched configuration is not the one published")
    return configuration
