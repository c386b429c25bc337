from __future__ import annotations

from html.parser import HTMLParser

from producers.http.openapi import document
from producers.http.problems import Kind
from runtime.docs_page import page

PAGE = page(document(), Kind)
_VOID = {"meta", "br"}


class _Outline(HTMLParser):
    """Opens and closes, ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append(tag)
        known = dict(attrs)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outlined() -> _Outline:
    outline = _Outline()
    outline.feed(PAGE)
    return outline


def test_the_page_is_whole() -> None:
    outline = outlined()
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs() -> None:
    outline = outlined()
    assert [link for link in outline.links if not link.startswith(("#", "/openapi.json"))] == []
    assert "<script" not in PAGE


def test_every_operation_and_every_problem_has_its_place() -> None:
    ids = set(outlined().ids)
    items = document()["paths"].values()
    operations = {item[method]["operationId"] for item in items for method in ("get", "post") if method in item}
    assert operations | {kind.type.removeprefix("/docs#") for kind in Kind} <= ids


def test_limits_and_examples_are_shown() -> None:
    assert "您好，我的订单少了一本书。" in PAGE
    assert "maximum 10" in PAGE


def test_what_the_document_says_is_escaped() -> None:
    api = document()
    api["info"]["title"] = "<script>x</script>"
    assert "<script>" not in page(api, Kind)
