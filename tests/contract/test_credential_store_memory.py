from __future__ import annotations

import pytest

from runtime.credential_store import CredentialStore
from tests.support.credentials import CredentialSuite, MemoryCredentials, a_principal


class TestMemoryCredentials(CredentialSuite):
    @pytest.fixture(autouse=True)
    def _store(self) -> None:
        self.memory = MemoryCredentials()

    async def store(self) -> CredentialStore:
        return self.memory

    async def a_key(self, workspace: str) -> str:
        raw = self.memory.add_key(a_principal(workspace))
        key_id = "_".join(raw.split("_", 2)[:2])
        stored = self.memory.keys[key_id]
        principal = a_principal(workspace, user=key_id)
        self.memory.keys[key_id] = type(stored)(secret_hash=stored.secret_hash, principal=principal)
        return raw

    async def revoke(self, raw: str) -> None:
        self.memory.revoke_key(raw)
