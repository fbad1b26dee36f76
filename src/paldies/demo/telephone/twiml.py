"""A telephone's script in TwiML, checked and laid out in time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree import ElementTree

from paldies.channels.call.speaking import seconds
from paldies.demo.telephone.refusals import Refusal
from paldies.demo.telephone.voices import is_pair

_LONGEST = 4000  # characters
_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "Response": frozenset(),
    "Say": frozenset({"voice", "language", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Hangup": frozenset(),
    "Redirect": frozenset({"method"}),
    "Dial": frozenset(
        {"action", "method", "timeout", "hangupOnStar", "timeLimit", "callerId", "record", "answerOnBridge"}
    ),
    "Number": frozenset({"sendDigits", "url", "method"}),
    "Gather": frozenset(
        {
            "input", "action", "method", "timeout", "finishOnKey", "numDigits", "actionOnEmptyResult",
            "language", "hints", "bargeIn", "speechTimeout", "profanityFilter", "speechModel", "enhanced",
        }
    ),
}  # fmt: skip
_INSIDE: Mapping[str, frozenset[str]] = {
    "Response": frozenset({"Say", "Play", "Pause", "Hangup", "Redirect", "Dial", "Gather"}),
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Dial": frozenset({"Number"}),
}
_USUAL_WAIT = "5"  # seconds for a key, unless it says otherwise
_DIALLED = 60.0  # seconds that two people talk once one was put through to the other


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said, `begins` seconds after the script does."""

    begins: float
    lasts: float
    text: str
    voice: str
    language: str


@dataclass(frozen=True, slots=True)
class Menu:
    """While it is open, a key leads to `action`."""

    opens: float
    closes: float
    asked: float  # when the text in it has been said
    action: str


@dataclass(frozen=True, slots=True)
class Script:
    lines: tuple[Line, ...]
    menus: tuple[Menu, ...]
    lasts: float  # seconds until it hangs up
    dials: str = ""  # a number that is put through at the end


def read(twiml: str) -> Script:
    """Raises Refusal, with Twilio's code, for what Twilio would stumble over."""
    if len(twiml) > _LONGEST:
        raise Refusal(20001, f"Twiml may have {_LONGEST} characters, not {len(twiml)}")
    try:
        root = ElementTree.fromstring(twiml.encode())  # noqa: S314 - the demo's own words; expat bounds entities
    except ElementTree.ParseError as error:
        raise Refusal(12100, f"Document parse failure: {error}") from error
    if root.tag != "Response":
        raise Refusal(12101, "Invalid Twilio Response: the outermost element must be <Response>")
    _check(root)
    return _Reading().of(root)


def _check(verb: ElementTree.Element) -> None:
    unknown = set(verb.attrib) - _ATTRIBUTES[verb.tag]
    if unknown:
        raise Refusal(12200, f"<{verb.tag}> has no attribute {', '.join(sorted(unknown))}")
    for inner in verb:
        if inner.tag not in _INSIDE.get(verb.tag, frozenset()):
            raise Refusal(12200, f"<{inner.tag}> may not stand in <{verb.tag}>")
        _check(inner)
    for wrong in _objections(verb):
        raise wrong


def _objections(verb: ElementTree.Element) -> Iterator[Refusal]:
    get = verb.get
    match verb.tag:
        case "Say":
            if not (verb.text or "").strip():
                yield Refusal(13520, "Say: Invalid text")
            if not is_pair(get("voice", ""), get("language", "")):
                yield Refusal(13512, f"Say: {get('voice')} does not speak {get('language')}")
        case "Pause":
            if not get("length", "1").isdecimal():
                yield Refusal(13710, "Pause: Invalid length value")
        case "Gather":
            if get("input", "dtmf") not in ("dtmf", "speech", "dtmf speech"):
                yield Refusal(12200, "Gather: Invalid input")
            if not get("timeout", _USUAL_WAIT).isdecimal():
                yield Refusal(13313, "Gather: Invalid timeout value")
            if not get("numDigits", "1").isdecimal() or get("numDigits") == "0":
                yield Refusal(13314, "Gather: Invalid numDigits value")
            if get("action") and not urlsplit(get("action", "")).hostname:
                yield Refusal(13310, "Gather: Invalid action")
            if get("method", "POST") not in ("GET", "POST"):
                yield Refusal(13312, "Gather: Invalid method value")


class _Reading:
    """Goes through the verbs with a stop-watch."""

    def __init__(self) -> None:
        self._clock = 0.0
        self._lines: list[Line] = []
        self._menus: list[Menu] = []

    def of(self, root: ElementTree.Element) -> Script:
        dials = ""
        for verb in root:
            if verb.tag in ("Hangup", "Redirect"):
                break
            if verb.tag == "Dial":
                dials = "".join(verb.itertext()).strip()
                self._clock += _DIALLED
                break
            self._perform(verb)
        return Script(tuple(self._lines), tuple(self._menus), self._clock, dials)

    def _perform(self, verb: ElementTree.Element) -> None:
        match verb.tag:
            case "Say":
                self._say(verb)
            case "Pause":
                self._clock += int(verb.get("length", "1"))
            case "Gather":
                opens = self._clock
                for inner in verb:
                    self._perform(inner)
                asked = self._clock
                self._clock += int(verb.get("timeout", _USUAL_WAIT))
                self._menus.append(Menu(opens, self._clock, asked, verb.get("action", "")))

    def _say(self, verb: ElementTree.Element) -> None:
        text, language = (verb.text or "").strip(), verb.get("language", "")
        lasts = seconds(text, language or "en")
        self._lines.append(Line(self._clock, lasts, text, verb.get("voice", ""), language))
        self._clock += lasts
