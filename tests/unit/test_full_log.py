"""A log that cannot be written to keeps nobody from going on."""

import io
import logging
from collections.abc import Iterator

import pytest
import structlog

from paldies import logs


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def test_what_cannot_be_logged_is_dropped() -> None:
    logs.configure(FullDisk())

    told = structlog.get_logger("test").info("sent", message="a key")

    assert told is None


def test_what_is_said_once_there_is_room_again_is_there() -> None:
    stream = io.StringIO()
    logs.configure(stream)

    structlog.get_logger("test").info("sent", message="a key")

    assert '"event": "sent"' in stream.getvalue()
