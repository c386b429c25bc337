"""One supervisor's life: up, watch, down. In the foreground, or detached as `python -m deploy.local`.

A detached one tells its starter what happens through a pipe, one JSON object a line; it lives on when the starter or
the terminal is gone.
"""

from __future__ import annotations

import enum
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Final

import msgspec

from deploy.local import processes
from deploy.local.errors import StackError
from deploy.local.layout import Layout
from deploy.local.plan import ROOT
from deploy.local.stack import Request, encode_request, opened
from deploy.local.state import SUPERVISOR

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Kind(enum.StrEnum):
    """What a supervisor tells."""

    NOTE = "note"
    READY = "ready"
    FAILED = "failed"


class Said(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: a note; `ready` and how long it took; `failed` and what to do. It is logged, so it holds no secret."""

    kind: Kind
    text: str = ""
    advice: str = ""
    took_ms: int = 0


Tell = Callable[[Said], None]


def serve(request: Request, environ: Mapping[str, str], tell: Tell) -> bool:
    """Brings the stack up, keeps it up until SIGTERM, SIGINT or SIGHUP, brings it down. Whether it was ever up.

    To be called in the main thread.
    """
    begun_s = time.monotonic()
    try:
        with opened(request, environ, lambda text: tell(Said(Kind.NOTE, text))) as stack:
            _cancel_on_signals(stack.supervisor.cancel)
            try:
                stack.supervisor.start()
                took_ms = round((time.monotonic() - begun_s) * 1000)
                tell(Said(Kind.READY, took_ms=took_ms))
                stack.supervisor.wait_cancelled()
                tell(Said(Kind.NOTE, "stopping"))
            finally:
                stack.supervisor.stop()
    except StackError as error:
        tell(Said(Kind.FAILED, error.problem, error.advice))
        return False
    return True


def launch(request: Request, environ: Mapping[str, str]) -> Iterator[Said]:
    """Starts a detached supervisor and passes on what it says, until it is up or has failed."""
    layout = Layout(data_dir=request.data_dir)
    layout.make_folders()
    log_file = layout.log_file(SUPERVISOR)
    processes.turn_log(log_file)
    reading, writing = os.pipe()
    argv = [sys.executable, "-m", "deploy.local", str(writing), encode_request(request)]
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=dict(environ),
            cwd=ROOT,
            start_new_session=True,
            pass_fds=(writing,),
        )
    os.close(writing)
    with open(reading, encoding="utf-8") as lines:
        for line in lines:
            said = msgspec.json.decode(line, type=Said)
            yield said
            if said.kind is not Kind.NOTE:
                break
        else:
            code = child.wait()
            yield Said(Kind.FAILED, f"the supervisor ended with exit code {code}", f"Look at {log_file}.")
    child.returncode = 0  # Ours no longer: it is to outlive us, and the interpreter would warn of a child left running.


def detached(writing: int, request: Request, environ: Mapping[str, str]) -> bool:
    """The detached supervisor: serves and tells through the pipe for as long as somebody reads, and to its log."""
    listening = True

    def tell(said: Said) -> None:
        nonlocal listening
        line = msgspec.json.encode(said) + b"\n"
        print(line.decode(), end="", flush=True)
        if listening:
            try:
                os.write(writing, line)
            except OSError:
                listening = False
        if listening and said.kind is not Kind.NOTE:
            listening = False
            os.close(writing)

    return serve(request, environ, tell)


def _cancel_on_signals(cancel: Callable[[], None]) -> None:
    def handle(_number: int, _frame: FrameType | None) -> None:
        cancel()

    for number in SIGNALS:
        signal.signal(number, handle)
