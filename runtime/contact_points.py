"""Contact points in the one spelling by which a customer is found again. Pure: the default region is handed over.

Phones become E.164 (RFC 3966 `;ext=` kept), mail addresses lower case with the domain in ASCII, card numbers capitals
without separators; web accounts, sessions and kinds that adapters register stay as they are, trimmed and in NFC.
What cannot be normalised keeps its given kind and value and says why; it identifies nobody.
Two different lines can never share a spelling; one line may have two only where its form says too little.
"""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from typing import Final

import msgspec
import phonenumbers

from runtime.storable import storable
from schemas.interactions import ContactPoint
from schemas.vocabulary import ContactPointKind

MAX_CHARACTERS: Final = 254
MAX_LOCAL_PART: Final = 64

_KIND: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CARD: Final = re.compile(r"[0-9A-Z]{4,32}")
_CARD_SEPARATORS: Final = re.compile(r"[\s\-./]")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_SCHEMES: Final = {ContactPointKind.PHONE.value: "tel:", ContactPointKind.EMAIL.value: "mailto:"}


class PointError(enum.StrEnum):
    """Why a contact point identifies nobody."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    BAD_KIND = "bad_kind"
    NOT_A_PHONE = "not_a_phone"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_A_CARD = "not_a_card"


class NormalPoint(msgspec.Struct, frozen=True, omit_defaults=True):
    """A contact point as it is kept; with an `error`, kind and value are as they were given (cut to the limit)."""

    kind: str
    value: str
    error: PointError | None = None

    @property
    def key(self) -> str:
        """`kind:value`, as administrators write it."""
        return f"{self.kind}:{self.value}"


def normalize(point: ContactPoint, region: str) -> NormalPoint:
    """The kept form of `point`; `region` (ISO 3166, such as CN) reads phones without a country code. Never raises."""
    kind = unicodedata.normalize("NFKC", point.kind).strip().lower()
    value = unicodedata.normalize("NFC", point.value).strip()
    value = value.removeprefix(_SCHEMES.get(kind, ""))
    found = _general_fault(kind, value) or _NORMALIZERS.get(kind, _as_it_is)(value, region)
    if isinstance(found, PointError):
        return NormalPoint(_kept(point.kind), _kept(point.value), found)
    return NormalPoint(kind, found)


def parse_key(text: str, region: str) -> NormalPoint:
    """The contact point written as `kind:value`, such as `phone:+8613800138000`; without a colon the kind is at fault."""
    kind, _, value = text.partition(":")
    return normalize(ContactPoint(kind=kind, value=value), region)


def _general_fault(kind: str, value: str) -> PointError | None:
    if not _KIND.fullmatch(kind):
        return PointError.BAD_KIND
    if not value:
        return PointError.EMPTY
    if len(value) > MAX_CHARACTERS:
        return PointError.TOO_LONG
    if not value.isprintable():
        return PointError.UNPRINTABLE
    return None


def _phone(value: str, region: str) -> str | PointError:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return PointError.NOT_A_PHONE
    # Possible, not valid: lists of assigned prefixes lag behind the operators.
    if not phonenumbers.is_possible_number(number):
        return PointError.NOT_A_PHONE
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written


def _email(value: str, _region: str) -> str | PointError:
    address = parseaddr(value)[1] if "<" in value else value
    local, at, domain = address.rpartition("@")
    if not at or not 0 < len(local) <= MAX_LOCAL_PART or re.search(r"[\s@<>,;]", local):
        return PointError.NOT_AN_ADDRESS
    try:
        ascii_domain = domain.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return PointError.NOT_AN_ADDRESS
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return PointError.NOT_AN_ADDRESS
    written = f"{local.lower()}@{ascii_domain}"
    return written if len(written) <= MAX_CHARACTERS else PointError.TOO_LONG


def _card(value: str, _region: str) -> str | PointError:
    number = _CARD_SEPARATORS.sub("", unicodedata.normalize("NFKC", value)).upper()
    return number if _CARD.fullmatch(number) else PointError.NOT_A_CARD


def _as_it_is(value: str, _region: str) -> str | PointError:
    return value


def _kept(text: str) -> str:
    return storable(text)[:MAX_CHARACTERS]


_NORMALIZERS: Final[Mapping[str, Callable[[str, str], str | PointError]]] = {
    ContactPointKind.PHONE: _phone,
    ContactPointKind.EMAIL: _email,
    ContactPointKind.CARD: _card,
}
