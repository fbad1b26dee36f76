"""Calls and texts as Twilio's JSON shows them."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.lines import Unconnected
from paldies.demo.telephone.texts import PretendText

API = "/2010-04-01"


def account_record(sid: str) -> dict[str, Any]:
    return {
        "sid": sid,
        "friendly_name": "The pretend telephone company",
        "status": "active",
        "type": "Full",
        "owner_account_sid": sid,
        "uri": f"{API}/Accounts/{sid}.json",
    }


def call_record(call: PretendCall, account: str, now: datetime) -> dict[str, Any]:
    is_over = now >= call.over_at
    status = call.status(now)
    talked = (call.over_at - call.answered_at).total_seconds() if is_over and call.answered_at else None
    return {
        "sid": call.sid,
        "account_sid": account,
        "api_version": "2010-04-01",
        "to": call.to,
        "to_formatted": call.to,
        "from": call.form["From"],
        "from_formatted": call.form["From"],
        "status": status,
        "direction": "outbound-api",
        "answered_by": call.answered_by(now),
        "date_created": _moment(call.placed_at),
        "date_updated": _moment(call.over_at if is_over else None),
        "start_time": _moment(started_at(call, now)),
        "end_time": _moment(call.over_at if is_over else None),
        "duration": None if talked is None else str(round(talked)),
        "price": None,
        "price_unit": "USD",
        "queue_time": "1000",
        "uri": f"{API}/Accounts/{account}/Calls/{call.sid}.json",
        "subresource_uris": {
            "notifications": f"{API}/Accounts/{account}/Calls/{call.sid}/Notifications.json"
        },
    }


def started_at(call: PretendCall, now: datetime) -> datetime | None:
    """None while it waits in the queue."""
    has_rung = now >= call.dialled_at and call.over_at > call.dialled_at
    return call.dialled_at if has_rung else None


def notification_records(call: PretendCall, account: str, now: datetime) -> list[dict[str, Any]]:
    """What went wrong with it."""
    if call.status(now) != "failed" or not isinstance(call.line, Unconnected) or not call.line.code:
        return []
    return [
        {
            "sid": f"NO{call.sid[2:]}",
            "account_sid": account,
            "call_sid": call.sid,
            "error_code": str(call.line.code),
            "log": "0",
            "message_date": _moment(call.over_at),
            "more_info": f"https://www.twilio.com/docs/errors/{call.line.code}",
        }
    ]


def text_record(text: PretendText, account: str, now: datetime) -> dict[str, Any]:
    is_sent = text.sent_at is not None and now >= text.sent_at
    return {
        "sid": text.sid,
        "account_sid": account,
        "api_version": "2010-04-01",
        "to": text.to,
        "from": text.form["From"],
        "body": text.body,
        "status": text.status(now),
        "direction": "outbound-api",
        "num_segments": str(text.segments),
        "num_media": "0",
        "error_code": text.code(now),
        "error_message": None,
        "date_created": _moment(text.placed_at),
        "date_updated": _moment(text.changed_at(now)),
        "date_sent": _moment(text.sent_at if is_sent else None),
        "messaging_service_sid": None,
        "price": None,
        "price_unit": "USD",
        "uri": f"{API}/Accounts/{account}/Messages/{text.sid}.json",
        "subresource_uris": {},
    }


def _moment(at: datetime | None) -> str | None:
    """RFC 2822, cut to the second."""
    return format_datetime(at.astimezone(UTC)) if at else None
