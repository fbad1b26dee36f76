"""The tables as SQL sees them, for statements about many rows at once."""

from sqlmodel import SQLModel

import paldies.store.tables  # noqa: F401  # declares every table

_tables = SQLModel.metadata.tables

attempts = _tables["attempts"]
campaigns = _tables["campaigns"]
cases = _tables["cases"]
consents = _tables["consents"]
cursors = _tables["cursors"]
customer_identities = _tables["customer_identities"]
customers = _tables["customers"]
deeds = _tables["deeds"]
delivery_events = _tables["delivery_events"]
desk_links = _tables["desk_links"]
desk_sessions = _tables["desk_sessions"]
enrolments = _tables["enrolments"]
feedback = _tables["feedback"]
forgotten_marks = _tables["forgotten_marks"]
forgotten_orders = _tables["forgotten_orders"]
gifts = _tables["gifts"]
hook_keys = _tables["hook_keys"]
hook_topics = _tables["hook_topics"]
hooks = _tables["hooks"]
instance = _tables["instance"]
leases = _tables["leases"]
message_counts = _tables["message_counts"]
messages = _tables["messages"]
order_events = _tables["order_events"]
order_lines = _tables["order_lines"]
orders = _tables["orders"]
plan_versions = _tables["plan_versions"]
sending_hours = _tables["sending_hours"]
staff_tasks = _tables["staff_tasks"]
suppressions = _tables["suppressions"]
text_versions = _tables["text_versions"]
wordings = _tables["wordings"]
