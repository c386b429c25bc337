"""Who contacts the book city, why, and how each contact is posted. Pure: seed and number decide everything.

Of each twenty contacts in a row seven are calls, six chats, four mails and three visits to a counter, one is posted
twice, the connection of another one is cut before the answer, the customer of a third leaves early, and a caller who
waits takes the offer to be called back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from deploy.simulation.draws import between, one_of, share, shuffled
from schemas.ids import interaction_id

PHONE: Final = "phone"
CHAT: Final = "web_chat"
MAIL: Final = "email"
STORE: Final = "in_store"
CHANNELS: Final = (PHONE, CHAT, MAIL, STORE)
ADAPTERS: Final[dict[str, str]] = {PHONE: "line1", CHAT: "shop_chat", MAIL: "mail1", STORE: "counters"}
"""The adapter of each channel."""
TWENTY: Final = (PHONE,) * 7 + (CHAT,) * 6 + (MAIL,) * 4 + (STORE,) * 3
SITES: Final = ("tianhe", "beijing_road", "panyu", "haizhu")
QUEUES: Final[dict[str, tuple[str, ...]]] = {
    PHONE: ("orders", "orders", "orders", "after_sales", "after_sales", "complaints", "membership"),
    CHAT: ("orders", "orders", "after_sales", "membership"),
    MAIL: ("group_purchases", "group_purchases", "orders", "after_sales"),
    STORE: ("membership",),
}
POINTS: Final[dict[str, tuple[str, str]]] = {
    PHONE: ("phone", "+86147{:08d}"),
    CHAT: ("web_account", "gznew{:06d}"),
    MAIL: ("email", "new{:06d}@example.com"),
    STORE: ("card", "79{:07d}"),
}
"""How a customer of the channel is recognised, and what a new one's contact point looks like."""
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "orders": ("我订的书到哪里了？", "《红楼梦》精装本还有货吗？", "想改送货地址"),
    "after_sales": ("书页有缺，想换一本", "少寄了一册", "退款什么时候到？"),
    "group_purchases": ("学校要订三百册练习册", "图书馆年度采购报价", "公司读书会团购"),
    "complaints": ("等了一个星期没有回音", "送来的书是旧的"),
    "membership": ("办一张乐龄卡", "积分怎么兑换？", "学生卡要续期"),
}
SPEAKS_CANTONESE: Final = 0.25
SPEAKS_ENGLISH: Final = 0.1
KNOWN: Final = 0.6
CUSTOMER_ENDS: Final = 0.3
BLOCK: Final = len(TWENTY)
PATIENCE_MS: Final = (30, 900)
OFFERED_MS: Final = (50, 500)
"""When a caller who still waits is offered to be called back."""
CALLED_MS: Final = (1_000, 3_000)
LATER: Final = 0.5
"""How many of them wish to be called at a time; the others in the place that they have."""


class Known(msgspec.Struct, frozen=True):
    """A customer on file: a contact point for each kind that is on file."""

    points: dict[str, str]


class Contact(msgspec.Struct, frozen=True):
    """One contact to come. `leaves_after_ms`: the customer waits no longer; None = for as long as it takes. `talk_ms`:
    how long it keeps an agent; None = as the agents have it. `calls_back_after_ms`: who still waits then asks to be called
    back, so long later (`called_in_ms`; None = in the place kept).
    """

    number: int
    channel: str
    adapter: str
    interaction_id: str
    data: dict[str, Any]
    said: tuple[str, ...] = ()
    leaves_after_ms: int | None = None
    calls_back_after_ms: int | None = None
    called_in_ms: int | None = None
    talk_ms: int | None = None
    customer_ends: bool = False
    twice: bool = False
    cut: bool = False


def known_customers(text: str) -> tuple[Known, ...]:
    """The customers of a CSV file as `hubline customers import` takes it."""
    kinds = tuple(kind for kind, _ in POINTS.values())
    found = []
    for row in csv.DictReader(text.splitlines()):
        points = {kind: row[kind].split(";")[0].strip() for kind in kinds if row.get(kind)}
        if points:
            found.append(Known(points))
    return tuple(found)


def contacts(seed: str, workspace: str, known: tuple[Known, ...]) -> Iterator[Contact]:
    """Contacts without end. `seed` is part of their ids: another seed, other contacts."""
    by_kind = {kind: [one for one in known if kind in one.points] for kind, _ in POINTS.values()}
    block = 0
    while True:
        channels = shuffled(TWENTY, seed, "channels", block)
        twice, cut, early, asks = _marked(seed, block, channels)
        for place, channel in enumerate(channels):
            number = block * BLOCK + place
            contact = _contact(seed, number, channel, workspace, by_kind)
            if place == asks:
                contact = _called_back(contact, seed)
            yield msgspec.structs.replace(
                contact,
                twice=place == twice,
                cut=place == cut,
                leaves_after_ms=round(between(*PATIENCE_MS, seed, "leaves", number)) if place == early else None,
            )
        block += 1


def contact_of(run: str, name: str, channel: str, workspace: str, known: Sequence[Known], seed: str) -> Contact:
    """One contact of a channel; `run` and `name` are its id, `seed` and `name` decide who it is and what about."""
    by_kind = {kind: [one for one in known if kind in one.points] for kind, _ in POINTS.values()}
    drawn = _contact(f"{seed}-{name}", 0, channel, workspace, by_kind)
    external_id = f"{run}-{name}"
    return msgspec.structs.replace(
        drawn,
        interaction_id=interaction_id(workspace, drawn.adapter, external_id),
        data={**drawn.data, "external_id": external_id},
    )


def _called_back(contact: Contact, seed: str) -> Contact:
    later = share(seed, "later", contact.number) < LATER
    return msgspec.structs.replace(
        contact,
        calls_back_after_ms=round(between(*OFFERED_MS, seed, "offered", contact.number)),
        called_in_ms=round(between(*CALLED_MS, seed, "called", contact.number)) if later else None,
    )


def _marked(seed: str, block: int, channels: list[str]) -> tuple[int, int, int, int]:
    """Which of a block is sent twice, is cut, leaves early, and asks for a call: four different ones; nobody leaves a
    counter or a mail, and only callers are called back.
    """
    order = shuffled(range(BLOCK), seed, "marks", block)
    early = next(place for place in order if channels[place] in (PHONE, CHAT))
    twice, cut = [place for place in order if place != early][:2]
    asks = next(place for place in order if channels[place] == PHONE and place not in (early, twice, cut))
    return twice, cut, early, asks


def _contact(seed: str, number: int, channel: str, workspace: str, by_kind: dict[str, list[Known]]) -> Contact:
    adapter = ADAPTERS[channel]
    external_id = f"{seed}-{number}"
    queue = one_of(QUEUES[channel], seed, "queue", number)
    language, requirements = _spoken(seed, number, channel, queue)
    subject = one_of(SUBJECTS[queue], seed, "subject", number)
    data: dict[str, Any] = {
        "channel": channel,
        "external_id": external_id,
        "queue": queue,
        "language": language,
        "subject": subject,
        "contact_points": [_point(seed, number, channel, by_kind)],
    }
    if requirements:
        data["requirements"] = requirements
    if channel == PHONE:
        data["confirms_connection"] = True
    if channel == STORE:
        site = one_of(SITES, seed, "site", number)
        data |= {"site": site, "instance": f"counter-{site}"}
    return Contact(
        number=number,
        channel=channel,
        adapter=adapter,
        interaction_id=interaction_id(workspace, adapter, external_id),
        data=data,
        said=(subject,) if channel == CHAT else (),
        customer_ends=channel in (PHONE, CHAT) and share(seed, "ends", number) < CUSTOMER_ENDS,
    )


def _point(seed: str, number: int, channel: str, by_kind: dict[str, list[Known]]) -> dict[str, str]:
    kind, new = POINTS[channel]
    on_file = by_kind[kind]
    if on_file and share(seed, "known", number) < KNOWN:
        return {"kind": kind, "value": one_of(on_file, seed, "who", number).points[kind]}
    return {"kind": kind, "value": new.format(int(share(seed, "new", number) * 1_000_000))}


def _spoken(seed: str, number: int, channel: str, queue: str) -> tuple[str, dict[str, int]]:
    """The language, and the skill asked for: only callers need one, and only where somebody on the queue has it."""
    drawn = share(seed, "language", number)
    if drawn < SPEAKS_CANTONESE:
        return "yue", {"cantonese": 3} if channel == PHONE and queue in ("orders", "complaints") else {}
    if drawn < SPEAKS_CANTONESE + SPEAKS_ENGLISH and queue == "orders":
        return "en", {"english": 3} if channel == PHONE else {}
    return "zh-CN", {}
