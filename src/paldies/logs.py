"""Structured logs: for people on a terminal, JSON otherwise; never a body, an address or a number in full."""

import logging
import sys
from collections.abc import Collection
from contextlib import suppress
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor


def configure(
    stream: TextIO = sys.stderr, *, level: int = logging.INFO, secrets: Collection[str] = ()
) -> None:
    """Sends our own lines, and warnings of the libraries, to one stream.

    `secrets` are cut out of whatever is said: a library's error may hold what it was given. Tracebacks show
    lines of programs and never the values that they worked with.
    """
    for_people = stream.isatty()
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if for_people else "iso", utc=not for_people),
        structlog.processors.format_exc_info,
        _tidying(secrets),
    ]
    render: Processor = structlog.processors.JSONRenderer()
    if for_people:
        render = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Undisturbed(stream))),
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


class _Undisturbed:
    """Drops what cannot be written: a full disk must not keep us from writing down what was sent."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def masked(address: str) -> str:
    """Enough of an address or a number to recognise it by: `a…@example.com`, `…4567`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"…{address[-4:]}" if address else ""


def _tidying(secrets: Collection[str]) -> Processor:
    """Leaves out empty values and secrets, and what could write a line of its own or move the cursor."""
    longest_first = sorted(filter(None, secrets), key=len, reverse=True)

    def tidied(_logger: object, _method: str, event: EventDict) -> EventDict:
        told: EventDict = {}
        for key, value in event.items():
            if value in (None, ""):
                continue
            text = str(value)
            for secret in longest_first:
                text = text.replace(secret, "***")
            told[key] = _on_lines(text) if key == "exception" else _on_one_line(text)
        return told

    return tidied


def _on_one_line(text: str) -> str:
    return text if text.isprintable() else "".join(char if char.isprintable() else "�" for char in text)


def _on_lines(text: str) -> str:
    return "\n".join(map(_on_one_line, text.split("\n")))
