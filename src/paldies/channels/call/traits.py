"""What the policy has to know about calls made by a machine."""

from datetime import timedelta

from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.words import AddressKind, Purpose

TRAITS = Traits(
    name="call",
    address=AddressKind.PHONE,
    needs_consent=frozenset(Purpose),  # 47 CFR 64.1200(a), Directive 2002/58/EC, article 13(1)
    windows={
        purpose: Window(days=frozenset(range(6)), opens=10 * 60, closes=19 * 60, on_holidays=False)
        for purpose in Purpose
    },
    bounds=Window(opens=9 * 60, closes=20 * 60),
    every_zone=True,
    margin=timedelta(minutes=10),
)
