"""Builders of what the audit writer keeps."""

from __future__ import annotations

from collections.abc import Sequence

from consumers.audit_writer.rows import InterventionRow


def a_row(
    seq: int,
    name: str | None = None,
    *,
    workspace: str = "shop",
    at_ms: int = 1_000,
    act: str = "move_interaction",
    to_agent: str | None = None,
) -> InterventionRow:
    """Sue moved an interaction, because of `name`."""
    said = name or f"m_{seq}"
    return InterventionRow(
        workspace, 1, seq, at_ms, f"k_{said}", "sue", act, said,
        f"i{seq}", None, to_agent, None if to_agent else "orders", None, None, None, "applied", None, "",
    )  # fmt: skip


class MadeInterventions:
    """The rows of `tests.support.marked_store_suite.MarkedBench`: another `ids` is another workspace."""

    def make(self, first: int, end: int, *, ids: str = "m", offset: int | None = None) -> Sequence[InterventionRow]:
        by = 0 if offset is None else offset - first
        return [a_row(n, f"{ids}_{n}_{by}", workspace=ids) for n in range(first, end)]
