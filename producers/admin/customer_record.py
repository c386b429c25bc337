"""What administration says of a customer, checked against contact points' spelling and the workspace document. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from producers.admin.problems import Problems, at_index, suggestion
from runtime.contact_points import NormalPoint, PointError, normalize, parse_key
from runtime.validation import FieldError
from schemas.interactions import ContactPoint
from schemas.vocabulary import CustomerKind

MAX_POINTS: Final = 50
MAX_NAME: Final = 200
TEXTS: Final = ("name", "card_type", "tier", "language", "owner", "preferred_agent")
POINT_ERRORS: Final[dict[PointError, str]] = {
    PointError.EMPTY: "is empty",
    PointError.TOO_LONG: "is too long",
    PointError.UNPRINTABLE: "holds characters that cannot be printed",
    PointError.BAD_KIND: "write it as KIND:VALUE, such as phone:+8613800138000, email:li@example.com or card:6001",
    PointError.NOT_A_PHONE: "is not a phone number",
    PointError.NOT_AN_ADDRESS: "is not a mail address",
    PointError.NOT_A_CARD: "is not a card number",
}


class RelationTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A relation to the customer who is found by `key`."""

    kind: str
    key: str


class CustomerRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that administration keeps of a customer. `contact_points` are linked besides the key; none is taken away."""

    name: str | None = None
    kind: CustomerKind = CustomerKind.PERSON
    card_type: str | None = None
    tier: str | None = None
    language: str | None = None
    owner: str | None = None
    preferred_agent: str | None = None
    do_not_contact: bool = False
    relations: tuple[RelationTo, ...] = ()
    contact_points: tuple[ContactPoint, ...] = ()


class KnownWords(msgspec.Struct, frozen=True, kw_only=True):
    """What the workspace document names; an empty set checks nothing."""

    tiers: frozenset[str] = frozenset()
    card_types: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()


class CheckedRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose contact points are in their normal spelling; the first of `points` is the key."""

    record: CustomerRecord
    points: tuple[NormalPoint, ...]
    relations: tuple[tuple[str, NormalPoint], ...]


def words_of(document: dict[str, Any]) -> KnownWords:
    """The words of a workspace document that is known to be right."""
    return KnownWords(
        tiers=frozenset(document.get("tiers") or ()),
        card_types=frozenset(document.get("card_types") or ()),
        agents=frozenset(document.get("agents") or ()),
    )


def check_record(key: str, record: CustomerRecord, words: KnownWords, region: str) -> tuple[CheckedRecord, Problems]:
    """The record in normal spelling, and what is wrong with it; use it only when nothing is."""
    problems = Problems()
    points = [_checked(parse_key(key, region), "key", problems)]
    for index, given in enumerate(record.contact_points[:MAX_POINTS]):
        points.append(_checked(normalize(given, region), at_index("contact_points", index), problems))
    if len(record.contact_points) > MAX_POINTS:
        problems.add("contact_points", f"at most {MAX_POINTS}")
    if record.name is not None and not 0 < len(record.name.strip()) <= MAX_NAME:
        problems.add("name", f"must have 1 to {MAX_NAME} letters")
    _check_storable(record, problems)
    _check_word("tier", record.tier, words.tiers, problems)
    _check_word("card_type", record.card_type, words.card_types, problems)
    _check_word("owner", record.owner, words.agents, problems)
    _check_word("preferred_agent", record.preferred_agent, words.agents, problems)
    relations = []
    for index, relation in enumerate(record.relations):
        where = f"{at_index('relations', index)}.key"
        relations.append((relation.kind, _checked(parse_key(relation.key, region), where, problems)))
    return CheckedRecord(record=record, points=unique(points), relations=tuple(relations)), problems


def unique(points: Iterable[NormalPoint]) -> tuple[NormalPoint, ...]:
    """The points, each once, in their order."""
    return tuple({point.key: point for point in points}.values())


def _checked(point: NormalPoint, path: str, problems: Problems) -> NormalPoint:
    if point.error is not None:
        problems.add(path, POINT_ERRORS[point.error])
    return point


def _check_storable(record: CustomerRecord, problems: Problems) -> None:
    """Contact points and keys are looked at where they are normalised."""
    texts = {name: getattr(record, name) for name in TEXTS}
    texts |= {f"{at_index('relations', index)}.kind": relation.kind for index, relation in enumerate(record.relations)}
    for path, text in texts.items():
        if text is not None and "\x00" in text:
            problems.add(path, "U+0000 is not allowed in text")


def _check_word(field: str, word: str | None, known: frozenset[str], problems: Problems) -> None:
    if word is not None and known and word not in known:
        noun = "agent" if field in {"owner", "preferred_agent"} else field.replace("_", " ")
        problems.add(field, f'no {noun} "{word}"' + suggestion(word, sorted(known)))


def described(problems: Iterable[FieldError]) -> str:
    """Every problem in one line."""
    return "; ".join(str(problem) for problem in problems)
