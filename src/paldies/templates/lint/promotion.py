"""Words that sell, in a step that says it is about the order only."""

import re
from collections.abc import Iterator

from paldies.campaigns.words import Purpose
from paldies.templates.faults import Level, Problem
from paldies.templates.lint.message import Reading
from paldies.templates.locales import language

# Few, and none that a letter about an order needs: a warning that is wrong is not read the next time.
_WORDS = {
    "en": r"discounts?|\d+ ?% off|special offers?|on sale|flash sale|buy now|shop now|order now|hurry"
    r"|coupons?|promo(?:tion(?:al)?)? codes?|limited[- ]time|best deals?|don['’]t miss",
    "lv": r"atlai[dž]\w+|akcij\w+|izpārdošan\w+|īpaš\w+ piedāvājum\w+|pērc\w*|iegādājieties|kupon\w*"
    r"|promo ?kod\w+|pasteidziet\w*|nepalaidiet garām",
    "ru": r"скидк\w+|скидок|акци[яиюей]\w*|распродаж\w*|спецпредложени\w+|специальн\w+ предложени\w+|купон\w*"
    r"|промокод\w*|купите|успейте|спешите|не упустите",
}
_PATTERNS = {tag: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for tag, words in _WORDS.items()}
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


def look(reading: Reading) -> Iterator[Problem]:
    pattern = _PATTERNS.get(language(reading.text.locale))
    if pattern is None or reading.step is None or reading.purpose is not Purpose.SERVICE:
        return
    for number, line in reading.written.lines():
        for found in pattern.finditer(_TAG.sub(" ", line)):
            yield reading.written.at(number).problem(
                f"{found[0]!r} sells, and this step is a service one, which goes without consent",
                f'Take it out, or set purpose = "promotional" for {reading.step.name} in'
                f" {reading.text.name.campaign}/campaign.toml.",
                Level.WARNING,
            )
