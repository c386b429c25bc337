"""What explanations and states say, in Chinese and in English."""

from __future__ import annotations

from typing import Final

from deploy.console.words import Language
from deploy.console.words import Words as ConsoleWords
from deploy.explained import chinese, english

_WORDS: Final = {Language.CHINESE: chinese.WORDS, Language.ENGLISH: english.WORDS}
_REASONS: Final = {Language.CHINESE: chinese.REASONS, Language.ENGLISH: english.REASONS}
TEXTS: Final = {Language.CHINESE: chinese.TEXTS, Language.ENGLISH: english.TEXTS}


class Words(ConsoleWords):
    """The texts of one language; words that the console has too are said as it says them, unless more is to be said."""

    def __init__(self, language: Language) -> None:
        super().__init__(language)
        self._texts = TEXTS[language]

    def word(self, value: str) -> str:
        """See the console's."""
        return _WORDS[self.language].get(value) or super().word(value)

    def state(self, value: str) -> str:
        """A state or a status, which may bear the name of a reason."""
        return super().word(value)

    def reason(self, value: str) -> str:
        """Why something ended or was taken back."""
        return _REASONS[self.language].get(value) or self.word(value)

    def listed(self, parts: list[str]) -> str:
        """Parts with commas between."""
        return ("、" if self.language is Language.CHINESE else ", ").join(parts)

    def both(self, parts: list[str]) -> str:
        """Clauses that hold together."""
        return ("；" if self.language is Language.CHINESE else "; ").join(parts)

    def length(self, milliseconds: int) -> str:
        """A duration as people say it: at most two units."""
        return spoken(milliseconds, chinese=self.language is Language.CHINESE)


_UNITS: Final = ((86_400, "d", "天"), (3_600, "h", "小时"), (60, "min", "分"), (1, "s", "秒"))


def spoken(milliseconds: int, *, chinese: bool) -> str:
    """`0.85 s`, `2.5 s`, `12 s`, `2 min 5 s`, `3 h 10 min`; what is negative counts as nothing."""
    ms = max(0, milliseconds)
    if 0 < ms < 10_000 and ms % 1000:
        seconds = f"{max(ms, 10) / 1000:.{2 if ms < 1000 else 1}f}".rstrip("0").rstrip(".")
        return f"{seconds} 秒" if chinese else f"{seconds} s"
    rest, parts = ms // 1000, list[str]()
    for size, latin, han in _UNITS:
        count, rest = divmod(rest, size)
        if count or (size == 1 and not parts):
            parts.append(f"{count} {han if chinese else latin}")
        if len(parts) == 2:
            break
    return " ".join(parts)
