"""What a new document changes, as a person reads it: path, before and after."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from producers.admin.problems import at_key


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference; `before` is not given for what was added, `after` not for what was removed."""

    path: str
    kind: ChangeKind
    before: Any = None
    after: Any = None


def changes(before: Any, after: Any, path: str = "") -> list[Change]:
    """The differences of two documents, by path. Lists are compared whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[Change] = []
        for key in [*before, *(key for key in after if key not in before)]:
            where = at_key(path, key)
            if key not in after:
                found.append(Change(where, ChangeKind.REMOVED, before=before[key]))
            elif key not in before:
                found.append(Change(where, ChangeKind.ADDED, after=after[key]))
            else:
                found.extend(changes(before[key], after[key], where))
        return found
    if before == after and type(before) is type(after):
        return []
    return [Change(path, ChangeKind.CHANGED, before, after)]
