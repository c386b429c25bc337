"""What every event has in common.

Events are facts (noun + past), commands are wishes (verb + noun). Both are frozen, keyword-only and tagged with their
wire type. Fields that are unknown to this version are ignored when read, so that a newer writer stops no older reader.
A field at its default is left out of the bytes. They hold only what came from bytes or could go into them, never each other
in a circle, so that the search for cyclic garbage passes them by: a gateway that follows a busy center holds many.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True, gc=False):
    """Base of all events and commands; `VERSION` rises when a field changes its meaning (see `schemas.upcast`)."""

    VERSION: ClassVar[int] = 1


class Value(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Base of what events carry: a frozen record without a tag."""


def wire_type(event: Event | type[Event]) -> str:
    """The tag of an event or event class, such as `interaction.received`."""
    tag = event.__struct_config__.tag
    if not isinstance(tag, str):
        raise TypeError(f"{event!r} has no wire type")
    return tag
