"""Versions of workspace documents in memory, as far as the outbox and publication use them."""

from __future__ import annotations

from collections.abc import Collection

from producers.admin.compile import Compiled
from producers.admin.document import Format
from producers.admin.patch import NOTHING, Version
from producers.admin.versions import Conflict, LeftBehind, Pending, State, Stored
from runtime.broker import Producer


class NoHours:
    """Opening hours that only note which versions they were asked to enforce."""

    def __init__(self) -> None:
        self.enforced: list[tuple[str, int]] = []

    async def enforce(self, workspace: str, version: int, producer: Producer) -> None:
        self.enforced.append((workspace, version))


class MemoryVersions:
    """The versions of any workspace, by number."""

    def __init__(self) -> None:
        self.stored: dict[tuple[str, int], Stored] = {}
        self.routed: dict[tuple[str, int], Version] = {}
        self.begun: dict[tuple[str, int], tuple[int, int]] = {}
        self.named: dict[str, LeftBehind] = {}

    async def current(self, workspace: str) -> Stored | None:
        found = [stored for stored in self._of(workspace) if stored.state is not State.REFUSED]
        return found[-1] if found else None

    async def put(self, compiled: Compiled, text: str, form: Format, expected: int | None, actor: str) -> Stored:
        current = await self.current(compiled.workspace)
        number = None if current is None else current.version
        if current is not None and current.source_text == text:
            return current
        if number != expected:
            raise Conflict(number)
        version = len(self._of(compiled.workspace)) + 1
        stored = Stored(
            workspace=compiled.workspace,
            version=version,
            state=State.WAITING,
            document=compiled.document,
            source_text=text,
            source_format=form,
            created_ms=0,
            created_by=actor,
        )
        self.stored[compiled.workspace, version] = stored
        self.routed[compiled.workspace, version] = Version(number=version, routing=compiled.routing)
        return stored

    async def state(self, workspace: str, version: int) -> tuple[State, str | None]:
        stored = self.stored[workspace, version]
        return stored.state, stored.detail

    async def left_behind(self, workspace: str, agents: Collection[str]) -> list[LeftBehind]:
        return [self.named[agent] for agent in sorted(agents) if agent in self.named]

    async def pending(self, workspace: str) -> Pending | None:
        for stored in self._of(workspace):
            if stored.state is State.WAITING:
                base, first = self.begun.get((workspace, stored.version), (None, None))
                return Pending(
                    version=self.routed[workspace, stored.version],
                    command_id=f"cfg_{stored.version}",
                    actor=stored.created_by,
                    base_version=base,
                    decisions_from=first,
                )
        return None

    async def applied(self, workspace: str) -> Version:
        found = [stored.version for stored in self._of(workspace) if stored.state is State.APPLIED]
        return self.routed[workspace, found[-1]] if found else NOTHING

    async def routing(self, workspace: str, version: int) -> Version:
        return self.routed.get((workspace, version), NOTHING)

    async def begin(self, workspace: str, version: int, base_version: int, decisions_from: int) -> None:
        self.begun[workspace, version] = (base_version, decisions_from)

    async def settle(self, workspace: str, version: int, state: State, detail: str | None) -> None:
        stored = self.stored[workspace, version]
        changed = {**{name: getattr(stored, name) for name in stored.__struct_fields__}, "state": state}
        self.stored[workspace, version] = Stored(**{**changed, "detail": detail})

    def _of(self, workspace: str) -> list[Stored]:
        return [stored for (name, _), stored in sorted(self.stored.items()) if name == workspace]
