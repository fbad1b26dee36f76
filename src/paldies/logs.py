"""Structured logs: for people on a terminal, JSON otherwise; never a body, an address or a number in full."""

import logging
import sys
from typing import TextIO

import structlog


def configure(stream: TextIO = sys.stderr, *, level: int = logging.INFO) -> None:
    """Sends our own lines, and warnings of the libraries, to one stream."""
    for_people = stream.isatty()
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if for_people else "iso", utc=not for_people),
        _without_empty_values,
    ]
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            *shared,
            *(() if for_people else (structlog.processors.format_exc_info,)),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
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


def masked(address: str) -> str:
    """Enough of an address or a number to recognise it by: `a…@example.com`, `…4567`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"…{address[-4:]}" if address else ""


def _without_empty_values(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {key: str(value) for key, value in event.items() if value not in (None, "")}
