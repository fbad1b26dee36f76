"""What Amazon SES reports by SNS, in our words.

https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from paldies.channels.email.providers.sns import Sns
from paldies.channels.email.returned.meaning import judge
from paldies.channels.email.returned.notice import Notice, Returned, Verdict
from paldies.channels.email.returned.report import address

_NO_SUCH = ("General", "NoEmail")  # subtypes; of those on its own lists, Amazon does not say why they are


class Ses:
    """`POST /hooks/ses`."""

    name = "ses"

    def __init__(self, sns: Sns) -> None:
        self._sns = sns

    async def read(self, body: bytes, headers: Mapping[str, str]) -> Sequence[Notice]:
        """See ReportingProvider.read."""
        message = await self._sns.read(body)
        if message is None:
            return ()
        returned = list(_returned(message))
        mail = _object(message, "mail")
        return [Notice(returned, _sent_from(mail), _ids(mail), _at(message))] if returned else ()


def _returned(message: Mapping[str, Any]) -> Iterator[Returned]:
    match message.get("notificationType") or message.get("eventType"):
        case "Bounce":
            bounce = _object(message, "bounce")
            for one in _objects(bounce, "bouncedRecipients"):
                yield _bounced(bounce, one)
        case "Complaint":
            complaint = _object(message, "complaint")
            if complaint.get("complaintFeedbackType") != "not-spam":
                for one in _objects(complaint, "complainedRecipients"):
                    yield Returned(address(_text(one, "emailAddress")), Verdict.COMPLAINT)
        case "Delivery":
            delivery = _object(message, "delivery")
            for recipient in _texts(delivery, "recipients"):
                yield Returned(address(recipient), Verdict.DELIVERED, text=_text(delivery, "smtpResponse"))
        case "DeliveryDelay":
            for one in _objects(_object(message, "deliveryDelay"), "delayedRecipients"):
                text = _text(one, "diagnosticCode")
                yield Returned(
                    address(_text(one, "emailAddress")), Verdict.DELAYED, _text(one, "status"), text
                )
        case "Reject":
            reason = _text(_object(message, "reject"), "reason")
            for recipient in _texts(_object(message, "mail"), "destination"):
                yield Returned(address(recipient), Verdict.OURS, text=f"refused by Amazon SES: {reason}")


def _bounced(bounce: Mapping[str, Any], recipient: Mapping[str, Any]) -> Returned:
    """Amazon's word on whether it is for good, and the receiving side's on what is meant."""
    status, said = _text(recipient, "status"), _text(recipient, "diagnosticCode")
    said = said.partition(";")[2].strip() if said.lower().startswith("smtp;") else said
    kind, subtype = _text(bounce, "bounceType"), _text(bounce, "bounceSubType")
    verdict, code = judge(said, status=status)
    if kind != "Permanent":
        verdict = Verdict.SOFT if verdict is Verdict.HARD else verdict
    elif subtype in _NO_SUCH and not said and not code:
        verdict = Verdict.HARD
    return Returned(address(_text(recipient, "emailAddress")), verdict, code, said or f"{kind}: {subtype}")


def _sent_from(mail: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(filter(None, (address(_text(mail, "source")),)))


def _ids(mail: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the headers as we wrote them: Amazon gives every mail a Message-ID of its own."""
    found = [
        _text(one, "value") for one in _objects(mail, "headers") if _text(one, "name").lower() == "message-id"
    ]
    found.append(_text(_object(mail, "commonHeaders"), "messageId"))
    return tuple(dict.fromkeys(one.strip().strip("<>") for one in found if one))


def _at(message: Mapping[str, Any]) -> datetime | None:
    for part in ("bounce", "complaint", "delivery", "deliveryDelay"):
        try:
            at = datetime.fromisoformat(_text(_object(message, part), "timestamp"))
        except ValueError:
            continue
        return at if at.tzinfo else None
    return None


def _object(of: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = of.get(name)
    return found if isinstance(found, dict) else {}


def _objects(of: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = of.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(of: Mapping[str, Any], name: str) -> str:
    found = of.get(name)
    return found if isinstance(found, str) else ""


def _texts(of: Mapping[str, Any], name: str) -> list[str]:
    found = of.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
