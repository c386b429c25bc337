"""Nothing that is kept names a package registry or a place on the machine where it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.architecture import tree

_HOSTS = (
    "pypi" + ".org",
    "files.python" + "hosted.org",
    "repo1.maven" + ".org",
    "repo.maven.apache" + ".org",
    "registry.npmjs" + ".org",
    "deb.debian" + ".org",
    "static.crates" + ".io",
    "proxy.golang" + ".org",
)
_PLACES = ("/work" + "/", "/root" + "/", "/opt" + "/wheels", "/home" + "/[a-z]")
FORBIDDEN = re.compile("|".join([*map(re.escape, _HOSTS), *(rf"(?<![\w.*}}-]){place}" for place in _PLACES)]))


def test_no_file_names_a_registry_or_a_place_of_this_machine() -> None:
    assert list(_findings()) == []


def test_the_search_finds_what_it_is_meant_to_find() -> None:
    planted = ["https://" + _HOSTS[0] + "/simple", "cd " + _PLACES[0] + "main", "open('/root" + "/.cache')"]
    assert all(FORBIDDEN.search(text) for text in planted)
    assert not FORBIDDEN.search("/v1/workspaces/{ws}" + "/work" + "/items and /network/x")


def _findings() -> Iterator[str]:
    for path in tree.committed():
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if FORBIDDEN.search(line):
                yield f"{tree.name(path)}:{number}: {line.strip()[:120]}"
