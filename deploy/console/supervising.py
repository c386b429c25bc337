"""One act of a supervisor's over the administration's HTTP: signed in, asked, answered, said."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

import httpx
import msgspec

from deploy.console.sign_in import SignIn
from deploy.console.supervise_words import SuperviseWords

UNKNOWN: Final = frozenset({httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.BAD_GATEWAY, httpx.codes.GATEWAY_TIMEOUT})


class Exit(IntEnum):
    """The command's exit code."""

    DONE = 0
    REFUSED = 1
    NOT_ANSWERED = 3


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted where, and the act that it stands for, with what it names."""

    path: str
    body: dict[str, Any]
    act: str
    asked: dict[str, Any]
    command_id: str = ""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for a person, for a program, and as an exit code."""

    text: str
    answer: dict[str, Any]
    exit: Exit


async def perform(admin_url: str, who: tuple[str, str, str], ask: Ask, words: SuperviseWords) -> Told:
    """Does it as (workspace, user, password). Raises Refused (sign-in), and OSError when nobody answers."""
    workspace, user, password = who
    async with SignIn(admin_url, workspace, user, password) as signed_in:
        return told(await signed_in.post(ask.path, ask.body), ask, words)


def told(response: httpx.Response, ask: Ask, words: SuperviseWords) -> Told:
    """What an answer says."""
    answer = _json(response)
    act = words.act(ask.act, **ask.asked)
    if response.is_success:
        standing = str(answer.get("routing") or answer.get("standing") or "applied")
        if standing == "waiting":
            return Told(text=words.say("waiting", command_id=ask.command_id), answer=answer, exit=Exit.NOT_ANSWERED)
        if standing == "refused":
            return _refused(answer, str(answer.get("refusal")), act, words)
        text = act if not ask.command_id else words.say(standing, act=act)
        if "owned" in answer:
            text += ". " + words.say("customers", owned=answer["owned"], preferring=answer["preferring"])
        return Told(text=text, answer=answer, exit=Exit.DONE)
    if response.status_code == httpx.codes.CONFLICT and "reason" in answer:
        return _refused(answer, str(answer["reason"]), act, words)
    detail = described(answer) or str(response.status_code)
    if response.status_code in UNKNOWN:
        text = words.say("unknown", command_id=ask.command_id, detail=detail)
        return Told(text=text, answer=answer, exit=Exit.NOT_ANSWERED)
    return Told(text=words.say("problem", detail=detail), answer=answer, exit=Exit.REFUSED)


def described(problem: dict[str, Any]) -> str:
    """A problem document in a line."""
    errors = [f"{one.get('path')}: {one.get('detail')}" for one in problem.get("errors", ())]
    return "; ".join(errors) or str(problem.get("detail") or problem.get("title") or "")


def _refused(answer: dict[str, Any], reason: str, act: str, words: SuperviseWords) -> Told:
    text = words.say("refused", reason=words.reason(reason), act=act)
    detail = answer.get("detail")
    return Told(text=f"{text}: {detail}" if detail else text, answer=answer, exit=Exit.REFUSED)


def _json(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {"status": response.status_code, "detail": response.text[:200]}
    return found if isinstance(found, dict) else {"answer": found}
