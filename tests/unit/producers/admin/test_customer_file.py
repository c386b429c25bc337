from __future__ import annotations

import io
from pathlib import Path

import pytest

from producers.admin.customer_file import CustomerFile, read_file
from producers.admin.customer_record import KnownWords, words_of
from producers.admin.document import Format, parse

EXAMPLES = Path(__file__).parents[4] / "deploy" / "examples"


def read(text: str, words: KnownWords | None = None) -> CustomerFile:
    return read_file(io.StringIO(text, newline=""), words or KnownWords(), "CN")


def problems_of(text: str) -> list[str]:
    return [str(problem) for problem in read(text).problems]


def test_a_line_becomes_a_customer() -> None:
    [line] = read("name,phone,card,do_not_contact\n李雷,138 0013 8000;020-8765 4321,6001,yes\n").lines
    assert line.number == 2
    assert line.checked.record.name == "李雷"
    assert line.checked.record.do_not_contact
    assert [point.key for point in line.checked.points] == [
        "card:6001",
        "phone:+8613800138000",
        "phone:+862087654321",
    ]


def test_those_who_refer_to_others_come_after_them() -> None:
    found = read("card,buys_for\n6001,card:6002;card:6003\n6002,\n6003,\n")
    assert [line.number for line in found.lines] == [3, 4, 2]
    assert [point.key for _, point in found.lines[2].checked.relations] == ["card:6002", "card:6003"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("card,teir\n6001,vip\n", 'line 1: no such column "teir"; did you mean "tier"?'),
        ("name\nLi\n", "line 1: at least one of the columns card, phone, email, web_account is needed"),
        ("card,name\n,Li\n", "line 2: has no contact point"),
        ("card\n6001,7,8\n", "line 2: has more fields than there are columns"),
        ("card,kind\n6001,cat\n", "line 2: kind: must be one of person, organisation, reseller"),
        ("card,do_not_contact\n6001,perhaps\n", "line 2: do_not_contact: must be yes or no"),
        ("phone\n12\n", "line 2: key: is not a phone number"),
        ("card,phone\n6001,\n6001,13800138000\n", "line 3: the card stands in line 2 too"),
        ("", "line 1: at least one of the columns card, phone, email, web_account is needed"),
    ],
)
def test_an_error_names_its_line(text: str, problem: str) -> None:
    assert problems_of(text) == [problem]


def test_errors_of_all_lines_come_together() -> None:
    assert len(problems_of("card,kind\n1,x\n6001,cat\n6002,person\n,\n")) == 3


def test_the_example_is_right() -> None:
    document = parse((EXAMPLES / "bookcity.yaml").read_text(encoding="utf-8"), Format.YAML)
    text = (EXAMPLES / "bookcity_customers.csv").read_text(encoding="utf-8")
    found = read(text, words_of(document))
    assert not found.problems
    assert len(found.lines) == 200
    assert any(line.checked.relations for line in found.lines)
