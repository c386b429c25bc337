"""Signs a person in over the admin HTTP and gets a ticket for each connection."""

from __future__ import annotations

from typing import Any

import httpx

TIMEOUT_S = 10.0


class Refused(Exception):
    """The administration does not take these credentials any more; the text says why."""


class SignIn:
    """A signed-in person. Use as an async context manager: the session is ended with it."""

    def __init__(self, base_url: str, workspace: str, user: str, password: str) -> None:
        self._http = httpx.AsyncClient(base_url=base_url, timeout=TIMEOUT_S)
        self._who = {"workspace": workspace, "user": user, "password": password}
        self._token: str | None = None

    async def __aenter__(self) -> SignIn:
        try:
            await self._sign_in()
        except BaseException:
            await self._http.aclose()
            raise
        return self

    async def __aexit__(self, *_exc: object) -> None:
        try:
            if self._token is not None:
                await self._http.post("/v1/sign-out", headers=self._bearer())
        except httpx.HTTPError:
            return
        finally:
            await self._http.aclose()

    async def ticket(self) -> str:
        """A ticket for one socket. Raises Refused, and OSError when the administration does not answer."""
        answer = await self._post("/v1/tickets")
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self._sign_in()
            answer = await self._post("/v1/tickets")
        return str(_good(answer)["ticket"])

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response:
        """Asks for something else. Raises Refused, and OSError when the administration does not answer."""
        answer = await self._post(path, body)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            await self._sign_in()
            answer = await self._post(path, body)
        return answer

    async def _sign_in(self) -> None:
        try:
            answer = await self._http.post("/v1/sign-in", json=self._who)
        except httpx.HTTPError as error:
            raise ConnectionError(f"the administration does not answer: {error}") from error
        self._token = str(_good(answer)["token"])

    async def _post(self, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        try:
            return await self._http.post(path, headers=self._bearer(), json=body)
        except httpx.HTTPError as error:
            raise ConnectionError(f"the administration does not answer: {error}") from error

    def _bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._token}"}


def _good(answer: httpx.Response) -> dict[str, object]:
    if answer.is_success:
        body: dict[str, object] = answer.json()
        return body
    if answer.is_server_error:
        raise ConnectionError(f"the administration answers {answer.status_code}")
    try:
        problem = answer.json()
        said = problem.get("detail") or problem.get("title") or ""
    except ValueError:
        said = answer.text
    raise Refused(f"{answer.status_code} {said}".strip())
