"""Lines as the bank's log has them, made up: nothing here is from the log itself."""

from __future__ import annotations

from deploy.simulation.bank_columns import COLUMNS

HEADER = "\t".join(COLUMNS)
DAY = "1999-01-03"


def clock(second: int) -> str:
    """`h:mm:ss` of a second of the day, of the next day's clock where it is above."""
    hours, rest = divmod(second % 86_400, 3_600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"


def a_row(
    call_id: int = 1,
    *,
    asked_s: int = 36_000,
    waited_s: int | None = None,
    server: str | None = "DANA",
    service_s: int = 60,
    hangs: bool = False,
    type_: str = "PS",
    priority: int = 0,
    customer_id: int = 0,
    **changes: str,
) -> str:
    """One line: answered by `server` after `waited_s` (None = not queued), or hung up; `changes` replace columns."""
    queued = waited_s is not None
    left_s = asked_s + (waited_s or 0)
    served = not hangs
    row = {
        "vru+line": "XX0101",
        "call_id": str(call_id),
        "customer_id": str(customer_id),
        "priority": str(priority),
        "type": type_,
        "date": "990103",
        "vru_entry": clock(asked_s - 10),
        "vru_exit": clock(asked_s),
        "vru_time": "10",
        "q_start": clock(asked_s) if queued else "0:00:00",
        "q_exit": clock(left_s) if queued else "0:00:00",
        "q_time": str(waited_s or 0),
        "outcome": "HANG" if hangs else "AGENT",
        "ser_start": clock(left_s) if served else "0:00:00",
        "ser_exit": clock(left_s + service_s) if served else "0:00:00",
        "ser_time": str(service_s) if served else "0",
        "server": (server or "NO_SERVER") if served else "NO_SERVER",
    }
    return "\t".join((row | {name.replace("vru_line", "vru+line"): value for name, value in changes.items()}).values())
