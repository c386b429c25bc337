"""structlog as JSON on stderr, one object a line, with what `contextvars` bind (event ids, trace ids).

Personal data is masked by field name, from the table that the schemas keep; Structs are rendered as their wire type
and ids; bytes never appear, nor what a database's error quotes of a row. Contents of messages are never logged.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from typing import Final, TextIO

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from runtime.personal import MASK, PERSONAL_NAMES
from runtime.settings import LogLevel
from schemas.personal import is_personal

Logger = FilteringBoundLogger

_LEVELS: Final[Mapping[LogLevel, int]] = {
    LogLevel.DEBUG: logging.DEBUG,
    LogLevel.INFO: logging.INFO,
    LogLevel.WARNING: logging.WARNING,
    LogLevel.ERROR: logging.ERROR,
}
_LIBRARIES: Final[Mapping[str, int]] = {
    "aiokafka": logging.WARNING,
    "asyncio": logging.WARNING,
    "uvicorn": logging.WARNING,
}

_DATABASE: Final = "asyncpg"


def configure(process: str, instance: str, level: LogLevel, stream: TextIO | None = None) -> Logger:
    """Sets up logging of this process, the libraries' included, and returns its logger."""
    target = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_rows,
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=_to_json)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=target),
        cache_logger_on_first_use=False,
    )
    _route_libraries(shared, target)
    logger: Logger = structlog.get_logger()
    return logger.bind(process=process, instance=instance)


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that keeps personal data and contents out of the log."""
    return {name: _masked(name, value) for name, value in event.items()}


def without_rows(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The processor that takes from the database's errors what they quote: the row, or the key, that did not fit."""
    given = event.get("exc_info")
    raised = given[1] if isinstance(given, tuple) else given if isinstance(given, BaseException) else sys.exception()
    for error in _all_behind(raised if given else None):
        if type(error).__module__.partition(".")[0] == _DATABASE:
            vars(error)["detail"] = None
    return event


def _all_behind(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its causes and what it groups, each once."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, *(one.exceptions if isinstance(one, BaseExceptionGroup) else ())]


def _masked(name: str, value: object) -> object:
    if name in PERSONAL_NAMES:
        return MASK
    if isinstance(value, bytes | bytearray | memoryview):
        return f"<{len(value)} bytes>"
    if isinstance(value, msgspec.Struct):
        return _masked_struct(value)
    if isinstance(value, Mapping):
        return {str(key): _masked(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked("", inner) for inner in value]
    return value


def _masked_struct(value: msgspec.Struct) -> dict[str, object]:
    fields = msgspec.structs.asdict(value).items()
    return {name: MASK if is_personal(type(value), name) else _masked(name, inner) for name, inner in fields}


def _to_json(event: object, **_: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()


def _route_libraries(shared: list[Processor], target: TextIO) -> None:
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_to_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name, level in _LIBRARIES.items():
        logging.getLogger(name).setLevel(level)
