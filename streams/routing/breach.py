"""What makes a workspace stop, or a program refuse to go on."""

from __future__ import annotations


class BrokenInvariant(Exception):
    """A rule that always holds did not: the workspace stops at this input; what it did must be dropped."""

    def __init__(self, name: str, detail: str) -> None:
        super().__init__(f"{name}: {detail}")
        self.name = name
        self.detail = detail


class NewerEngine(Exception):
    """The log asks for rules of a later engine version than this program knows."""

    def __init__(self, wanted: int, known: int) -> None:
        super().__init__(f"the log needs engine version {wanted}, this program knows {known}")
        self.wanted = wanted
        self.known = known
