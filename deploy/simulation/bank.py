"""The bank's day as a play: the log's file read, its day planned, the bank's document scaled and staffed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Final

import msgspec

from deploy.local.plan import ROOT
from deploy.simulation.bank_day import ADAPTER, CHANNEL, WORKSPACE, DayPlan, Replay, plan_of, staffed
from deploy.simulation.bank_log import BankLog, read
from deploy.simulation.company import Company
from deploy.simulation.manner import AsPlanned, AtOnce
from deploy.simulation.play import Play
from deploy.simulation.scaling import scaled
from producers.admin.document import Format, parse

DOCUMENT: Final = ROOT / "deploy" / "examples" / "bank.yaml"
GZIP: Final = b"\x1f\x8b"


class NoSuchDay(Exception):
    """The file cannot be read, or it has no call that could be run; the message says which."""


class BankPlay(msgspec.Struct, frozen=True, kw_only=True):
    """The play, and what its report needs: the log, the day's plan, durations that could not be divided as far."""

    play: Play
    log: BankLog
    day: DayPlan
    replay: Replay
    date: str
    kept: dict[str, str]


def bank_play(file: Path, date: str, replay: Replay) -> BankPlay:
    """The play of one day. Raises NoSuchDay."""
    log = read_file(file, date)
    try:
        day = plan_of(log.calls, replay)
    except ValueError as error:
        raise NoSuchDay(f"{file.name}, {date}: {error}") from error
    if not day.plan.shifts:
        raise NoSuchDay(f"{file.name}, {date}: no agent was there at that time")
    document = scaled(staffed(parse(DOCUMENT.read_text(encoding="utf-8"), Format.YAML), day.plan.agents), replay.speed)
    talks = {one.contact.interaction_id: one.contact.talk_ms or 0 for one in day.plan.arrivals}
    play = Play(
        company=Company(
            workspace=WORKSPACE,
            document=msgspec.json.encode(document.document).decode(),
            adapters=(ADAPTER,),
            as_given=True,
        ),
        arrivals=day.plan.arrivals,
        shifts=day.plan.shifts,
        manner=AsPlanned(talks, AtOnce()),
        customers_talk_ms=0,
        channels=(CHANNEL,),
        longest_ms=max(talks.values()),
    )
    return BankPlay(play=play, log=log, day=day, replay=replay, date=date, kept=document.kept)


def read_file(file: Path, date: str | None) -> BankLog:
    """The calls of a day in a file, gzipped or plain. Raises NoSuchDay."""
    try:
        raw = file.read_bytes()
        text = gzip.decompress(raw) if raw.startswith(GZIP) else raw
    except (OSError, EOFError, zlib.error) as error:
        raise NoSuchDay(f"{file}: {error}") from error
    return read(text.decode("utf-8", "replace").splitlines(), date)
