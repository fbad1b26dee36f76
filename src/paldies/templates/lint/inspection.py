"""Every text compiled, filled in for sample orders and for the shop's real ones, and looked at."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from paldies.campaigns.definition import Campaign
from paldies.templates import samples
from paldies.templates.faults import Problem, RenderFault
from paldies.templates.folder import TextFile
from paldies.templates.frame import PHRASES_FILE
from paldies.templates.library import Library
from paldies.templates.lint import naming, phrases, rules, steps, styles
from paldies.templates.lint.carriers import Carrier, Carriers
from paldies.templates.lint.message import Message, Reading
from paldies.templates.lint.tally import Tally
from paldies.templates.lint.wanted import could_get, wants
from paldies.templates.lint.written import Written
from paldies.templates.samples import Sample
from paldies.templates.senders import FILE as SENDERS_FILE
from paldies.templates.text import Text
from paldies.templates.values import ShopCard

_NO_CARRIERS: Carriers = MappingProxyType({})
_PATIENCE = 10.0  # seconds for the shop's real orders


@dataclass(frozen=True, slots=True)
class Report:
    """`orders`: how many of the shop's `known` ones there was time to try."""

    problems: list[Problem]
    orders: int
    known: int


def check(
    library: Library,
    *,
    campaigns: Sequence[Campaign] = (),
    shop: ShopCard = samples.SHOP,
    locale: str = "",
    carriers: Carriers = _NO_CARRIERS,
    real: Sequence[Sample] = (),
    patience: float = _PATIENCE,
) -> Report:
    """All that is wrong with the texts; `locale` is the shop's own, `campaigns` those that could be read.

    `carriers` are the channels that exist; none named: whatever the files are called. `real` are orders of
    the shop's, tried for at most `patience` seconds.
    """
    problems = library.refresh()
    plans = {campaign.name: campaign for campaign in campaigns}
    written = {
        file.name: Written(file, library.frame(file), library.content(SENDERS_FILE))
        for file in library.files()
    }
    for one in written.values():
        for look in rules.SOURCES:
            problems += look(one)
    for frame in {one.frame.file: one.frame for one in written.values() if one.frame}.values():
        problems += styles.look(frame)
    readings = [
        _reading(text, written[text.name], plans, carriers)
        for text in library.texts()
        if text.name in written
    ]
    for reading in readings:
        for each in rules.READINGS:
            problems += each(reading)
    tally = Tally()
    for sample in (samples.COMPLETE, samples.BARE):
        for reading in readings:
            if wants(reading.campaign, reading.step, sample):
                tally.add(
                    reading, sample, _looked_at(reading, sample, shop, (*rules.EVERY_ORDER, *rules.PAGES))
                )
    tried = _try_real_orders(readings, real, shop, tally=tally, until=time.monotonic() + patience)
    problems += tally.problems()
    problems += phrases.look(library.content(PHRASES_FILE))
    problems += naming.look(library.files(), plans, carriers, folder=library.folder)
    for campaign in campaigns:
        problems += steps.missing_texts(library, campaign)
        problems += steps.unknown_senders(library, campaign)
        problems += steps.unanswerable(campaign, library)
    problems += steps.missing_languages(library, locale)
    return Report(_in_order(problems, library, carriers), tried, len(real))


def _reading(text: Text, written: Written, plans: Mapping[str, Campaign], carriers: Carriers) -> Reading:
    campaign = plans.get(text.name.campaign)
    step = next((step for step in campaign.steps if step.name == text.name.step), None) if campaign else None
    return Reading(text, written, campaign, step, carriers.get(text.name.channel, Carrier()))


def _try_real_orders(
    readings: Sequence[Reading], real: Sequence[Sample], shop: ShopCard, *, tally: Tally, until: float
) -> int:
    """Order by order, so that where time runs out every text has been tried on as many."""
    for tried, sample in enumerate(real):
        if time.monotonic() > until:
            return tried
        for reading in readings:
            if could_get(reading.campaign, sample) and wants(reading.campaign, reading.step, sample):
                tally.add(reading, sample, _looked_at(reading, sample, shop, rules.EVERY_ORDER), is_real=True)
    return len(real)


def _looked_at(
    reading: Reading, sample: Sample, shop: ShopCard, looks: Sequence[rules.Rule]
) -> Iterator[Problem]:
    values = samples.values(sample, shop, purpose=reading.purpose)
    text = reading.text
    try:
        content = text.render(values, locale=text.locale, sender=reading.signer)
    except RenderFault as fault:
        yield fault.problem
        return
    message = Message(reading, values, content)
    for look in looks:
        yield from look(message)


def _in_order(problems: Iterable[Problem], library: Library, carriers: Carriers) -> list[Problem]:
    """Each once, by file and line; what concerns a whole file stands at its first line."""
    frames = {f"_layout.{file.name.channel}.html": file for file in library.files()}
    found = []
    for problem in dict.fromkeys(problems):
        file: TextFile | None = frames.get(problem.file)
        if file and carriers and file.name.channel not in carriers:
            continue  # no frame is missing: there is no such channel, which has been said
        if problem.line is None and not (library.folder / problem.file).is_dir():
            problem = replace(problem, line=1)
        found.append(problem)
    return sorted(found, key=lambda problem: (problem.file, problem.line or 0))
