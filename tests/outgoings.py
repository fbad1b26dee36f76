"""Messages as a channel is handed them, with everything filled in."""

from typing import Any

from paldies.campaigns.words import Purpose
from paldies.channels.base import Letterhead, Outgoing, Rendered

ALICE = "+37120000001"
BORIS = "+79991234567"
CARLA = "+12125550123"

TO_ALICE = "Labdien! Lins un Bērzs, automātisks zvans.\n\nJūsu pasūtījums gaida apmaksu.\n\nPaldies!"


def outgoing(text: str = TO_ALICE, *, to: str = ALICE, **changes: Any) -> Outgoing:
    """To Alice in Riga; `locale` and `voicemail` belong to the text, the rest to the outbox."""
    rendered = Rendered(
        text_version="v1",
        letterhead=Letterhead(""),
        to=to,
        to_name="Alice Ozola",
        subject="",
        text=text,
        locale=changes.pop("locale", "lv"),
        voicemail=changes.pop("voicemail", ""),
    )
    values: dict[str, Any] = {
        "rendered": rendered,
        "message_id": "m@shop.example",
        "key": "first_day/store:1001/order.confirmed.1/2_reminder/1",
        "campaign": "first_day",
        "purpose": Purpose.SERVICE,
        "attempt_id": "a.1",
    }
    return Outgoing(**values | changes)
