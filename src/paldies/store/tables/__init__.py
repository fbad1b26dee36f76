"""Every table, one file per subject."""

from paldies.store.tables.campaigns import CampaignRow, Enrolment, PlanVersion, TextVersion
from paldies.store.tables.care import Case, Feedback, Gift, StaffTask
from paldies.store.tables.customers import Consent, CustomerIdentity, CustomerRow, Suppression
from paldies.store.tables.desk import Deed, DeskLink, DeskSession, Lease
from paldies.store.tables.instance import Instance
from paldies.store.tables.messages import Attempt, DeliveryEvent, Message, SendingHour, WordingRow
from paldies.store.tables.orders import Cursor, OrderEvent, OrderLine, OrderRow

__all__ = [
    "Attempt",
    "CampaignRow",
    "Case",
    "Consent",
    "Cursor",
    "CustomerIdentity",
    "CustomerRow",
    "Deed",
    "DeliveryEvent",
    "DeskLink",
    "DeskSession",
    "Enrolment",
    "Feedback",
    "Gift",
    "Instance",
    "Lease",
    "Message",
    "OrderEvent",
    "OrderLine",
    "OrderRow",
    "PlanVersion",
    "SendingHour",
    "StaffTask",
    "Suppression",
    "TextVersion",
    "WordingRow",
]
