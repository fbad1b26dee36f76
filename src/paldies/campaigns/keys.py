"""The strings that make twice impossible: unique in the database, and never to change."""

from uuid import NAMESPACE_URL, UUID, uuid5

from paldies.campaigns.words import EventKind

CUSTOMERS = uuid5(NAMESPACE_URL, "https://paldies.example/customers")


def customer_uuid(shop: str, external_id: str) -> UUID:
    """A customer's id, the same wherever and whenever the first order is read."""
    return uuid5(CUSTOMERS, f"{_shop(shop)}:{_part(external_id)}")


def order_subject(shop: str, order_id: str) -> str:
    return f"{_shop(shop)}:{_part(order_id)}"


def customer_subject(uuid: UUID) -> str:
    return f"customer:{uuid}"


def is_about_a_customer(subject: str) -> bool:
    """Whether a subject is a customer's; no shop may be called so."""
    return subject.startswith("customer:")


def enrolment_key(campaign: str, subject: str, kind: EventKind | str, ordinal: int) -> str:
    """`campaign/subject/occurrence`."""
    return f"{campaign}/{subject}/{kind}.{ordinal}"


def begun_by(enrolment: str) -> str:
    """The kind of event in an enrolment's key."""
    return enrolment.rpartition("/")[2].rpartition(".")[0]


def step_key(enrolment: str, step: str) -> str:
    """`enrolment/step`: what the legs of one step share, and what a frequency cap counts."""
    return f"{enrolment}/{step}"


def message_key(enrolment: str, step: str, leg: int) -> str:
    """`enrolment/step/leg`; legs count from 1, and another try of an unanswered call is a further leg."""
    return f"{step_key(enrolment, step)}/{leg}"


def _shop(name: str) -> str:
    """A shop's name, with the colon that ends it escaped as well."""
    return _part(name).replace(":", "%3A")


def _part(text: str) -> str:
    """A shop's own id, with the two characters that a key gives a meaning to escaped."""
    return text.replace("%", "%25").replace("/", "%2F")
