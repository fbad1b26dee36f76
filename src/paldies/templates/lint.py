"""Finds what would embarrass the shop: every text compiled, filled in for two sample orders and looked at."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from html.parser import HTMLParser
from types import MappingProxyType

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.expressions import ExpressionError, is_true
from paldies.campaigns.words import Purpose
from paldies.templates import samples
from paldies.templates.faults import Problem, RenderFault
from paldies.templates.library import Library
from paldies.templates.locales import language
from paldies.templates.renderer import Content
from paldies.templates.samples import Sample
from paldies.templates.senders import FILE as SENDERS_FILE
from paldies.templates.text import Text
from paldies.templates.values import ShopCard

_LONGEST_SUBJECT = 78  # characters; what most mailboxes show, and RFC 5322's recommended line
# What a channel has against a text in a locale, as a sentence and its remedy; nothing if it can bear it.
Objection = Callable[[str, str], str]
_NONE: Mapping[str, Objection] = MappingProxyType({})

_WORKING_LINKS = ("https://", "mailto:", "tel:")


def check(
    library: Library,
    *,
    campaigns: Sequence[Campaign] = (),
    shop: ShopCard = samples.SHOP,
    locale: str = "",
    objections: Mapping[str, Objection] = _NONE,
) -> list[Problem]:
    """All that is wrong with the texts; `locale` is the shop's own, `campaigns` those that could be read.

    `objections`, by channel, ask what will carry a text whether it can.
    """
    problems = library.refresh()
    steps = {(campaign.name, step.name): step for campaign in campaigns for step in campaign.steps}
    for text in library.texts():
        objection = objections.get(text.name.channel)
        problems += _filled_in(text, steps.get(text.name.leg[:2]), shop=shop, objection=objection)
    for campaign in campaigns:
        problems += _missing_texts(library, campaign)
        problems += _unknown_senders(library, campaign)
    problems += _missing_languages(library, locale)
    return list(dict.fromkeys(problems))


def _filled_in(
    text: Text, step: Step | None, *, shop: ShopCard, objection: Objection | None
) -> Iterator[Problem]:
    for sample in (samples.COMPLETE, samples.BARE):
        if step and not _is_wanted(step, sample):
            continue
        purpose = step.purpose if step else Purpose.SERVICE
        values = samples.values(sample, shop, purpose=purpose)
        try:
            content = text.render(values, locale=text.locale, sender=_signer(text, step))
        except RenderFault as fault:
            problem = fault.problem
            yield Problem(problem.file, problem.line, f"for {sample.name}: {problem.text}", problem.remedy)
        else:
            yield from _looked_at(text, content, sample)
            if objection:
                yield from _carried(text, content, objection=objection)


def _is_wanted(step: Step, sample: Sample) -> bool:
    """An order that the step's own condition leaves out need not be provided for."""
    try:
        return is_true(step.when, {"order": sample.order, "customer": sample.customer})
    except ExpressionError:  # the campaign's problem, and reported as such
        return True


def _signer(text: Text, step: Step | None) -> str:
    if step and step.sender:
        return step.sender
    return next(iter(text.senders.keys()), "")


def _looked_at(text: Text, content: Content, sample: Sample) -> Iterator[Problem]:
    if text.sheets.html:
        if not content.subject:
            yield _problem(text, f"the subject is empty for {sample.name}", "Write a subject that never is.")
        elif len(content.subject) > _LONGEST_SUBJECT:
            yield _problem(
                text,
                f"the subject has {len(content.subject)} characters for {sample.name}",
                f"Shorten it to {_LONGEST_SUBJECT}.",
                is_warning=True,
            )
    for address in _addresses(content.html):
        if address.startswith("http://"):
            yield _problem(
                text, f"the link {address} is not secure", "Write https:// instead.", is_warning=True
            )
        elif not address.startswith(_WORKING_LINKS):
            yield _problem(
                text, f"the link {address!r} leads nowhere from a mail", "Write it out, from https:// on."
            )


def _carried(text: Text, content: Content, *, objection: Objection) -> Iterator[Problem]:
    for words in filter(None, (content.text, content.voicemail)):
        if objected := objection(words, content.locale):
            said, _, remedy = objected.partition(". ")
            yield _problem(text, said.rstrip("."), remedy or "Shorten it.", is_warning=True)


def _missing_texts(library: Library, campaign: Campaign) -> Iterator[Problem]:
    for step in campaign.steps:
        for channel in step.channels:
            if not library.find(campaign.name, step.name, channel, ()):
                suffix = "md" if channel in ("email", "letter") else "txt"
                yield Problem(
                    f"{campaign.name}/campaign.toml",
                    None,
                    f"the step {step.name} has no text for {channel}",
                    f"Write {campaign.name}/{step.name}.{channel}.{suffix}, or take {channel} out.",
                )


def _unknown_senders(library: Library, campaign: Campaign) -> Iterator[Problem]:
    known = library.senders()
    for step in campaign.steps:
        if step.sender and step.sender not in known:
            yield Problem(
                f"{campaign.name}/campaign.toml",
                None,
                f"nobody called {step.sender!r} is in {SENDERS_FILE}",
                f"Known are: {', '.join(known) or 'none'}.",
            )


def _missing_languages(library: Library, locale: str) -> Iterator[Problem]:
    """Compares each text with all others of its campaign."""
    legs: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    campaigns: dict[str, set[str]] = defaultdict(set)
    for text in library.texts():
        legs[text.name.leg].add(language(text.locale))
        campaigns[text.name.campaign].add(language(text.locale))
    for (campaign, step, channel), spoken in legs.items():
        expected = campaigns[campaign] | ({language(locale)} if locale else set())
        for missing in sorted(expected - spoken):
            yield Problem(
                f"{campaign}/{step}.{channel}",
                None,
                f"there is no text in {missing!r}, so others get it in another language",
                f"Write {step}.{channel}.{missing}, or rename the unmarked one if that is its language.",
                is_warning=True,
            )


def _problem(text: Text, said: str, remedy: str, *, is_warning: bool = False) -> Problem:
    return Problem(text.file, None, said, remedy, is_warning)


def _addresses(html: str) -> list[str]:
    links = _Links()
    links.feed(html)
    return links.addresses


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.addresses += [value or "" for name, value in attrs if name == "href"]
