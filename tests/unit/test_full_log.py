"""Writing the log keeps nobody from going on: neither a full disk, nor many lines at once."""

import asyncio
import io
from threading import Thread

import structlog

from paldies import logs


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


class Counted(io.StringIO):
    writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        return super().write(text)


def test_what_cannot_be_logged_is_dropped() -> None:
    logs.configure(FullDisk())

    told = structlog.get_logger("test").info("sent", message="a key")

    assert told is None


def test_what_is_said_once_there_is_room_again_is_there() -> None:
    stream = io.StringIO()
    logs.configure(stream)

    structlog.get_logger("test").info("sent", message="a key")

    assert '"event": "sent"' in stream.getvalue()


async def test_what_is_said_in_one_turn_of_the_loop_is_written_in_one_go() -> None:
    stream = Counted()
    logs.configure(stream)
    log = structlog.get_logger("test")

    for key in "abc":
        log.info("sent", message=key)
    await asyncio.sleep(0)
    log.info("sent", message="d")
    await asyncio.sleep(0)

    assert stream.writes == 2
    assert [line[13] for line in stream.getvalue().splitlines()] == ["a", "b", "c", "d"]


async def test_a_thread_writes_at_once_and_what_was_said_before_comes_first() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    log = structlog.get_logger("test")

    log.info("sent", message="a")
    thread = Thread(target=log.info, args=["sent"], kwargs={"message": "b"})
    thread.start()
    thread.join()

    assert [line[13] for line in stream.getvalue().splitlines()] == ["a", "b"]


def test_the_last_words_of_a_loop_are_written_and_the_next_one_s_as_well() -> None:
    stream = io.StringIO()
    logs.configure(stream)

    async def say(key: str) -> None:
        structlog.get_logger("test").info("sent", message=key)

    asyncio.run(say("a"))
    asyncio.run(say("b"))

    assert [line[13] for line in stream.getvalue().splitlines()] == ["a", "b"]
