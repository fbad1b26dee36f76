"""The pretend company takes what Twilio's published contract has, and nothing else."""

import inspect
from collections.abc import Mapping
from typing import Any

import pytest
from starlette.datastructures import FormData
from twilio.http.response import Response
from twilio.rest import Client

from paldies.clock import SteppedClock
from paldies.demo.telephone import forms, twiml
from paldies.demo.telephone.company import NUMBER, Company
from paldies.demo.telephone.lines import Arrives, Refused, Untold
from paldies.demo.telephone.refusals import Refusal
from paldies.demo.telephone.voices import is_pair
from tests.factories import NOON
from tests.outgoings import ALICE, BORIS


class Ear:
    """Stands in for the wire: hears the names of everything that the SDK would send."""

    is_async = False

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def request(self, method: str, url: str, **sent: Any) -> Response:
        self.heard = set(sent["data"] or sent["params"])
        return Response(201 if method == "POST" else 200, '{"calls": []}')


def names_sent_by(verb: str, resource: str) -> set[str]:
    """Every field that the SDK knows for it."""
    ear = Ear()
    client = Client("AC1", "token", http_client=ear)
    target = client.calls("CA1") if verb == "update" else getattr(client, resource)
    verb = "page" if verb == "list" else verb
    arguments = [name for name in inspect.signature(getattr(target, verb)).parameters if name != "self"]
    getattr(target, verb)(**dict.fromkeys(arguments, "1"))
    return ear.heard


@pytest.mark.parametrize(
    ("verb", "resource", "contract"),
    [
        ("create", "calls", forms.NEW_CALL),
        ("update", "calls", forms.CHANGED_CALL),
        ("list", "calls", forms.CALL_LIST),
        ("create", "messages", forms.NEW_TEXT),
        ("list", "messages", forms.TEXT_LIST),
    ],
)
def test_its_fields_are_those_of_twilio(verb: str, resource: str, contract: Mapping[str, Any]) -> None:
    assert names_sent_by(verb, resource) == set(contract)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("Colour", "blue", 20001),
        ("Timeout", "601", 20001),
        ("Timeout", "soon", 20001),
        ("Record", "yes", 20001),
        ("MachineDetection", "enable", 20001),
        ("MachineDetectionTimeout", "60", 20001),
        ("StatusCallbackEvent", "started", 20001),
        ("StatusCallback", "not a place", 21609),
    ],
)
def test_a_field_that_twilio_would_not_understand_is_refused(name: str, value: str, code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        forms.read(FormData([(name, value)]), forms.NEW_CALL)

    assert refusal.value.code == code
    assert refusal.value.body["status"] == refusal.value.status == 400


def test_only_some_fields_may_be_repeated() -> None:
    events = FormData([("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "completed")])

    assert forms.read(events, forms.NEW_CALL) == {"StatusCallbackEvent": "ringing completed"}
    with pytest.raises(Refusal, match="given twice"):
        forms.read(FormData([("To", "+1"), ("To", "+2")]), forms.NEW_CALL)


HELLO = "<Response><Say>Hello.</Say></Response>"


def company() -> Company:
    return Company(SteppedClock(NOON), numbers=frozenset({NUMBER}))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21201),
        ({"To": "20000001"}, 21211),
        ({"To": "+0123456789"}, 21211),
        ({"From": ""}, 21213),
        ({"From": "67000000"}, 21212),
        ({"From": "+37167999999"}, 21210),
        ({"Twiml": ""}, 21205),
        ({"Url": "https://shop.example/twiml"}, 20001),
        ({"StatusCallbackEvent": "ringing"}, 20001),
    ],
)
def test_a_call_that_twilio_would_not_place_is_not_placed(changes: dict[str, str], code: int) -> None:
    twilio = company()

    with pytest.raises(Refusal) as refusal:
        twilio.place_call({"To": ALICE, "From": NUMBER, "Twiml": HELLO} | changes)

    assert (refusal.value.code, twilio.calls) == (code, [])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"To": ""}, 21604),
        ({"To": "Alice"}, 21211),
        ({"From": ""}, 21603),
        ({"From": "+37167999999"}, 21606),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
    ],
)
def test_a_text_that_twilio_would_not_send_is_not_sent(changes: dict[str, str], code: int) -> None:
    twilio = company()

    with pytest.raises(Refusal) as refusal:
        twilio.place_text({"To": ALICE, "From": NUMBER, "Body": "hello"} | changes)

    assert (refusal.value.code, twilio.messages) == (code, [])


def test_lines_are_used_in_turn_and_the_last_for_good() -> None:
    twilio = company()
    twilio.expect_texts(ALICE, Refused(21610), Untold())

    with pytest.raises(Refusal, match="21610"):
        twilio.place_text({"To": ALICE, "From": NUMBER, "Body": "hello"})
    later = [twilio.place_text({"To": ALICE, "From": NUMBER, "Body": "hello"}).line for _ in range(3)]

    assert later == [Untold()] * 3
    assert twilio.place_text({"To": BORIS, "From": NUMBER, "Body": "hello"}).line == Arrives()


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<Say>", 12100),
        ("<Shout>hello</Shout>", 12200),
        ("<Say colour='red'>hello</Say>", 12200),
        ("<Say/>", 13520),
        ("<Say voice='Google.lv-LV-Standard-B' language='en-US'>hello</Say>", 13512),
        ("<Say voice='Polly.Nobody'>hello</Say>", 13512),
        ("<Pause length='long'/>", 13710),
        ("<Gather><Hangup/></Gather>", 12200),
        ("<Gather numDigits='0'/>", 13314),
        ("<Gather timeout='x'/>", 13313),
        ("<Gather action='keys'/>", 13310),
        ("<Gather input='voice'/>", 12200),
        ("<!--" + "x" * 4000 + "-->", 20001),
    ],
)
def test_twiml_that_twilio_would_stumble_over_is_refused(inside: str, code: int) -> None:
    with pytest.raises(Refusal) as refusal:
        twiml.read(f"<Response>{inside}</Response>")

    assert refusal.value.code == code


def test_another_document_is_no_twiml() -> None:
    with pytest.raises(Refusal) as refusal:
        twiml.read("<html/>")

    assert refusal.value.code == 12101


def test_a_script_is_laid_out_in_time() -> None:
    script = twiml.read(
        "<Response><Pause length='2'/><Gather timeout='4' action='https://shop.example/k'>"
        "<Say>One.</Say><Pause/><Say>Two.</Say></Gather><Hangup/><Say>Never.</Say></Response>"
    )

    first, second = script.lines
    assert (first.begins, second.begins) == (2, pytest.approx(3 + first.lasts))
    assert script.menus[0].asked == pytest.approx(second.begins + second.lasts)
    assert script.lasts == script.menus[0].closes == pytest.approx(script.menus[0].asked + 4)


@pytest.mark.parametrize(
    ("voice", "language", "is_one"),
    [
        ("Google.lv-LV-Standard-B", "lv-LV", True),
        ("Google.lv-LV-Standard-B", "", True),
        ("Google.lv-LV-Standard-B", "lv", False),
        ("Polly.Joanna-Neural", "en-US", True),
        ("Polly.Joanna", "en-GB", False),
        ("alice", "en-GB", True),
        ("Siri", "", False),
    ],
)
def test_voices_speak_their_own_language(voice: str, language: str, is_one: bool) -> None:
    assert is_pair(voice, language) is is_one
