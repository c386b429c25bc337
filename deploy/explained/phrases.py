"""Parts of sentences: rules, scores, reasons, names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from deploy.explained.words import Words
from schemas.trace import Because, Looked, Ranked, WentFirst
from schemas.values import ScorePart

NAMES: Final = 8


class Phrases:
    """`full`: every reason and every name, instead of the first."""

    def __init__(self, words: Words, *, full: bool) -> None:
        self._words = words
        self._full = full

    def deciding(self, reasons: Sequence[str]) -> tuple[str, ...]:
        """The reasons that are named: without `full` the one that counts, the configuration's before all others."""
        return tuple(reasons) if self._full else tuple(reasons[:1])

    def reasons(self, reasons: Sequence[str]) -> str:
        """What keeps an agent away."""
        words = self._words
        return words.both([words.word(one) for one in reasons]) if reasons else words.say("could")

    def names(self, names: Sequence[str]) -> str:
        """Agents, or as many as fit and how many more."""
        shown = list(names if self._full or len(names) <= NAMES + 1 else names[:NAMES])
        more = len(names) - len(shown)
        return self._words.listed([*shown, self._words.say("more_agents", count=more)] if more else shown)

    def skills(self, skills: dict[str, int]) -> str:
        """Skills with their levels."""
        return self._words.listed([f"{skill} {level}" for skill, level in sorted(skills.items())])

    def rules(self, look: Looked) -> str:
        """What the routing step asks of an agent; empty = nothing."""
        words = self._words
        if look.anyhow and look.only is not None:
            return words.say("rule_anyhow", agent=look.only)
        rules = []
        if look.only is not None:
            rules.append(words.say("rule_only", agent=look.only))
        if look.requirements:
            rules.append(words.say("rule_skills", skills=self.skills(look.requirements)))
        if look.max_rank is not None:
            rules.append(words.say("rule_max_rank", rank=look.max_rank))
        if look.min_rank is not None:
            rules.append(words.say("rule_min_rank", rank=look.min_rank))
        if look.site is not None:
            rules.append(words.say("rule_site", site=look.site))
        return words.listed(rules)

    def score(self, one: Ranked, at_ms: int) -> str:
        """What is compared of an agent, as of `at_ms`."""
        said = [self._part(part, at_ms) for part in one.score]
        return self._words.listed([text for text in said if text])

    def because(self, one: WentFirst) -> str:
        """Why other work went first."""
        key = "head_start_because" if one.because is Because.HEAD_START else one.because.value
        return self._words.say(key, length=self._words.length(one.earlier_ms))

    def because_many(self, same: Sequence[WentFirst]) -> str:
        """The same of several with one reason."""
        longest = max(one.earlier_ms for one in same)
        return self._words.say(f"many_{same[0].because.value}", length=self._words.length(longest))

    def _part(self, part: ScorePart, at_ms: int) -> str:
        words, value = self._words, part.value
        match part.name:
            case "preferred":
                return words.say("score_not_preferred" if value else "score_preferred")
            case "has_work":
                return words.say("score_has_work" if value else "score_no_work")
            case "longest_idle":
                return ""
            case "idle_since_ms" | "last_accepted_ms":
                return words.say(f"score_{part.name}", length=words.length(at_ms - value))
            case "most_skilled":
                return words.say("score_most_skilled", value=-value)
            case "least_loaded":
                return words.say("score_least_loaded", value=value // 10_000)
            case "round_robin" if value < 0:
                return words.say("score_round_robin_never")
        return words.say(f"score_{part.name}", value=value)


def decided_by(winner: Ranked, other: Ranked) -> str:
    """The first thing compared in which the two differ."""
    for mine, its in zip(winner.score, other.score, strict=False):
        if mine.name != its.name or mine.value != its.value:
            return mine.name
    return "agent_id"
