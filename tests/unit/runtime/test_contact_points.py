from __future__ import annotations

import pytest

from runtime.contact_points import MAX_CHARACTERS, NormalPoint, PointError, normalize, parse_key
from schemas.interactions import ContactPoint


def normal(kind: str, value: str, region: str = "CN") -> NormalPoint:
    return normalize(ContactPoint(kind=kind, value=value), region)


@pytest.mark.parametrize(
    "written",
    ["+86 138 0013 8000", "138-0013-8000", "008613800138000", "tel:+8613800138000", "\uff0b\uff18\uff1613800138000"],
)
def test_every_way_to_write_a_mobile_number_is_the_same_line(written: str) -> None:
    assert normal("phone", written) == NormalPoint("phone", "+8613800138000")


def test_a_number_without_country_code_is_read_in_the_default_region() -> None:
    assert normal("phone", "020 8888 1234").value == "+862088881234"
    assert normal("phone", "2123 4567", "HK").value == "+85221234567"


def test_an_extension_is_part_of_the_line() -> None:
    assert normal("phone", "+862088881234 ext. 12").value == "+862088881234;ext=12"


@pytest.mark.parametrize("written", ["anonymous", "12", "+999123", "+86"])
def test_what_is_no_phone_number_is_kept_as_given_with_the_reason(written: str) -> None:
    assert normal("phone", written) == NormalPoint("phone", written, PointError.NOT_A_PHONE)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Li.Mei@Example.COM ", "li.mei@example.com"),
        ("mailto:li@example.com", "li@example.com"),
        ("Li Mei <li@example.com>", "li@example.com"),
        ("li@书城.cn", "li@xn--2kqp85l.cn"),
        ("li@example.com.", "li@example.com"),
    ],
)
def test_mail_addresses_have_one_spelling(written: str, kept: str) -> None:
    found = normal("email", written)
    assert found.error is None
    if "xn--" in kept:
        assert found.value.isascii()
    else:
        assert found.value == kept


@pytest.mark.parametrize(
    "written", ["li", "li@", "@example.com", "li@local", "a b@example.com", "li@-x.com", "a@b@c.cn"]
)
def test_what_is_no_mail_address_says_so(written: str) -> None:
    assert normal("email", written).error is PointError.NOT_AN_ADDRESS


def test_separators_and_case_of_a_card_number_do_not_matter() -> None:
    assert normal("card", "vip-0012 3456").value == normal("card", "VIP00123456").value == "VIP00123456"
    assert normal("card", "\uff11\uff12\uff13\uff14").value == "1234"
    assert normal("card", "no!").error is PointError.NOT_A_CARD


def test_web_accounts_sessions_and_kinds_of_adapters_stay_as_they_are() -> None:
    assert normal("web_account", " LiMei ").value == "LiMei"
    assert normal("session", "aB3").value == "aB3"
    assert normal("WeChat_OpenID", "oX1").key == "wechat_openid:oX1"


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("phone", "  ", PointError.EMPTY),
        ("web_account", "x" * (MAX_CHARACTERS + 1), PointError.TOO_LONG),
        ("session", "a\x00b", PointError.UNPRINTABLE),
        ("no kind!", "x", PointError.BAD_KIND),
        ("", "x", PointError.BAD_KIND),
    ],
)
def test_faults_that_any_kind_can_have(kind: str, value: str, error: PointError) -> None:
    found = normal(kind, value)
    assert found.error is error
    assert len(found.value) <= MAX_CHARACTERS
    assert "\x00" not in found.value


def test_normalising_twice_changes_nothing() -> None:
    for kind, value in (
        ("phone", "13800138000"),
        ("phone", "+862088881234 ext 12"),
        ("email", "A@书城.cn"),
        ("card", "a-1234"),
    ):
        once = normal(kind, value)
        assert normal(once.kind, once.value) == once


def test_a_key_is_kind_and_value() -> None:
    assert parse_key("phone:13800138000", "CN").key == "phone:+8613800138000"
    assert parse_key("web_account:a:b", "CN").value == "a:b"
    assert parse_key("13800138000", "CN").error is PointError.BAD_KIND
