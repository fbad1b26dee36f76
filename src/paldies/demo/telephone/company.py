"""The pretend telephone company: who has which line, what was placed, and what goes wrong on the way."""

from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from enum import StrEnum
from itertools import count
from typing import TypeVar

from paldies.clock import Clock
from paldies.demo.telephone import twiml
from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.forms import Form, is_phone
from paldies.demo.telephone.lines import Arrives, CallLine, Person, Refused, TextLine
from paldies.demo.telephone.refusals import Refusal
from paldies.demo.telephone.texts import PretendText

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "a-token-for-a-pretend-company"  # noqa: S105 - it opens nothing
NUMBER = "+37167000000"

_LONGEST_BODY = 1600  # characters
_ELSEWHERE = twiml.Script((), (), 20.0)  # a script that stands at a URL: it is not fetched

L = TypeVar("L")


class Fault(StrEnum):
    """What becomes of one request that places a call or a text."""

    LOST = "lost"  # placed, and the line breaks before the answer
    SILENT = "silent"  # placed, and no answer comes
    BROKEN = "broken"  # placed, and answered with 500
    TOO_MANY = "too many"  # not placed: 429
    UNKNOWN_KEY = "unknown key"  # not placed: 401


class Company:
    """`lines[number]` are used in turn, the last for good; a number without any has the usual one."""

    def __init__(
        self,
        clock: Clock,
        *,
        account: str = ACCOUNT,
        token: str = TOKEN,
        numbers: frozenset[str] = frozenset(),
    ) -> None:
        """`numbers` that may be called from; none named: every one."""
        self.clock = clock
        self.account = account
        self.token = token
        self.calls: list[PretendCall] = []
        self.messages: list[PretendText] = []
        self.faults: deque[Fault] = deque()
        self.is_out_of_order = False  # answers 503 to whatever is looked up
        self.usual_call: CallLine = Person()
        self.usual_text: TextLine = Arrives()
        self._numbers = numbers
        self._call_lines: dict[str, deque[CallLine]] = defaultdict(deque)
        self._text_lines: dict[str, deque[TextLine]] = defaultdict(deque)
        self._sids = count(1)

    def expect_calls(self, number: str, *lines: CallLine) -> None:
        """What happens to the next calls to it, one after another."""
        self._call_lines[number].extend(lines)

    def expect_texts(self, number: str, *lines: TextLine) -> None:
        """What happens to the next texts to it, one after another."""
        self._text_lines[number].extend(lines)

    def place_call(self, form: Form) -> PretendCall:
        """Raises Refusal."""
        self._check_numbers(form, no_to=21201, no_from=21213, not_ours=21210)
        ways = [name for name in ("Url", "Twiml", "ApplicationSid") if form.get(name)]
        if not ways:
            raise Refusal(21205)
        if len(ways) > 1:
            raise Refusal(20001, f"only one of {' and '.join(ways)} may be given")
        if "StatusCallbackEvent" in form and not form.get("StatusCallback"):
            raise Refusal(20001, "StatusCallbackEvent without StatusCallback")
        script = twiml.read(form["Twiml"]) if "Twiml" in form else _ELSEWHERE
        line = _next(self._call_lines[form["To"]], self.usual_call)
        if isinstance(line, Refused):
            raise Refusal(line.code, form["To"])
        call = PretendCall(self._sid("CA"), form, line, self.clock.now(), script)
        self.calls.append(call)
        return call

    def change_call(self, call: PretendCall, form: Form) -> None:
        """Raises Refusal once it is over, or if it cannot be done yet."""
        now = self.clock.now()
        status = call.status(now)
        if form.get("Twiml") and form.get("Url"):
            raise Refusal(20001, "only one of Url and Twiml may be given")
        script = twiml.read(form["Twiml"]) if form.get("Twiml") else None
        if now >= call.over_at or (script and status != "in-progress"):
            raise Refusal(21220)
        match form.get("Status"):
            case "canceled" if status not in ("queued", "ringing"):
                raise Refusal(21220)
            case "canceled":
                call.cancel(now)
            case "completed":
                call.hang_up(now)
        if script:
            call.play(script, now)

    def place_text(self, form: Form) -> PretendText:
        """Raises Refusal."""
        self._check_numbers(form, no_to=21604, no_from=21603, not_ours=21606)
        if not form.get("Body"):
            raise Refusal(21602)
        if len(form["Body"]) > _LONGEST_BODY:
            raise Refusal(21617)
        line = _next(self._text_lines[form["To"]], self.usual_text)
        if isinstance(line, Refused):
            raise Refusal(line.code, form["To"])
        text = PretendText(self._sid("SM"), form, line, self.clock.now())
        self.messages.append(text)
        return text

    def call(self, sid: str) -> PretendCall:
        """Raises Refusal."""
        return _the(self.calls, lambda call: call.sid == sid)

    def text(self, sid: str) -> PretendText:
        """Raises Refusal."""
        return _the(self.messages, lambda text: text.sid == sid)

    def _check_numbers(self, form: Mapping[str, str], *, no_to: int, no_from: int, not_ours: int) -> None:
        if not form.get("To"):
            raise Refusal(no_to)
        if not form.get("From"):
            raise Refusal(no_from)
        if not is_phone(form["To"]):
            raise Refusal(21211, form["To"])
        if not is_phone(form["From"]):
            raise Refusal(21212, form["From"])
        if self._numbers and form["From"] not in self._numbers:
            raise Refusal(not_ours, form["From"])

    def _sid(self, kind: str) -> str:
        return f"{kind}{next(self._sids):032x}"


def _next(lines: deque[L], usual: L) -> L:
    if not lines:
        return usual
    return lines.popleft() if len(lines) > 1 else lines[0]


def _the(placed: list[L], is_it: Callable[[L], bool]) -> L:
    found = next((each for each in placed if is_it(each)), None)
    if found is None:
        raise Refusal(20404)
    return found
