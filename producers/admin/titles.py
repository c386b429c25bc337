"""Names for screens: what people read instead of an id, in the languages of the product.

`title: 售后` or `title: {zh-CN: 售后, en: After-sales}` stands with a queue, status, tier, channel or agent; what is only
listed (skills, sites, card types, teams) is named under `names`. They are kept in PostgreSQL and never reach routing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from producers.admin.problems import Problems, at_key, suggestion

Title = dict[str, str]
Names = dict[str, dict[str, Title]]

ANY_LANGUAGE: Final = "*"
MAX_TITLE: Final = 200
TITLED: Final = ("statuses", "tiers", "channels", "queues", "agents")
LISTED: Final = ("skills", "sites", "card_types", "teams")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def read_names(document: dict[str, Any], problems: Problems) -> Names:
    """Every title by section and id; the workspace's own stands under `workspace` and its empty id."""
    found: Names = {}
    if "title" in document:
        found["workspace"] = {"": _title(document["title"], "title", problems)}
    for section in TITLED:
        entries = document.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if isinstance(entry, dict) and "title" in entry:
                path = at_key(at_key(section, name), "title")
                found.setdefault(section, {})[name] = _title(entry["title"], path, problems)
    _read_listed(document.get("names"), found, problems)
    return found


def _read_listed(value: Any, found: Names, problems: Problems) -> None:
    if value is None:
        return
    if not isinstance(value, dict):
        problems.add("names", "must be a mapping")
        return
    for section, entries in value.items():
        path = at_key("names", section)
        if section not in LISTED:
            hint = "a title stands with its entry" if section in TITLED else "no such key" + suggestion(section, LISTED)
            problems.add(path, hint)
        elif not isinstance(entries, dict):
            problems.add(path, "must be a mapping")
        else:
            found[section] = {name: _title(text, at_key(path, name), problems) for name, text in entries.items()}


def _title(value: Any, path: str, problems: Problems) -> Title:
    texts = {ANY_LANGUAGE: value} if isinstance(value, str) else value
    if not isinstance(texts, dict) or not texts:
        problems.add(path, "must be a text, or one for each language such as {zh-CN: 售后, en: After-sales}")
        return {}
    for language, text in texts.items():
        where = path if language == ANY_LANGUAGE else at_key(path, language)
        if language != ANY_LANGUAGE and not _LANGUAGE.fullmatch(language):
            problems.add(where, "not a language such as zh-CN or en")
        if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_TITLE:
            problems.add(where, f"must be a text of 1 to {MAX_TITLE} letters")
    return {str(language): str(text) for language, text in texts.items()}
