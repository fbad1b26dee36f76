"""What a person at the shop looks at before ringing: the number, the hour there."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from paldies.campaigns.calendar import Hours
from paldies.channels.call.traits import TRAITS

CIVIL = TRAITS.bounds  # nobody is rung outside of these, by a machine or by us


@dataclass(frozen=True, slots=True)
class HourThere:
    """The clocks of a customer, the likeliest zone first, each reading once; none if nothing is known."""

    clocks: tuple[datetime, ...]
    is_civil: bool  # in every zone that they may be in; False as well where nothing is known

    def __str__(self) -> str:
        if not self.clocks:
            return "the hour there is not known"
        walls = sorted(self.clocks, key=lambda clock: clock.utcoffset() or timedelta(0))
        span = f"{walls[0]:%H:%M}" if len(walls) == 1 else f"between {walls[0]:%H:%M} and {walls[-1]:%H:%M}"
        if self.is_civil:
            return f"{span} there"
        if len(self.clocks) > 1:
            return f"{span} there: not everywhere an hour to ring"
        return f"{span} there: too {'early' if self.clocks[0].hour * 60 < CIVIL.opens else 'late'} to ring"


def hour_there(zones: tuple[str, ...], now: datetime) -> HourThere:
    """`zones` are known IANA names."""
    clocks = {f"{clock:%d %H:%M}": clock for clock in (now.astimezone(ZoneInfo(zone)) for zone in zones)}
    is_civil = bool(zones) and Hours((CIVIL,), zones).is_open(now)
    return HourThere(tuple(clocks.values()), is_civil)


def as_dialled(number: str) -> str:
    """An E.164 number in groups, as people read it off: `+371 20 000 001`."""
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
