"""Every table, one file per subject."""

from paldies.store.tables.campaigns import CampaignRow, Enrolment, PlanVersion, TextVersion
from paldies.store.tables.care import Case, Feedback, Gift, StaffTask
from paldies.store.tables.customers import Consent, CustomerIdentity, CustomerRow, Suppression
from paldies.store.tables.desk import Deed, DeskLink, DeskSession, Lease
from paldies.store.tables.figures import MessageCount
from paldies.store.tables.hooks import HookKey, HookRow, HookTopic
from paldies.store.tables.instance import Instance
from paldies.store.tables.machines import AlertRow, Bucket, Hand, ProcessRow
from paldies.store.tables.messages import Attempt, DeliveryEvent, Message, SendingHour, WordingRow
from paldies.store.tables.orders import Cursor, OrderEvent, OrderLine, OrderRow
from paldies.store.tables.privacy import ForgottenMark, ForgottenOrder
from paldies.store.tables.returned import ChannelStop, Mailbox

__all__ = [
    "AlertRow",
    "Attempt",
    "Bucket",
    "CampaignRow",
    "Case",
    "ChannelStop",
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
    "ForgottenMark",
    "ForgottenOrder",
    "Gift",
    "Hand",
    "HookKey",
    "HookRow",
    "HookTopic",
    "Instance",
    "Lease",
    "Mailbox",
    "Message",
    "MessageCount",
    "OrderEvent",
    "OrderLine",
    "OrderRow",
    "PlanVersion",
    "ProcessRow",
    "SendingHour",
    "StaffTask",
    "Suppression",
    "TextVersion",
    "WordingRow",
]
