"""Whose fault Twilio's answer is, and whether anything may have left."""

import json
import ssl
from datetime import timedelta

import pytest
from requests import exceptions
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.response import Response
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError
from urllib3.exceptions import SSLError as WireSSLError

from paldies.channels.base import DeliveryError, Doubt, Trace
from paldies.channels.sms.state import SmsState
from paldies.channels.twilio.traces import CLOCKS_DIFFER, first_after
from paldies.channels.twilio.verdicts import is_dead_number, on_asking, on_placing, wants_no_more
from tests.factories import NOON

# HTTP status, Twilio's code → fault, permanent, address_is_dead
ANSWERS = [
    # the number
    (400, 21211, "recipient", True, True),
    (400, 21214, "recipient", True, True),
    (400, 21217, "recipient", True, True),
    (400, 21614, "recipient", True, True),
    (400, 13224, "recipient", True, True),
    (400, 21612, "recipient", True, False),
    # the customer's wish
    (400, 21610, "recipient", True, True),
    (400, 21216, "recipient", True, True),
    # ours: the channel rests, nobody is blamed
    (401, 20003, "us", False, False),
    (403, 20003, "us", False, False),
    (404, 20404, "us", False, False),
    (400, 21212, "us", False, False),
    (400, 21606, "us", False, False),
    (400, 21210, "us", False, False),
    (400, 21659, "us", False, False),
    (400, 21408, "us", True, False),
    (400, 21215, "us", True, False),
    (403, 32205, "us", True, False),
    (400, 21608, "us", False, False),
    (400, 30034, "us", False, False),
    (403, 30002, "us", False, False),
    (401, 401, "us", False, False),
    (403, 99999, "us", False, False),
    # somebody else has answered in Twilio's place
    (404, 404, "us", False, False),
    (407, 407, "us", False, False),
    (301, 301, "us", False, False),
    # this message only
    (400, 21617, "us", True, False),
    (400, 12100, "us", True, False),
    (400, 99999, "us", True, False),
    # later
    (429, 20429, "provider", False, False),
    (429, 429, "provider", False, False),
    (400, 21611, "provider", False, False),
]


def refused(status: int, code: int, text: str = "no") -> TwilioRestException:
    return TwilioRestException(status, "/Calls.json", f"Unable to create record: {text}", code, "POST")


@pytest.mark.parametrize(("status", "code", "fault", "permanent", "is_dead"), ANSWERS)
def test_each_answer_has_its_meaning(
    status: int, code: int, fault: str, permanent: bool, is_dead: bool
) -> None:
    error = on_placing(refused(status, code))

    assert isinstance(error, DeliveryError)
    assert (error.fault, error.permanent, error.address_is_dead) == (fault, permanent, is_dead)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_problem_details_mean_the_same(status: int) -> None:
    plain = on_placing(refused(status, 20003))
    problem = on_placing(TwilioServiceException("about:blank", "no", status, 20003))

    assert (type(problem), str(problem)) == (type(plain), str(plain))


@pytest.mark.parametrize(
    "error",
    [
        refused(500, 20500),
        refused(500, 21211),  # whatever it says
        refused(502, 502),
        refused(503, 20503),
        refused(504, 504),
        refused(408, 408),
        refused(400, 20500),
        exceptions.ReadTimeout("read timed out"),
        exceptions.ConnectionError(ProtocolError("Connection aborted", ConnectionResetError(104, "reset"))),
        exceptions.ChunkedEncodingError("half an answer"),
        exceptions.SSLError(WireSSLError(ssl.SSLError(1, "bad record mac"))),
        json.JSONDecodeError("not JSON", "<html>", 0),
        TwilioException("something else"),
        KeyError("sid"),
    ],
)
def test_what_may_have_left_is_a_doubt(error: Exception) -> None:
    assert isinstance(on_placing(error), Doubt)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (exceptions.ConnectTimeout("no route"), "provider"),
        (
            exceptions.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused"))),
            "provider",
        ),
        (exceptions.ProxyError("the proxy is down"), "provider"),
        (exceptions.InvalidURL("http://["), "provider"),
        (exceptions.SSLError(WireSSLError(ssl.SSLCertVerificationError("expired"))), "us"),
    ],
)
def test_without_a_connection_nothing_left(error: Exception, fault: str) -> None:
    verdict = on_placing(error)

    assert isinstance(verdict, DeliveryError)
    assert (verdict.fault, verdict.permanent, verdict.code) == (fault, False, "connection")


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (refused(500, 20500), "provider"),
        (refused(503, 503), "provider"),
        (refused(429, 20429), "provider"),
        (refused(401, 20003), "us"),
        (TwilioException("Unable to fetch page", Response(401, '{"code": 20003, "message": "no"}')), "us"),
        (TwilioException("Unable to fetch page", Response(503, "<html>")), "provider"),
        (TwilioException("Unable to fetch page", Response(403, "[]")), "us"),
        (exceptions.ReadTimeout("read timed out"), "provider"),
        (json.JSONDecodeError("not JSON", "<html>", 0), "provider"),
    ],
)
def test_a_question_leaves_no_doubt(error: Exception, fault: str) -> None:
    verdict = on_asking(error)

    assert (verdict.fault, verdict.permanent, verdict.address_is_dead) == (fault, False, False)


def test_a_refusal_says_what_was_said_without_naming_the_number() -> None:
    error = on_placing(refused(400, 21211, "The 'To' number +37120000001 is not a valid phone number"))

    assert str(error) == (
        "The number cannot be reached: HTTP 400, 21211: The 'To' number …01 is not a valid phone number"
    )


def test_silence_is_told_without_the_address_that_was_asked() -> None:
    pool = "HTTPSConnectionPool(host='api.twilio.com')"
    error = on_asking(
        exceptions.ConnectionError(
            MaxRetryError(
                None, "/Messages.json?To=%2B37120000001", NewConnectionError(None, f"{pool}: refused")
            )
        )
    )

    assert "refused" in str(error)
    assert "20000001" not in str(error)


@pytest.mark.parametrize(
    ("code", "is_dead", "is_refused"),
    [
        (0, False, False),
        (30003, False, False),
        (30005, True, False),
        (30006, True, False),
        (21614, True, False),
        (30004, False, True),
        (21610, False, True),
        (30007, False, False),
        (21408, False, False),
    ],
)
def test_what_is_said_later_is_held_against_a_number_only_if_it_is_dead(
    code: int, is_dead: bool, is_refused: bool
) -> None:
    assert (is_dead_number(code), wants_no_more(code)) == (is_dead, is_refused)


def test_the_first_record_since_then_that_nobody_knows_is_ours() -> None:
    trace = Trace("a.1", "+37120000001", "", NOON, frozenset({"SM2"}))
    minutes = {"SM0": -5, "SM3": 3, "SM2": 1, "SM1": 2}
    records = [
        SmsState(sid, "sent", 0, "", NOON + timedelta(minutes=minute), None)
        for sid, minute in minutes.items()
    ]

    found = first_after(trace, records)

    assert found is not None
    assert found.sid == "SM1"
    assert first_after(trace, records[:1]) is None


def test_a_clock_that_is_a_little_behind_hides_nothing() -> None:
    trace = Trace("a.1", "+37120000001", "", NOON, frozenset())
    behind = SmsState("SM1", "queued", 0, "", NOON - CLOCKS_DIFFER, None)

    assert first_after(trace, [behind]) is behind
