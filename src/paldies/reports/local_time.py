"""Instants as the customer's clock shows them, with the shop's beside it where it differs."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class LocalTime:
    """Zones are IANA names; the year is left out while it is that of `now`."""

    customer_zone: str
    shop_zone: str
    now: datetime

    def say(self, at: datetime) -> str:
        """`Tue 24 Nov 10:00 (02:00 in Riga)`."""
        theirs, ours = self.theirs(at), self.ours(at)
        if theirs.utcoffset() == ours.utcoffset():
            return self._day_and_hour(theirs)
        there = f"{ours:%H:%M}" if ours.date() == theirs.date() else self._day_and_hour(ours)
        return f"{self._day_and_hour(theirs)} ({there} in {city(self.shop_zone)})"

    def say_both(self, first: datetime, second: datetime) -> tuple[str, str]:
        """Two moments to be set against each other: by the hour alone if they share a day and differ."""
        one, other = self.theirs(first), self.theirs(second)
        hours = f"{one:%H:%M}", f"{other:%H:%M}"
        if one.date() == other.date() and hours[0] != hours[1]:
            return f"at {hours[0]}", f"at {hours[1]}"
        if one.date() == other.date():
            return f"at {one:%H:%M:%S}", f"at {other:%H:%M:%S}"
        return f"on {self.say(first)}", f"on {self.say(second)}"

    def day(self, at: datetime) -> str:
        """`3 May`, where the customer is."""
        theirs = self.theirs(at)
        return f"{theirs.day} {theirs:%b}{'' if theirs.year == self.now.year else f' {theirs.year}'}"

    def theirs(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.customer_zone or self.shop_zone))

    def ours(self, at: datetime) -> datetime:
        return at.astimezone(ZoneInfo(self.shop_zone))

    def _day_and_hour(self, at: datetime) -> str:
        year = "" if at.year == self.now.year else f" {at.year}"
        return f"{at:%a} {at.day} {at:%b}{year} {at:%H:%M}"


def city(zone: str) -> str:
    """What people call a zone: `America/New_York` is New York."""
    return zone.rpartition("/")[2].replace("_", " ")
