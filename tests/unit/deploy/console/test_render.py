from __future__ import annotations

import datetime

import pytest

from deploy.console.mirror import Mirror
from deploy.console.render import Sight, fitting, narrate, newest, picture, why
from deploy.console.words import Language, Words
from schemas import live
from schemas.messages import Attachment, Author, MessagePosted
from schemas.values import Explanation
from schemas.vocabulary import Refusal, Role
from tests.support.decided import START_MS
from tests.support.desks import a_consult, a_floor, ana_s_mirror, mirror_of

ENGLISH = Words(Language.ENGLISH)
CHINESE = Words(Language.CHINESE)


def shown(mirror: Mirror, words: Words = ENGLISH, now_ms: int = START_MS + 20_000, connected: bool = True) -> str:
    mirror.heard_ms = START_MS + 18_000
    sight = Sight(mirror=mirror, agent_id="ana", workspace="shop", now_ms=now_ms, connected=connected)
    return "\n".join(picture(sight, words))


def test_an_offer_is_shown_with_the_reason_and_the_time_left() -> None:
    text = shown(ana_s_mirror(a_floor(offered=("i1",))))
    assert "1  web chat  orders" in text
    assert "accept within 0:0" in text
    reasons = "asks for mandarin 3; 3 considered; passed over: lacks skill 1; before bo by the longer idle time"
    assert f"why ana: {reasons}" in text


def test_who_else_is_with_the_contact_is_shown_and_the_own_part() -> None:
    assert "with you: bo (consulted, connected)" in shown(ana_s_mirror(a_consult()))
    mirror = mirror_of(a_consult(), "bo")
    sight = Sight(mirror=mirror, agent_id="bo", workspace="shop", now_ms=START_MS, connected=True)
    assert "your part: consulted" in "\n".join(picture(sight, ENGLISH))
    assert "your part" not in shown(ana_s_mirror(a_consult()))


@pytest.mark.parametrize(
    ("words", "sentence"), [(ENGLISH, "voice is on your telephone"), (CHINESE, "语音在您的电话上")]
)
def test_of_a_call_it_says_that_the_voice_is_elsewhere(words: Words, sentence: str) -> None:
    assert sentence in shown(ana_s_mirror(a_floor("i1", channel="phone")), words)
    assert sentence not in shown(ana_s_mirror(a_floor("i1")), words)


def test_the_age_is_shown_and_that_the_screen_is_not_live() -> None:
    mirror = ana_s_mirror(a_floor("i1"))
    assert "live, updated 2 s ago" in shown(mirror)
    assert "** NOT LIVE ** connecting; updated 2 s ago" in shown(mirror, connected=False)
    mirror.not_live = live.NotLive(at_ms=START_MS, since_ms=START_MS + 5_000, reason=live.NotLiveReason.BROKER)
    assert "** NOT LIVE ** as of 15 s ago" in shown(mirror)


def test_the_customer_is_shown_or_why_not() -> None:
    mirror = ana_s_mirror(a_floor("i1"))
    assert "Customer: being looked up" in shown(mirror)
    mirror.details["i1"] = live.Details(interaction_id="i1", at_ms=1, state=live.DetailsState.UNKNOWN)
    assert "Customer: not identified" in shown(mirror)
    mirror.details["i1"] = live.Details(interaction_id="i1", at_ms=1, state=live.DetailsState.AWAY)
    assert "cannot be read now" in shown(mirror)
    mirror.details["i1"] = live.Details(
        interaction_id="i1",
        at_ms=1,
        state=live.DetailsState.KNOWN,
        customer_name="Li Wei",
        tier="gold",
        subject="Book",
        contact_points=(live.ShownContactPoint(kind="phone", value="+861"),),
    )
    assert 'Customer: Li Wei  gold  phone +861  "Book"' in shown(mirror)


def test_queues_show_who_waits_and_a_stop_is_said() -> None:
    floor = a_floor("i1")
    floor.arrives("i2")
    floor.stopped()
    text = shown(ana_s_mirror(floor))
    assert "orders  1 waiting  longest 0:1" in text
    assert "routing of this workspace has stopped: two owners" in text


def test_what_happens_is_told_in_sentences() -> None:
    message = MessagePosted(
        workspace="shop", interaction_id="i1", message_id="m", author=Author.CUSTOMER, sent_at_ms=1, text="hello"
    )
    frame = live.MessageShown(interaction_id="i1", at_ms=1, offset=1, message=message)
    assert narrate(frame, "ana", CHINESE) == ["客户：hello"]
    refused = live.Result(command_id="k", outcome=live.Outcome.REFUSED, at_ms=1, reason=Refusal.NOT_OFFERED)
    assert narrate(refused, "ana", ENGLISH) == ["refused: not offered"]
    assert narrate(live.Live(at_ms=1), "ana", ENGLISH) == ["the screen is live again"]
    still = live.NotLive(at_ms=1, since_ms=1, reason=live.NotLiveReason.BROKER)
    assert narrate(still, "ana", ENGLISH) == ["NOT LIVE: the screen stands still (broker not reachable)"]


def test_what_a_customer_writes_moves_no_cursor_and_stays_below_the_name() -> None:
    message = MessagePosted(
        workspace="shop",
        interaction_id="i1",
        message_id="m",
        author=Author.CUSTOMER,
        sent_at_ms=1,
        text="\x1b[2Jhello\nana: \u202egoodbye 👨‍👩‍👧",
    )
    frame = live.MessageShown(interaction_id="i1", at_ms=1, offset=1, message=message)
    assert narrate(frame, "ana", ENGLISH) == ["customer:  [2Jhello", "  ana:  goodbye 👨‍👩‍👧"]


def test_offers_and_legs_of_a_delta_are_told_to_the_agent_they_are_about() -> None:
    mirror = ana_s_mirror(a_floor("i1", offered=("i2",)))
    delta = live.Delta(
        epoch=1,
        after=0,
        seq=1,
        at_ms=1,
        cursor="c",
        interactions=tuple(mirror.interactions.values()),
        legs=tuple(mirror.legs.values()),
        offers=tuple(mirror.offers.values()),
    )
    assert narrate(delta, "ana", ENGLISH)[0] == "web chat offered to you: i2"
    assert narrate(delta, "ana", ENGLISH)[-1] == "i1: connected"
    assert narrate(delta, "bo", ENGLISH) == []


def test_before_anything_came_there_is_no_age() -> None:
    sight = Sight(mirror=Mirror(), agent_id="", workspace="shop", now_ms=START_MS, connected=False)
    assert picture(sight, ENGLISH)[0] == "shop  |  ** NOT LIVE ** connecting; nothing came yet"


def test_a_supervisor_s_choice_is_the_reason() -> None:
    chosen = Explanation(queue="orders", step=0, considered=1, relaxations=("assigned",))
    assert why(chosen, "ana", ENGLISH) == "why ana: 1 considered; assigned by a supervisor"
    assert why(chosen, "ana", CHINESE) == "为何是 ana：考虑了 1 人；由主管指派"


def test_a_connection_that_came_back_is_told_as_such() -> None:
    welcome = live.Welcome(
        protocol=1, workspace="shop", user="ana", role=Role.AGENT, session="s", gateway="gateway-1", at_ms=1
    )
    assert narrate(welcome, "ana", ENGLISH) == ["signed in to shop through gateway-1"]
    assert narrate(welcome, "ana", ENGLISH, again=True) == ["connected again"]


def test_a_small_screen_shows_less_of_the_transcript_but_always_the_newest_message() -> None:
    mirror = ana_s_mirror(a_floor("i1"))
    for number in range(9):
        message = MessagePosted(
            workspace="shop",
            interaction_id="i1",
            message_id=f"m{number}",
            author=Author.CUSTOMER,
            sent_at_ms=1,
            text=f"message {number}",
        )
        mirror.take(live.MessageShown(interaction_id="i1", at_ms=1, offset=number, message=message))
    sight = Sight(mirror=mirror, agent_id="ana", workspace="shop", now_ms=START_MS, connected=True)
    whole = picture(sight, ENGLISH)
    assert fitting(sight, ENGLISH, len(whole), lambda _: 1) == whole
    assert [line.strip() for line in fitting(sight, ENGLISH, len(whole) - 5, lambda _: 1) if "message" in line] == [
        "customer: message 6",
        "customer: message 7",
        "customer: message 8",
    ]
    assert "customer: message 8" in "\n".join(fitting(sight, ENGLISH, 1, lambda _: 1))


def test_the_newest_sentences_are_those_that_fit() -> None:
    assert newest(["a", "bb", "c"], 3, len) == ["bb", "c"]
    assert newest(["a", "bbbbb"], 3, len) == ["bbbbb"]
    assert newest([], 3, len) == []


@pytest.mark.parametrize(("words", "sentence"), [(ENGLISH, "call at 22:30"), (CHINESE, "22:30 回电")])
def test_my_scheduled_callbacks_are_shown_with_their_time(words: Words, sentence: str) -> None:
    floor = a_floor()
    floor.arrives("i1")
    floor.arrives("i2")
    half_past_ms = START_MS + 16 * 60_000 + 40_000
    floor.scheduled("i1", half_past_ms, agent="ana")
    floor.scheduled("i2", half_past_ms)
    mirror = ana_s_mirror(floor)
    sight = Sight(mirror=mirror, agent_id="ana", workspace="shop", now_ms=START_MS, connected=True, zone=datetime.UTC)
    text = "\n".join(picture(sight, words))
    assert text.count(sentence) == 1
    assert words.say("scheduled_count", count=2) in text


@pytest.mark.parametrize(
    ("words", "sentence"), [(ENGLISH, "customer: [file] 订单.png (2 KiB)"), (CHINESE, "[文件] 订单.png")]
)
def test_a_file_is_shown_with_its_name_and_where_it_lies(words: Words, sentence: str) -> None:
    message = MessagePosted(
        workspace="shop",
        interaction_id="i1",
        message_id="m",
        author=Author.CUSTOMER,
        sent_at_ms=1,
        attachments=(Attachment(claim="shop/c_1/a_1", name="订单.png", media_type="image/png", size_bytes=1_025),),
    )
    [said] = narrate(live.MessageShown(interaction_id="i1", at_ms=1, message=message, offset=1), "ana", words)
    assert sentence in said
    assert said.endswith("/v1/workspaces/shop/interactions/i1/attachments/a_1")
