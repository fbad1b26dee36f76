"""What may stand in a request, as Twilio's published contract has it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from starlette.datastructures import FormData, QueryParams

from paldies.demo.telephone.refusals import Refusal

_E164 = re.compile(r"\+[1-9]\d{6,14}")

Check = Callable[[str], bool]
Form = Mapping[str, str]


def is_phone(text: str) -> bool:
    """E.164."""
    return bool(_E164.fullmatch(text))


def _is_text(text: str) -> bool:
    return True


def _is_url(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _one_of(*words: str) -> Check:
    return lambda text: text in words


def _between(least: int, most: int) -> Check:
    return lambda text: text.isdecimal() and least <= int(text) <= most


_is_boolean = _one_of("true", "false")
_is_method = _one_of("GET", "POST")
_is_page = {"PageSize": _between(1, 1000), "Page": _between(0, 10_000), "PageToken": _is_text}

CALL_EVENTS = ("initiated", "ringing", "answered", "completed")

NEW_CALL: Mapping[str, Check] = {
    "To": _is_text,
    "From": _is_text,
    "Url": _is_url,
    "Twiml": _is_text,
    "ApplicationSid": _is_text,
    "Method": _is_method,
    "FallbackUrl": _is_url,
    "FallbackMethod": _is_method,
    "StatusCallback": _is_url,
    "StatusCallbackEvent": _one_of(*CALL_EVENTS),
    "StatusCallbackMethod": _is_method,
    "SendDigits": _is_text,
    "Timeout": _between(1, 600),
    "Record": _is_boolean,
    "RecordingChannels": _one_of("mono", "dual"),
    "RecordingStatusCallback": _is_url,
    "RecordingStatusCallbackMethod": _is_method,
    "RecordingStatusCallbackEvent": _one_of("in-progress", "completed", "absent"),
    "RecordingConfigurationId": _is_text,
    "RecordingTrack": _one_of("inbound", "outbound", "both"),
    "SipAuthUsername": _is_text,
    "SipAuthPassword": _is_text,
    "MachineDetection": _one_of("Enable", "DetectMessageEnd"),
    "MachineDetectionTimeout": _between(3, 59),
    "MachineDetectionSpeechThreshold": _between(1000, 6000),
    "MachineDetectionSpeechEndThreshold": _between(500, 5000),
    "MachineDetectionSilenceTimeout": _between(2000, 10_000),
    "AsyncAmd": _is_boolean,
    "AsyncAmdStatusCallback": _is_url,
    "AsyncAmdStatusCallbackMethod": _is_method,
    "Trim": _one_of("trim-silence", "do-not-trim"),
    "CallerId": _is_text,
    "Passports": _is_text,
    "Byoc": _is_text,
    "CallReason": _is_text,
    "CallToken": _is_text,
    "TimeLimit": _between(1, 86_400),
    "ClientNotificationUrl": _is_url,
}
CHANGED_CALL: Mapping[str, Check] = {
    "Url": _is_url,
    "Method": _is_method,
    "Status": _one_of("canceled", "completed"),
    "FallbackUrl": _is_url,
    "FallbackMethod": _is_method,
    "StatusCallback": _is_url,
    "StatusCallbackMethod": _is_method,
    "Twiml": _is_text,
    "TimeLimit": _between(1, 86_400),
}
NEW_TEXT: Mapping[str, Check] = {
    "To": _is_text,
    "From": _is_text,
    "FallbackFrom": _is_text,
    "MessagingServiceSid": _is_text,
    "Body": _is_text,
    "MediaUrl": _is_url,
    "ContentSid": _is_text,
    "ContentVariables": _is_text,
    "StatusCallback": _is_url,
    "ApplicationSid": _is_text,
    "MaxPrice": _is_text,
    "ProvideFeedback": _is_boolean,
    "Attempt": _between(1, 10),
    "ValidityPeriod": _between(1, 36_000),
    "ForceDelivery": _is_boolean,
    "ContentRetention": _one_of("retain", "discard"),
    "AddressRetention": _one_of("retain", "obfuscate"),
    "SmartEncoded": _is_boolean,
    "PersistentAction": _is_text,
    "TrafficType": _one_of("free"),
    "ShortenUrls": _is_boolean,
    "ScheduleType": _one_of("fixed"),
    "SendAt": _is_moment,
    "SendAsMms": _is_boolean,
    "MessageIntent": _is_text,
    "RiskCheck": _one_of("enable", "disable"),
}
CALL_LIST: Mapping[str, Check] = _is_page | {
    "To": _is_text,
    "From": _is_text,
    "ParentCallSid": _is_text,
    "Status": _one_of(
        "queued", "ringing", "in-progress", "canceled", "completed", "failed", "busy", "no-answer"
    ),
    **{f"{name}{sign}": _is_moment for name in ("StartTime", "EndTime") for sign in ("", "<", ">")},
}
TEXT_LIST: Mapping[str, Check] = _is_page | {
    "To": _is_text,
    "From": _is_text,
    **{f"DateSent{sign}": _is_moment for sign in ("", "<", ">")},
}
_REPEATED = {"StatusCallbackEvent", "RecordingStatusCallbackEvent", "MediaUrl", "PersistentAction"}
_CODES = {"StatusCallback": 21609}


def read(form: FormData | QueryParams, contract: Mapping[str, Check]) -> Form:
    """Its fields, a repeated one's values joined by spaces. Raises Refusal for what Twilio does not know."""
    fields: dict[str, str] = {}
    for name, value in form.multi_items():
        check = contract.get(name)
        if check is None:
            raise Refusal(20001, f"there is no parameter {name}")
        if name in fields and name not in _REPEATED:
            raise Refusal(20001, f"{name} is given twice")
        if not isinstance(value, str) or not check(value):
            raise Refusal(_CODES.get(name, 20001), f"{name} cannot be {str(value)[:80]!r}")
        fields[name] = f"{fields[name]} {value}" if name in fields else value
    return fields
