from __future__ import annotations

from runtime.contact_points import NormalPoint, PointError
from streams.identity.resolver import Resolution, resolve

CARD = NormalPoint("card", "1234")
ACCOUNT = NormalPoint("web_account", "li")
PHONE = NormalPoint("phone", "+8613800138000")
MAIL = NormalPoint("email", "li@example.com")
CHAT = NormalPoint("wechat", "o1")
SESSION = NormalPoint("session", "s1")
BAD = NormalPoint("phone", "none", PointError.NOT_A_PHONE)


def test_a_linked_point_names_the_customer_and_the_rest_are_to_be_linked() -> None:
    assert resolve([MAIL, PHONE], {MAIL: "a"}) == Resolution("a", (), (PHONE,))


def test_the_strongest_kind_decides_whatever_the_order() -> None:
    links = {SESSION: "s", CHAT: "w", MAIL: "m", PHONE: "p", ACCOUNT: "a", CARD: "c"}
    points = list(links)
    for expected in ("c", "a", "p", "m", "w", "s"):
        assert resolve(points, links).customer_id == expected
        points = [point for point in points if links[point] != expected]


def test_of_one_kind_the_first_named_decides() -> None:
    other = NormalPoint("phone", "+8613900139000")
    assert resolve([other, PHONE], {PHONE: "a", other: "b"}) == Resolution("b", ("a",), ())


def test_customers_of_weaker_points_are_each_named_once() -> None:
    assert resolve([CARD, PHONE, MAIL], {CARD: "c", PHONE: "p", MAIL: "p"}).others == ("p",)
    assert resolve([CARD, PHONE], {CARD: "c", PHONE: "c"}).others == ()


def test_a_faulty_point_neither_names_nor_is_linked() -> None:
    assert resolve([BAD], {BAD: "a"}) == Resolution(None, (), ())


def test_the_customer_so_far_holds_only_where_no_point_is_linked() -> None:
    assert resolve([MAIL], {}, "before") == Resolution("before", (), (MAIL,))
    assert resolve([MAIL], {MAIL: "a"}, "before").customer_id == "a"


def test_nothing_known_is_nobody() -> None:
    assert resolve([], {}) == Resolution(None)
