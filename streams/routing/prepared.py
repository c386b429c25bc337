"""Restored states that a standby keeps, so that whoever takes over need not restore them."""

from __future__ import annotations

from schemas.snapshots import SnapshotManifest
from streams.routing.position import Restored


class Prepared:
    """Of each workspace at most one state, that of the newest snapshot seen. A state has one owner: it is taken once."""

    def __init__(self) -> None:
        self._states: dict[str, Restored] = {}

    def keep(self, state: Restored) -> None:
        """Instead of an earlier one of this workspace."""
        self._states[state.manifest.workspace] = state

    def take(self, manifest: SnapshotManifest) -> Restored | None:
        """The state of that very snapshot, if it is kept; one of another snapshot of the workspace is dropped."""
        state = self._states.pop(manifest.workspace, None)
        return state if state is not None and state.manifest == manifest else None
