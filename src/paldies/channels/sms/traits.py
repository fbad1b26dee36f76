"""What the policy has to know about text messages."""

from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.words import AddressKind, Purpose

TRAITS = Traits(
    name="sms",
    address=AddressKind.PHONE,
    needs_consent=frozenset(Purpose),
    windows={
        Purpose.SERVICE: Window(opens=9 * 60, closes=20 * 60),
        Purpose.PROMOTIONAL: Window(opens=10 * 60, closes=19 * 60, on_holidays=False),
    },
    bounds=Window(opens=8 * 60, closes=21 * 60),
)
