"""Structured logs: for people on a terminal, JSON otherwise; never a body, an address or a number in full."""

import asyncio
import json
import logging
import sys
import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

_quoted = json.JSONEncoder().encode


def configure(
    stream: TextIO = sys.stderr, *, level: int = logging.INFO, secrets: Collection[str] = ()
) -> None:
    """Sends our own lines, and warnings of the libraries, to one stream.

    `secrets` are cut out of whatever is said: a library's error may hold what it was given. Tracebacks show
    lines of programs and never the values that they worked with. A line costs 15 µs, as there is one for
    every message.
    """
    for_people = stream.isatty()
    shared: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False) if for_people else _stamped,
        structlog.processors.format_exc_info,
        _tidying(secrets),
    ]
    render: Processor = _in_json
    if for_people:
        render = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    lines = _Lines(stream)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: lines,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            foreign_pre_chain=shared,
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # "maximum number of running instances reached" is how a long tick looks from outside: nothing is missed
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    logging.getLogger("procrastinate").setLevel(logging.ERROR)


class _Lines:
    """Drops what cannot be written: a full disk must not keep us from writing down what was sent.

    What is said in one turn of the event loop is written at its end, in one go: with each write the
    interpreter is let go of, and other threads are in no hurry to give it back.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._at_the_end_of: asyncio.AbstractEventLoop | None = None  # whose turn
        self._lock = Lock()

    def msg(self, line: str) -> None:
        with self._lock:
            self._waiting.append(f"{line}\n")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # a thread, or a command
            self._write()
            return
        if loop is not self._at_the_end_of:
            self._at_the_end_of = loop
            loop.call_soon(self._write)

    debug = info = warning = error = critical = msg

    def _write(self) -> None:
        with self._lock, suppress(OSError):
            self._at_the_end_of = None
            waiting, self._waiting = self._waiting, []
            self._stream.write("".join(waiting))
            self._stream.flush()


def _stamped(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """With the moment, in UTC (ISO 8601)."""
    second, fraction = divmod(time.time_ns() // 1000, 1_000_000)
    event["timestamp"] = f"{_to_the_second(second)}.{fraction:06}Z"
    return event


@lru_cache(maxsize=1)
def _to_the_second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def masked(address: str) -> str:
    """Enough of an address or a number to recognise it by: `a…@example.com`, `…4567`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"…{address[-4:]}" if address else ""


def _tidying(secrets: Collection[str]) -> Processor:
    """Leaves out empty values and secrets, and what could write a line of its own or move the cursor."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)

    def cleared(key: str, text: str) -> str:
        for secret in longest_first:
            text = text.replace(secret, "***")
        return _on_lines(text) if key == "exception" else _on_one_line(text)

    def tidied(_logger: object, _method: str, event: EventDict) -> EventDict:
        told = {key: str(value) for key, value in event.items() if value is not None and value != ""}
        whole = " ".join(told.values())  # looked at once: nearly every line is clean
        if whole.isprintable() and not any(secret in whole for secret in longest_first):
            return told
        return {key: cleared(key, text) for key, text in told.items()}

    return tidied


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def _on_lines(text: str) -> str:
    return "\n".join(map(_on_one_line, text.split("\n")))


def _in_json(_logger: Any, _method: str, event: EventDict) -> str:
    """Names and words, nothing else is left by then: `json.dumps` takes three times as long to find out."""
    return "{" + ", ".join([f'"{name}": {_quoted(word)}' for name, word in event.items()]) + "}"
