"""Fills one text in for a sample order or a real one, as it would be sent now."""

from dataclasses import dataclass, replace

from paldies.campaigns.definition import Step
from paldies.campaigns.words import Purpose
from paldies.cli.desk import Desk
from paldies.cli.output import Refused
from paldies.outbox.subjects import named_orders
from paldies.templates import samples
from paldies.templates.faults import Problem
from paldies.templates.real_orders import real_orders
from paldies.templates.renderer import Content
from paldies.templates.samples import Sample
from paldies.templates.senders import Sender
from paldies.templates.text import Text


@dataclass(frozen=True, slots=True)
class Filling:
    """What is asked for; `order` is empty for the sample, `locale` for the customer's own language."""

    campaign: str
    step: str
    channel: str = "email"
    locale: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """`signed_by` is whom an answer goes to; `about` says which order it is."""

    file: str
    content: Content
    text: Text
    purpose: Purpose
    signed_by: Sender | None
    about: str


def fill_in(desk: Desk, asked: Filling) -> Filled:
    """Raises Refused if there is no such text or order, RenderFault if it cannot be filled in."""
    problems = desk.text_problems
    example = _example(desk, asked.order)
    about, locale = example.name, asked.locale or example.customer.locale
    text = desk.library.find(asked.campaign, asked.step, asked.channel, [locale] if locale else [])
    if text is None:
        raise Refused(_nothing_there(desk, asked))
    step = _step(desk, asked)
    purpose = step.purpose if step else Purpose.SERVICE
    signer = step.sender if step else ""
    # without a plan nobody knows yet who will sign: the first of the shop's people stands in
    signer = signer or text.sender or next(iter(text.senders.keys()), "")
    values = samples.values(example, desk.shop, purpose=purpose)
    content = text.render(values, locale=locale, sender=signer)
    broken = [problem for problem in problems if _is_about(problem, text) and not problem.is_warning]
    if broken:
        about += f"; the last good version, because now {broken[0]}"
    return Filled(text.file, content, text, purpose, text.signed_by(content.locale, signer), about)


def _example(desk: Desk, order: str) -> Sample:
    pages = desk.settings.paldies.public_url
    if not order:
        return replace(samples.COMPLETE, public_url=pages)
    (found,) = desk.look(real_orders, [row_of(desk, order)], desk.home_zone, public_url=pages)
    return found


def row_of(desk: Desk, order: str) -> int:
    """The row of an order by the shop's id or by its number. Raises Refused."""
    subjects = desk.look(named_orders, [order]).subjects
    if not subjects or not (row_id := subjects[0].order_id):
        raise Refused(f"There is no order {order!r}. See: paldies orders list")
    return row_id


def _is_about(problem: Problem, text: Text) -> bool:
    """The last good version is known by its name without the file's ending."""
    return problem.file.rpartition(".")[0] == str(text.name)


def _step(desk: Desk, asked: Filling) -> Step | None:
    """As the draft in the folder has it, which is what a preview is about."""
    draft = desk.drafts.named(asked.campaign)
    return next((step for step in draft.campaign.steps if step.name == asked.step), None) if draft else None


def _nothing_there(desk: Desk, asked: Filling) -> str:
    here = f"{asked.campaign}/{asked.step}.{asked.channel}"
    broken = [str(problem) for problem in desk.text_problems if problem.file.startswith(here)]
    if broken:
        return "\n".join(broken)
    known = ", ".join(
        sorted(
            {f"{text.name.campaign} {text.name.step} ({text.name.channel})" for text in desk.library.texts()}
        )
    )
    return f"There is no text {here}. There are: {known or 'none'}."
