"""What Twilio's answer, or its silence, means: whose fault it is, and whether anything may have left."""

import json
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from requests import RequestException
from requests.exceptions import ConnectTimeout, ProxyError
from twilio.base.exceptions import TwilioException
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from paldies.channels.base import DeliveryError, Doubt, Fault

_LONGEST_TEXT = 300  # characters of an answer that are kept
_SDK_WORDS = re.compile(r"^Unable to \w+ (record|page)(: )?")
_NUMBER = re.compile(r"\+?\d{5,13}(?=\d{2}(?!\d))")  # but for its last two digits


@dataclass(frozen=True, slots=True)
class _Rule:
    codes: frozenset[int]
    fault: Fault
    meaning: str
    permanent: bool = False
    address_is_dead: bool = False


# https://www.twilio.com/docs/api/errors; finer codes are added now and then (changelog of 10 July 2024), so
# what is not here is judged by its HTTP status.
# "us" or "provider", not permanent: the whole channel waits, no attempt is spent, nobody is blamed.
# "us", permanent: only this message cannot be sent. Dead: the number is never used again on this channel.
_RULES = (
    _Rule(
        frozenset({21211, 21214, 21217, 21614, 13223, 13224}),
        "recipient",
        "the number cannot be reached",
        permanent=True,
        address_is_dead=True,
    ),
    _Rule(
        frozenset({21610, 21216}),
        "recipient",
        "the customer has asked Twilio for nothing more",
        permanent=True,
        address_is_dead=True,
    ),
    _Rule(frozenset({21612}), "recipient", "the number cannot be reached from ours", permanent=True),
    _Rule(frozenset({20429, 21611, 14107}), "provider", "Twilio slows us down"),
    _Rule(
        frozenset({20003, 20006, 20008, 20404}),
        "us",
        "check twilio.account_sid and twilio.auth_token (PALDIES_TWILIO_AUTH_TOKEN)",
    ),
    _Rule(
        frozenset({21210, 21212, 21213, 21603, 21606, 21659, 21660}),
        "us",
        "Twilio does not let us use this number; check twilio.from",
    ),
    _Rule(
        frozenset({21215, 21408, 13227, 32205}),
        "us",
        "this country is not allowed; allow it in Twilio's Console under Geo permissions",
        permanent=True,  # other countries are
    ),
    _Rule(
        frozenset({21219, 21608, 21601, 30032, 30034, 63038}),
        "us",
        "this Twilio account, or number, is not ready for it; see Twilio's Console",
    ),
    _Rule(frozenset({10001, 20005, 30002}), "us", "Twilio has suspended the account; see Twilio's Console"),
)
_BY_CODE = {code: rule for rule in _RULES for code in rule.codes}


@dataclass(frozen=True, slots=True)
class _Answer:
    """`code` is Twilio's own, 0 if there is none: then something else has answered in its place."""

    status: int
    code: int
    text: str

    def __str__(self) -> str:
        said = _NUMBER.sub("…", self.text)[:_LONGEST_TEXT]
        return f"HTTP {self.status}{f', {self.code}' if self.code else ''}: {said or 'nothing was said'}"


# What may be said of a message only after it was taken: https://www.twilio.com/docs/sms/troubleshooting
_DEAD_LATER = frozenset({30005, 30006})  # there is no such handset; a landline
_NO_MORE_LATER = frozenset({30004, 21610, 21216})  # the customer, or their network, keeps us out


def is_dead_number(code: int) -> bool:
    """Whether nothing can ever reach the number in this way."""
    rule = _BY_CODE.get(code)
    return code in _DEAD_LATER or (rule is not None and rule.address_is_dead and code not in _NO_MORE_LATER)


def wants_no_more(code: int) -> bool:
    """Whether the customer has refused us at Twilio, or at the network."""
    return code in _NO_MORE_LATER


def on_placing(error: Exception) -> DeliveryError | Doubt:
    """For a request that has a telephone ring, or a text message leave; Twilio knows no key against a second.

    A 5xx, or silence, may come after it was done (https://www.twilio.com/docs/api/errors/20500); a 429 comes
    before anything is (https://www.twilio.com/docs/api/errors/20429).
    """
    if answer := _answer(error):
        may_have_left = answer.status >= 500 or answer.status == 408 or answer.code == 20500
        return Doubt(f"Twilio may have done it: {answer}") if may_have_left else _refusal(answer)
    if isinstance(error, RequestException) and _surely_nothing_left(error):
        return _unreachable(error)
    return Doubt(f"No answer from Twilio that can be read: {_told(error)}")


def on_asking(error: Exception) -> DeliveryError:
    """For a request that changes nothing."""
    answer = _answer(error)
    if answer is None:
        return _unreachable(error)
    return _trouble(answer) if answer.status >= 500 or answer.code == 20500 else _refusal(answer)


def _answer(error: Exception) -> _Answer | None:
    """What was answered, if anything was."""
    if not isinstance(error, TwilioException):
        return None
    if len(error.args) == 2 and hasattr(error.args[1], "status_code"):  # how the SDK reports it for lists
        return _read(error.args[1].status_code, error.args[1].text)
    status = getattr(error, "status", None)
    if not isinstance(status, int):
        return None
    code = getattr(error, "code", 0)
    is_own = isinstance(code, int) and code != status  # the SDK fills a missing code with the status
    text = getattr(error, "msg", "") or getattr(error, "detail", "") or getattr(error, "title", "")
    return _Answer(status, code if is_own else 0, _SDK_WORDS.sub("", str(text)))


def _read(status: int, body: str) -> _Answer:
    try:
        payload = json.loads(body)
        return _Answer(status, int(payload.get("code") or 0), str(payload.get("message", "")))
    except (ValueError, TypeError, AttributeError):
        return _Answer(status, 0, "")


def _refusal(answer: _Answer) -> DeliveryError:
    if rule := _BY_CODE.get(answer.code):
        return DeliveryError(
            _sentence(f"{rule.meaning}: {answer}"),
            permanent=rule.permanent,
            fault=rule.fault,
            code=str(answer.code),
            address_is_dead=rule.address_is_dead,
        )
    match answer.status:
        case 429:
            return _trouble(answer)
        case 401 | 403:
            return _ours(f"Twilio does not let us in; check account_sid and auth_token in [twilio]: {answer}")
    if not answer.code:
        return _ours(f"This was not Twilio's own answer; check twilio.base_url and the proxy: {answer}")
    return DeliveryError(
        f"Twilio refuses this message: {answer}", permanent=True, fault="us", code=str(answer.code)
    )


def _ours(text: str) -> DeliveryError:
    return DeliveryError(text, permanent=False, fault="us", code="access")


def _trouble(answer: _Answer) -> DeliveryError:
    code = str(answer.code or answer.status)
    return DeliveryError(f"Twilio is in trouble: {answer}", permanent=False, fault="provider", code=code)


def _unreachable(error: Exception) -> DeliveryError:
    is_ours = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error))
    return DeliveryError(
        f"Twilio cannot be reached: {_told(error)}",
        permanent=False,
        fault="us" if is_ours else "provider",
        code="connection",
    )


def _surely_nothing_left(error: RequestException) -> bool:
    """No connection came about, or there is no such place."""
    return isinstance(error, ConnectTimeout | ProxyError | ValueError) or any(
        isinstance(cause, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError)
        for cause in _causes(error)
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors inside one another, as requests and urllib3 wrap them."""
    cause: object = error
    while isinstance(cause, BaseException):
        yield cause
        cause = getattr(cause, "reason", None) or next(iter(cause.args), None)


def _told(error: Exception) -> str:
    """The innermost of it: what is wrapped around names the whole address, customer's number and all."""
    *_, cause = _causes(error)
    return f"{type(error).__name__}: {_NUMBER.sub('…', str(cause))[:_LONGEST_TEXT]}"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
