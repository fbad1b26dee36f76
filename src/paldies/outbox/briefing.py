"""One message as its channel would see it, for a person to read before it goes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from paldies.campaigns.traits import Traits
from paldies.outbox.evidence import Brief, House, gather
from paldies.outbox.plans import Plans
from paldies.outbox.queue import waiting


def brief_of(
    session: Session,
    message_id: int,
    *,
    traits: Mapping[str, Traits],
    plans: Plans,
    house: House,
    now: datetime,
) -> Brief:
    """Of a message that there is, whatever its state."""
    row = waiting(session, message_id, now)
    (brief,) = gather(session, [row], traits[row.channel], plans=plans, house=house, in_hand=())
    return brief
