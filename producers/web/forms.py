"""From a posted form to the contact that it opens. Pure: the same key with the same content is the same contact."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final, TypeVar

import msgspec
from msgspec import Meta

from producers.web.chat import ADAPTER
from producers.web.problems import Kind, invalid
from runtime.contact_points import normalize
from runtime.problems import Problem
from runtime.validation import FieldError, convert, nul_errors
from schemas import ids
from schemas.interactions import ContactPoint, InteractionReceived
from schemas.messages import Author, MessagePosted
from schemas.vocabulary import ContactPointKind

KEY_HEADER: Final = "Idempotency-Key"
SHORTEST_KEY: Final = 16
LONGEST_KEY: Final = 128
FORM_CHANNEL: Final = "web_form"
CALLBACK_CHANNEL: Final = "callback"
AHEAD_AT_MOST_MS: Final = 366 * 24 * 60 * 60 * 1000

Short = Annotated[str, Meta(min_length=1, max_length=200)]
Point = Annotated[str, Meta(min_length=3, max_length=254)]
Queue = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\w[\w.:-]*$")]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
T = TypeVar("T", bound=msgspec.Struct)


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of both forms."""

    name: Short | None = None
    language: Language | None = None
    queue: Queue | None = None


class MessageForm(Form, frozen=True, kw_only=True):
    """A message to the company; at least one of `email` and `phone` says where to answer."""

    text: Annotated[str, Meta(min_length=1, max_length=8_000)]
    subject: Short | None = None
    email: Point | None = None
    phone: Point | None = None


class CallbackForm(Form, frozen=True, kw_only=True):
    """A wish to be called back: at `at_ms`, up to a year ahead, or (left out, or past) as soon as somebody can."""

    phone: Point
    at_ms: Annotated[int, Meta(ge=0)] | None = None
    reason: Short | None = None


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a form opens."""

    contact: InteractionReceived
    message: MessagePosted | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Around a form: where and when, by which key, with which region phones without a country code are read."""

    workspace: str
    instance: str
    key: str | None
    region: str
    now_ms: int


def message_form(asked: Asked, body: bytes) -> Opened:
    """A contact of channel web_form with its message. Raises Problem (400, 422)."""
    form, errors = _read(body, MessageForm, asked)
    if form is None:
        raise invalid(errors)
    points = []
    for kind, value in ((ContactPointKind.EMAIL, form.email), (ContactPointKind.PHONE, form.phone)):
        if value is not None:
            points.append(_point(kind, value, asked, errors))
    if not points:
        errors.append(FieldError("$.email", "or $.phone is required"))
    contact = _contact(asked, FORM_CHANNEL, form, tuple(points), errors)
    contact = msgspec.structs.replace(contact, subject=form.subject)
    message = MessagePosted(
        workspace=asked.workspace,
        interaction_id=contact.interaction_id,
        message_id=ids.message_id(asked.workspace, ADAPTER, contact.external_id),
        author=Author.CUSTOMER,
        sent_at_ms=asked.now_ms,
        text=form.text,
    )
    return Opened(contact=contact, message=message)


def callback_form(asked: Asked, body: bytes) -> Opened:
    """A contact of channel callback. Raises Problem (400, 422)."""
    form, errors = _read(body, CallbackForm, asked)
    if form is None:
        raise invalid(errors)
    point = _point(ContactPointKind.PHONE, form.phone, asked, errors)
    if form.at_ms is not None and form.at_ms > asked.now_ms + AHEAD_AT_MOST_MS:
        errors.append(FieldError("$.at_ms", "is more than a year ahead"))
    contact = _contact(asked, CALLBACK_CHANNEL, form, (point,), errors)
    at_ms = asked.now_ms if form.at_ms is None else form.at_ms
    return Opened(contact=msgspec.structs.replace(contact, subject=form.reason, callback_at_ms=at_ms))


def _read(body: bytes, wanted: type[T], asked: Asked) -> tuple[T | None, list[FieldError]]:
    try:
        value: Any = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Problem(Kind.MALFORMED, str(error)) from None
    errors = _key_errors(asked.key) + list(nul_errors(value, "$"))
    found: Any = convert(value, wanted, "$")
    if isinstance(found, list):
        return None, errors + found
    return found, errors


def _key_errors(key: str | None) -> list[FieldError]:
    if key is None:
        return [FieldError(f"header {KEY_HEADER}", "is required")]
    if not (SHORTEST_KEY <= len(key) <= LONGEST_KEY and key.isprintable()):
        return [FieldError(f"header {KEY_HEADER}", f"Expected {SHORTEST_KEY} to {LONGEST_KEY} printable characters")]
    return []


def _point(kind: ContactPointKind, value: str, asked: Asked, errors: list[FieldError]) -> ContactPoint:
    normal = normalize(ContactPoint(kind=kind, value=value), asked.region)
    if normal.error is not None:
        errors.append(FieldError(f"$.{kind}", f"{normal.error}".replace("_", " ")))
    return ContactPoint(kind=normal.kind, value=normal.value)


def _contact(
    asked: Asked, channel: str, form: Form, points: tuple[ContactPoint, ...], errors: list[FieldError]
) -> InteractionReceived:
    if errors:
        raise invalid(errors)
    content = msgspec.json.encode(form, order="sorted")
    digest = hashlib.sha256(b"\x1f".join((str(asked.key).encode(), channel.encode(), content))).hexdigest()
    external_id = f"form {digest[:40]}"
    return InteractionReceived(
        workspace=asked.workspace,
        interaction_id=ids.interaction_id(asked.workspace, ADAPTER, external_id),
        adapter=ADAPTER,
        instance=asked.instance,
        external_id=external_id,
        channel=channel,
        received_at_ms=asked.now_ms,
        queue=form.queue,
        contact_points=points,
        customer_name=form.name,
        language=form.language,
    )
