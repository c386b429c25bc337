from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest

from producers.admin.accounts import Refused
from runtime.clock import SystemClock
from runtime.credential_store import CredentialStore, PostgresCredentialStore
from runtime.credentials import TicketVerifier
from runtime.ids import random_id
from runtime.kafka import KafkaConnection
from runtime.settings import Kafka
from schemas.ids import WEB_ADAPTER
from schemas.vocabulary import Role
from tests.support.admin_service import PASSWORD, TICKET_KEY, AdminService, admin_service
from tests.support.credentials import CredentialSuite
from tests.support.stack import SharedStack
from tests.support.waiting import eventually


@pytest.fixture
async def admin(stack: SharedStack, database_url: str) -> AsyncIterator[AdminService]:
    broker = KafkaConnection(Kafka(bootstrap_servers=stack.kafka), SystemClock(), "test-admin")
    async with admin_service(broker, database_url) as service:
        yield service


@pytest.fixture
def workspace() -> str:
    return random_id("ws")


class TestPostgresCredentials(CredentialSuite):
    @pytest.fixture(autouse=True)
    def _store(self, admin: AdminService) -> None:
        self.admin = admin

    async def store(self) -> CredentialStore:
        return PostgresCredentialStore(self.admin.pool)

    async def a_key(self, workspace: str) -> str:
        made = await self.admin.services.accounts.add_key(workspace, "test", [Role.ADMINISTRATOR], None, "test")
        return made.raw

    async def revoke(self, raw: str) -> None:
        key_id = "_".join(raw.split("_", 2)[:2])
        assert await self.admin.services.accounts.revoke_key(None, key_id, "test")
        assert not await self.admin.services.accounts.revoke_key(None, key_id, "test")


async def test_a_user_signs_in_takes_a_ticket_and_signs_out(admin: AdminService, workspace: str) -> None:
    token = await admin.a_user(workspace, "ana", Role.AGENT, agent_id="ana")
    store = PostgresCredentialStore(admin.pool)
    async with admin.client(token) as client:
        me = (await client.get("/v1/me")).json()
        assert (me["user"], me["roles"], me["agent_id"]) == ("ana", ["agent"], "ana")
        ticket = (await client.post("/v1/tickets")).json()
        assert ticket["valid_s"] <= 60
        here, there = (TicketVerifier(TICKET_KEY, store, SystemClock()) for _ in range(2))
        principal = await here.redeem(ticket["ticket"])
        assert principal is not None
        assert (principal.agent_id, principal.workspace) == ("ana", workspace)
        assert await there.redeem(ticket["ticket"]) is None
        assert (await client.post("/v1/sign-out")).status_code == 204
        assert (await client.get("/v1/me")).status_code == 401


async def test_the_audit_tells_an_end_of_a_session_once_and_none_of_a_key(admin: AdminService, workspace: str) -> None:
    accounts = admin.services.accounts
    await admin.a_user(workspace, "sue", Role.SUPERVISOR)
    login = await accounts.login(workspace, "sue")
    assert login is not None
    session = await accounts.start_session(login.principal)
    for _ in range(2):
        await accounts.end_session(session.token, login.principal)
    made = await accounts.add_key(workspace, "program", [Role.SUPERVISOR], None, "test")
    async with admin.client(made.raw) as program:
        assert (await program.post("/v1/sign-out")).status_code == 204
    told = await admin.pool.fetch(
        "SELECT actor FROM audit WHERE workspace = $1 AND action = 'session.ended'", workspace
    )
    assert [row["actor"] for row in told] == ["sue"]


async def test_what_the_database_cannot_hold_is_refused_and_breaks_nothing(admin: AdminService, workspace: str) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    base = f"/v1/workspaces/{workspace}"
    async with admin.client(token) as client:
        label = await client.post(f"{base}/keys", json={"label": "a\x00b", "roles": ["analyst"]})
        assert (label.status_code, "label" in label.text) == (422, True)
        for answer in (
            await client.get(f"{base}/merges", params={"customer": "c\x00"}),
            await client.get(f"{base}/merges/m%00"),
            await client.delete(f"{base}/users/x%00"),
        ):
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_nobody_gets_in_without_the_right_password_and_guessing_is_slowed_down(
    admin: AdminService, workspace: str
) -> None:
    await admin.a_user(workspace, "ana", Role.SUPERVISOR)
    async with admin.client() as client:

        async def attempt(user: str, password: str) -> httpx.Response:
            return await client.post("/v1/sign-in", json={"workspace": workspace, "user": user, "password": password})

        assert (await attempt("ana", "wrong")).status_code == 401
        assert (await attempt("nobody", PASSWORD)).status_code == 401
        async with asyncio.TaskGroup() as guessing:
            guesses = [guessing.create_task(attempt("ana", f"guess {number}")) for number in range(8)]
            for answered in asyncio.as_completed(guesses):
                if (await answered).status_code == 429:
                    break
            refused = await attempt("ana", PASSWORD)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1


async def test_what_a_body_lacks_or_has_too_much_is_named(admin: AdminService) -> None:
    async with admin.client() as client:
        answer = await client.post("/v1/sign-in", json={"workspace": "shop", "user": "ana"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert "password" in str(answer.json()["errors"])
        assert (await client.post("/v1/sign-in", content=b"{")).status_code == 400
        assert (
            await client.post("/v1/sign-in", json={"workspace": "s", "user": "a", "password": "p", "x": 1})
        ).is_error


async def test_each_layer_refuses_who_has_no_business_there(admin: AdminService, workspace: str) -> None:
    agent = await admin.a_user(workspace, "ana", Role.AGENT, agent_id="ana")
    stranger = await admin.a_user(random_id("ws"), "root", Role.ADMINISTRATOR)
    for token in (agent, stranger):
        async with admin.client(token) as client:
            for method, path in [
                ("GET", "users"),
                ("POST", "users"),
                ("DELETE", "users/ana"),
                ("GET", "keys"),
                ("POST", "keys"),
                ("DELETE", "keys/hk_1"),
            ]:
                body = {"name": "eve", "password": PASSWORD, "roles": ["administrator"], "label": "x"}
                sent = {
                    key: body[key] for key in (("label", "roles") if path == "keys" else ("name", "password", "roles"))
                }
                answer = await client.request(
                    method, f"/v1/workspaces/{workspace}/{path}", json=sent if method == "POST" else None
                )
                assert answer.status_code == 403, (method, path, answer.text)
    async with admin.client() as client:
        assert (await client.get(f"/v1/workspaces/{workspace}/users")).status_code == 401


async def test_administrators_keep_users_and_keys_and_every_act_is_in_the_audit(
    admin: AdminService, workspace: str
) -> None:
    token = await admin.a_user(workspace, "root", Role.ADMINISTRATOR)
    base = f"/v1/workspaces/{workspace}"
    async with admin.client(token) as client:
        new = {"name": "bo", "password": PASSWORD, "roles": ["agent"], "agent_id": "bo"}
        assert (await client.post(f"{base}/users", json=new)).status_code == 201
        assert (await client.post(f"{base}/users", json=new)).status_code == 422
        assert (await client.post(f"{base}/users", json={**new, "name": "x", "password": "short"})).status_code == 422
        bo = await admin.sign_in(workspace, "bo")
        made = (
            await client.post(f"{base}/keys", json={"label": "web", "roles": ["adapter"], "adapter": "shop"})
        ).json()
        async with admin.client(made["raw"]) as key:
            assert (await key.get("/v1/me")).json()["adapter"] == "shop"
        listed = (await client.get(f"{base}/keys")).json()
        assert made["raw"] not in str(listed)
        assert (await client.delete(f"{base}/keys/{made['key_id']}")).status_code == 204
        assert (await client.delete(f"{base}/keys/{made['key_id']}")).status_code == 404
        assert (await client.delete(f"{base}/users/bo")).status_code == 204
        async with admin.client(bo) as gone:
            await eventually(_is_refused(gone), within_s=60, what="the revoked user's session refused")
        users = (await client.get(f"{base}/users")).json()
        assert {user["name"]: user["revoked_ms"] is not None for user in users} == {"root": False, "bo": True}
    rows = await admin.pool.fetch("SELECT actor, action FROM audit WHERE workspace = $1 ORDER BY position", workspace)
    assert [(row["actor"], row["action"]) for row in rows if row["actor"] == "root"] == [
        ("root", "session.started"),
        ("root", "user.added"),
        ("root", "key.added"),
        ("root", "key.revoked"),
        ("root", "user.revoked"),
    ]


def _is_refused(client: httpx.AsyncClient) -> Callable[[], bool | Awaitable[bool]]:
    async def look() -> bool:
        return (await client.get("/v1/me")).status_code == 401

    return look


async def test_roles_must_fit_what_they_are_given_to(admin: AdminService, workspace: str) -> None:
    accounts = admin.services.accounts
    for roles, agent_id in [([], None), ([Role.AGENT], None), ([Role.SUPERVISOR], "ana"), ([Role.ADAPTER], None)]:
        with pytest.raises(Refused):
            await accounts.add_user(workspace, "x", "hash", roles, agent_id, "test")
    for roles, adapter in [([], None), ([Role.AGENT], None), ([Role.ADAPTER], None), ([Role.ANALYST], "shop")]:
        with pytest.raises(Refused):
            await accounts.add_key(workspace, "x", roles, adapter, "test")
    for bad_workspace, name in [("two words", "x"), (workspace, "two words"), (workspace, "")]:
        with pytest.raises(Refused):
            await accounts.add_user(bad_workspace, name, "hash", [Role.ANALYST], None, "test")
    with pytest.raises(Refused):
        await accounts.add_key(workspace, "x", [Role.ADAPTER], "two words", "test")
    assert await accounts.users(workspace) == []


async def test_nobody_gets_a_key_under_the_name_of_an_adapter_of_ours(admin: AdminService, workspace: str) -> None:
    with pytest.raises(Refused, match="choose another"):
        await admin.services.accounts.add_key(workspace, "x", [Role.ADAPTER], WEB_ADAPTER, "test")
    assert (await admin.services.accounts.add_key(workspace, "x", [Role.ADAPTER], "website", "test")).raw


async def test_what_has_ended_long_ago_is_deleted(admin: AdminService, workspace: str) -> None:
    await admin.a_user(workspace, "ana", Role.SUPERVISOR)
    store = PostgresCredentialStore(admin.pool)
    await store.use_ticket(workspace, 1)
    await admin.pool.execute("UPDATE sign_in_sessions SET expires_ms = 1 WHERE workspace = $1", workspace)
    await admin.services.accounts.forget_old()
    assert await admin.pool.fetchval("SELECT count(*) FROM sign_in_sessions WHERE workspace = $1", workspace) == 0
    assert await store.use_ticket(workspace, 1)


async def test_a_ticket_redeemed_by_many_gateways_at_once_opens_one_socket(admin: AdminService, workspace: str) -> None:
    token = await admin.a_user(workspace, "ana", Role.SUPERVISOR)
    async with admin.client(token) as client:
        ticket = (await client.post("/v1/tickets")).json()["ticket"]
    store = PostgresCredentialStore(admin.pool)
    gateways = [TicketVerifier(TICKET_KEY, store, SystemClock()) for _ in range(8)]
    opened = await asyncio.gather(*(gateway.redeem(ticket) for gateway in gateways))
    assert len([principal for principal in opened if principal is not None]) == 1


async def test_the_openapi_document_names_every_address_and_needs_no_sign_in(admin: AdminService) -> None:
    async with admin.client() as client:
        document = (await client.get("/docs/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]) == {
        "/v1/sign-in",
        "/v1/sign-out",
        "/v1/me",
        "/v1/tickets",
        "/v1/workspaces/{workspace}",
        "/v1/workspaces/{workspace}/agents/{agent}/hand-over",
        "/v1/workspaces/{workspace}/commands",
        "/v1/workspaces/{workspace}/users",
        "/v1/workspaces/{workspace}/users/{name}",
        "/v1/workspaces/{workspace}/keys",
        "/v1/workspaces/{workspace}/keys/{key_id}",
        "/v1/workspaces/{workspace}/customers/{key}",
        "/v1/workspaces/{workspace}/merges",
        "/v1/workspaces/{workspace}/merges/{merge_id}",
        "/v1/workspaces/{workspace}/merges/{merge_id}/undo",
        "/v1/workspaces/{workspace}/merge-suggestions",
        "/v1/workspaces/{workspace}/merge-suggestions/look",
        "/v1/workspaces/{workspace}/merge-suggestions/dismiss",
    }
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
