"""A message as it would be sent now, and as it would be in a person's own words."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import MessageStatus
from paldies.outbox.briefing import brief_of
from paldies.outbox.composer import RenderFault
from paldies.outbox.evidence import Brief
from paldies.outbox.wordings import read_wordings
from paldies.replies import leases
from paldies.replies.leases import Held
from paldies.reports.local_time import LocalTime
from paldies.reports.waiting import Letter, find_letter
from paldies.templates.by_hand import Wording, filled_in
from paldies.templates.renderer import Content
from paldies.templates.text import Text
from paldies.web.forms import text_of
from paldies.web.reception import Unknown
from paldies.web.staff.office import Office

LONGEST = 20_000  # characters of a letter


@dataclass(frozen=True, slots=True)
class Draft:
    """`problem` says why it cannot be filled in."""

    letter: Letter
    silence: str  # what happens if nobody answers: "send" or "skip"
    held: Held | None
    clock: LocalTime
    own: Wording | None  # the text's own words, filled in
    wording: Wording | None  # what a person has put in their place
    language: str = ""
    signed_by: str = ""
    problem: str = ""

    @property
    def is_waiting(self) -> bool:
        return self.letter.status is MessageStatus.HELD

    @property
    def may_be_edited(self) -> bool:
        return self.is_waiting and self.letter.reason == Reason.APPROVAL and self.own is not None

    @property
    def goes(self) -> str:
        if self.letter.send_at <= self.clock.now:
            return "as soon as the rules permit"
        return f"on {self.clock.say(self.letter.send_at)}"


def wording_of(form: FormData) -> Wording | None:
    """What somebody has written; None if it was another form. Raises TooMuch."""
    if "body" not in form:
        return None
    subject, body = (text_of(form, name, longest=LONGEST) for name in ("subject", "body"))
    return Wording(" ".join(subject.split()), body)


def read_draft(session: Session, number: int, office: Office) -> Draft:
    """Raises Unknown."""
    letter, now = known_letter(session, number), office.now
    brief = _brief(session, number, office)
    zone = next(iter(brief.facts.zones), "")
    held = leases.holder(session, subject_of(number), now=now)
    shared = letter, brief.due.step.if_unapproved, held, LocalTime(zone, office.zone.key, now)
    wording = read_wordings(session, [number]).get(number)
    try:
        text = _text(brief, office)
        own = _own_words(text, brief, office)
    except RenderFault as fault:
        return Draft(*shared, None, wording, problem=str(fault))
    signs = text.signed_by(text.locale, brief.due.step.sender)
    return Draft(*shared, own, wording, text.locale, signs.name if signs else "")


def read_content(session: Session, number: int, office: Office, typed: Wording | None = None) -> Content:
    """As it will be sent, in these words if there are any. Raises Unknown, RenderFault."""
    known_letter(session, number)
    brief = _brief(session, number, office)
    text = _text(brief, office)
    wording = typed or read_wordings(session, [number]).get(number)
    if wording and wording != _own_words(text, brief, office):
        text = office.app.library.reworded(text, wording)
    return office.app.composer.fill(text, brief)


def changed(session: Session, number: int, office: Office, typed: Wording) -> Wording | None:
    """What differs from the text's own words; None if nothing does. Raises Unknown, RenderFault."""
    known_letter(session, number)
    brief = _brief(session, number, office)
    text = _text(brief, office)
    if typed == _own_words(text, brief, office):
        return None
    office.app.composer.fill(office.app.library.reworded(text, typed), brief)
    return typed


def known_letter(session: Session, number: int) -> Letter:
    """Raises Unknown."""
    letter = find_letter(session, number)
    if letter is None:
        raise Unknown
    return letter


def subject_of(number: int) -> str:
    return f"message {number}"


def _brief(session: Session, number: int, office: Office) -> Brief:
    app = office.app
    return brief_of(session, number, traits=app.traits, plans=app.plans, house=app.house, now=office.now)


def _text(brief: Brief, office: Office) -> Text:
    """The step's own, whatever somebody has written. Raises RenderFault."""
    row, locale = brief.waiting, brief.facts.customer.locale
    text = office.app.library.find(row.campaign, brief.due.step.name, row.channel, [locale] if locale else [])
    return text or office.app.composer.text_for(brief)


def _own_words(text: Text, brief: Brief, office: Office) -> Wording | None:
    """None if the text is just being edited. Raises RenderFault."""
    source = office.app.library.source_of(text)
    if source is None:
        return None
    values, locale = office.app.composer.values(brief), brief.facts.customer.locale
    return filled_in(source, text, values, locale=locale, sender=brief.due.step.sender)
