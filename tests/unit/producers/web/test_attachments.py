from __future__ import annotations

import pytest

from producers.web.attachments import declared, file_name, sniffed

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"GIF89a" + b"\x00" * 20, "image/gif"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 20, "image/jpeg"),
        (b"<html><script>alert(1)</script>", None),
        (b"MZ" + b"\x00" * 100, None),
        (b"", None),
    ],
)
def test_the_bytes_say_what_a_file_is(data: bytes, media_type: str | None) -> None:
    assert sniffed(data) == media_type


def test_parameters_of_a_content_type_do_not_matter() -> None:
    assert declared("Image/PNG; charset=x") == "image/png"
    assert declared(None) == ""


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("%E8%AE%A2%E5%8D%95.png", "订单.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\a\\b.png", "b.png"),
        ("a%0d%0ab.png", "ab.png"),
        ("...", "file.png"),
        (None, "file.png"),
    ],
)
def test_a_file_s_name_is_harmless(header: str | None, name: str) -> None:
    assert file_name(header, "image/png") == name
