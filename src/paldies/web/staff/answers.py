"""An answer to a complaint, begun in the shop's own words for a person to go on with."""

from sqlalchemy.orm import Session

from paldies.campaigns.definition import ANSWERS
from paldies.outbox.composer import RenderFault
from paldies.replies.answering import answers_of
from paldies.reports.complaints import Complaint
from paldies.store.views import customer_value, read_customers, read_orders
from paldies.templates.by_hand import Wording, filled_in
from paldies.web.staff.office import Office

_CHANNEL = "email"


def begun(session: Session, one: Complaint, office: Office, staff: str) -> Wording | None:
    """Greeting and signature in the customer's language; None if there is no text, or nowhere to send it.

    `staff` signs if senders.toml knows them by their name at the desk, and else whoever the step names.
    """
    running = answers_of(session, office.app.plans)
    if running is None or not one.email:
        return None
    step, library = running.campaign.steps[0], office.app.library
    text = library.find(ANSWERS, step.name, _CHANNEL, [one.locale] if one.locale else [])
    source = library.source_of(text) if text else None
    if text is None or source is None:
        return None
    home_zone = office.app.house.home_zone
    order = read_orders(session, [one.order_id] if one.order_id else [], home_zone).get(one.order_id or 0)
    person = read_customers(session, [one.customer_id])[one.customer_id]
    values = {
        "order": order.order if order else None,
        "customer": customer_value(person, order),
        "shop": office.app.shop,
        "purpose": step.purpose.value,
        "unsubscribe_url": "",
        "feedback_url": "",
        "complaint_url": "",
        "has_keys": False,
        "case": None,
    }
    signs = staff if staff in library.senders() else step.sender
    try:
        return filled_in(source, text, values, locale=one.locale or text.locale, sender=signs)
    except RenderFault:
        return None
