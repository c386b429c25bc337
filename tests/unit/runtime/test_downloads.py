from __future__ import annotations

from runtime.downloads import disposition, headers_for


def test_a_file_is_always_saved_under_its_name() -> None:
    said = disposition('订"单.png')
    assert said.startswith('attachment; filename="___.png"; ')
    assert said.endswith("filename*=UTF-8''%E8%AE%A2%22%E5%8D%95.png")


def test_a_file_is_neither_guessed_at_nor_run() -> None:
    headers = headers_for("a.png")
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert headers["content-disposition"].startswith("attachment;")
