"""What a log must never carry: secrets, values of local variables, lines that a customer wrote."""

import io
import json
import logging

import pytest
import structlog

from paldies import logs

SECRET = "correct-horse"
PASSWORD, LONGER = "hunter2", f"{SECRET}-battery"
FORGED = "1001\n2026-01-01 paid order=7\x1b[2J\x1b]0;owned\x07\x9b31m\u202e\u2028"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=[io.StringIO, Terminal], ids=["a file", "a terminal"])
def stream(request: pytest.FixtureRequest) -> io.StringIO:
    made: io.StringIO = request.param()
    logs.configure(made, secrets=[SECRET, LONGER])
    return made


def sign_in(password: str) -> None:
    token = password[::-1]
    raise ConnectionError(f"refused for {LONGER}, {len(token)}, {FORGED}")


def test_a_traceback_shows_no_values(stream: io.StringIO) -> None:
    try:
        sign_in(PASSWORD)
    except ConnectionError:
        structlog.get_logger().exception("a tick failed")
        logging.getLogger("uvicorn.error").exception("a library failed")

    said = stream.getvalue()
    assert said.count("ConnectionError: refused for ***") == 2
    assert said.count("in sign_in") == 2
    assert not [each for each in (PASSWORD, PASSWORD[::-1], SECRET, "-battery") if each in said]


def test_a_library_s_error_is_told_after_the_fact_as_well(stream: io.StringIO) -> None:
    try:
        sign_in(PASSWORD)
    except ConnectionError as error:
        gone = error
    logging.getLogger("asyncio").error("never retrieved", exc_info=gone)

    assert "ConnectionError: refused for ***" in stream.getvalue()


def test_a_secret_is_cut_out_wherever_it_turns_up(stream: io.StringIO) -> None:
    structlog.get_logger().warning(
        f"a shop says {SECRET}", url=f"https://x:{SECRET}@y", error=OSError(SECRET)
    )
    logging.getLogger("urllib3").warning("cannot reach %s", f"?key={SECRET}")

    assert SECRET not in stream.getvalue()
    assert stream.getvalue().count("***") == 4


def test_nobody_writes_a_line_of_their_own(stream: io.StringIO) -> None:
    structlog.get_logger().warning("not understood", order=FORGED)
    logging.getLogger("urllib3").warning("odd: %s", FORGED)

    said = stream.getvalue()
    assert len(said.splitlines()) == 2
    assert not {"\x9b", "\x07", "\u202e", "\u2028"} & set(said)
    assert "\x1b[2J" not in said and "\x1b]" not in said


def test_a_file_gets_json(stream: io.StringIO) -> None:
    if isinstance(stream, Terminal):
        pytest.skip("people read no JSON")

    structlog.get_logger().info("planned", events=3, nothing=None)

    line = json.loads(stream.getvalue())
    assert (line["event"], line["events"], line["level"]) == ("planned", "3", "info")
    assert "nothing" not in line
