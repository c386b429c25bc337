"""A line below the supervisor's table is an act with its reason, or is told to be none."""

from __future__ import annotations

import pytest

from deploy.console.parse import Plain, Wrong
from deploy.console.watch_acts import LONGEST_REASON, Wish, wish_of
from deploy.console.watch_words import TEXTS
from deploy.console.words import Language
from schemas import supervision
from schemas.vocabulary import JoinMode
from tests.support.watched import a_watched_mirror, with_waiting

CONTACT = "i_00af"
AGENT = "ana"
MIRROR = with_waiting(a_watched_mirror(), i_00af=5_000, i_1abcd=1, i_2abcd=1)


@pytest.mark.parametrize(
    ("line", "wish"),
    [
        (f"move {CONTACT} sales  they asked", supervision.Move(interaction_id=CONTACT, to_queue="sales", reason="they asked")),
        (f"assign {CONTACT} bo knows her", supervision.Assign(interaction_id=CONTACT, to_agent="bo", reason="knows her")),
        ("/Prioritise 0af 1 angry", supervision.Prioritise(interaction_id=CONTACT, priority=1, reason="angry")),
        (f"cancel {CONTACT} called twice", supervision.Cancel(interaction_id=CONTACT, reason="called twice")),
        (
            f"whisper {CONTACT} training",
            supervision.Join(interaction_id=CONTACT, mode=JoinMode.WHISPER, reason="training"),
        ),
        (f"status {AGENT} lunch 轮到她", supervision.ForceStatus(agent_id=AGENT, status="lunch", reason="轮到她")),
        (f"out {AGENT} went home", supervision.ForceStatus(agent_id=AGENT, status="offline", reason="went home")),
        ("help", Plain.HELP),
        ("quit", Plain.QUIT),
        ("  ", Plain.NOTHING),
        ("dance", Wrong("unknown_command", {"word": "dance"})),
        ("move", Wrong("no_contact", {"named": "?"})),
        ("cancel nobody-has-this why", Wrong("no_contact", {"named": "nobody-has-this"})),
        (f"move {CONTACT} sales", Wrong("needs_reason", {"word": "move"})),
        (f"cancel {CONTACT}", Wrong("needs_reason", {"word": "cancel"})),
        (f"prioritise {CONTACT} high angry", Wrong("bad_priority")),
        (f"prioritise {CONTACT} 11 angry", Wrong("bad_priority")),
        (f"cancel {CONTACT} {'x' * (LONGEST_REASON + 1)}", Wrong("long_reason")),
        ("out stranger why", Wrong("no_agent", {"named": "stranger"})),
    ],
)  # fmt: skip
def test_a_line_is_understood(line: str, wish: Wish) -> None:
    assert wish_of(line, MIRROR) == wish


def test_an_end_that_several_ids_have_is_not_guessed_at() -> None:
    assert wish_of("cancel abcd why", MIRROR) == Wrong("which_contact", {"named": "abcd"})
    assert wish_of("cancel 2abcd why", MIRROR) == supervision.Cancel(interaction_id="i_2abcd", reason="why")


@pytest.mark.parametrize("language", Language)
def test_the_help_names_every_act(language: Language) -> None:
    words = ("move", "assign", "prioritise", "cancel", "status", "out", "quit", *JoinMode)
    assert [word for word in words if word not in TEXTS[language]["help"]] == []
