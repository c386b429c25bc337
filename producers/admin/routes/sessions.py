"""Sign-in, sign-out, who one is, and tickets for sockets."""

from __future__ import annotations

import math
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from producers.admin import permissions
from producers.admin.passwords import Attempts
from producers.admin.permissions import Operation
from producers.admin.refusals import Kind
from producers.admin.requests import Me, SignIn, SignInAnswer, TicketAnswer
from producers.admin.services import Services
from runtime.bearer import token_of
from runtime.credentials import Principal
from runtime.problems import Problem

HttpRequest = Request[Any, Any, Any]


def handlers(services: Services) -> list[HTTPRouteHandler]:
    """The handlers of this matter."""

    @post("/v1/sign-in", status_code=200, security=[])
    async def sign_in(request: HttpRequest, data: JSONBody[SignIn]) -> SignInAnswer:
        """Sign in with a password. Repeated failures are slowed down, by user and by address."""
        name = f"{data.workspace}/{data.user}"
        address = request.client.host if request.client else ""
        _take(services.user_attempts, name)
        _take(services.address_attempts, address)
        login = await services.accounts.login(data.workspace, data.user)
        known_hash = None if login is None else login.password_hash
        if not await services.passwords.verify(known_hash, data.password) or login is None:
            await services.accounts.note_refused(data.workspace, data.user)
            services.metrics.sign_ins.labels("refused").inc()
            raise Problem(Kind.WRONG_PASSWORD)
        services.user_attempts.give_back(name)
        services.address_attempts.give_back(address)
        services.metrics.sign_ins.labels("done").inc()
        signed_in = await services.accounts.start_session(login.principal)
        return SignInAnswer(token=signed_in.token, expires_ms=signed_in.expires_ms, me=_me(login.principal))

    @post("/v1/sign-out", status_code=204)
    async def sign_out(request: HttpRequest, principal: NamedDependency[Principal]) -> None:
        """End the session whose token is sent. Other processes notice within 5 s."""
        token = token_of(request.headers.get("authorization"), Kind.UNAUTHENTICATED)
        await services.accounts.end_session(token, principal)
        services.verifier.sessions.forget(token)

    @get("/v1/me")
    async def me(principal: NamedDependency[Principal]) -> Me:
        """Who asks."""
        return _me(principal)

    @post("/v1/tickets", status_code=201)
    async def take_ticket(principal: NamedDependency[Principal]) -> TicketAnswer:
        """A ticket that opens one socket, once."""
        permissions.check(principal, Operation.TAKE_TICKET, principal.workspace)
        return TicketAnswer(ticket=services.tickets.issue(principal), valid_s=services.tickets.valid_s)

    return [sign_in, sign_out, me, take_ticket]


def _take(attempts: Attempts, name: str) -> None:
    wait_s = attempts.take(name)
    if wait_s is not None:
        raise Problem(Kind.TOO_MANY, retry_after_s=math.ceil(wait_s))


def _me(principal: Principal) -> Me:
    return Me(
        user=principal.user,
        workspace=principal.workspace,
        roles=tuple(sorted(principal.roles)),
        agent_id=principal.agent_id,
        adapter=principal.adapter,
    )
