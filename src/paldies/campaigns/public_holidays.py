"""The days on which a country, or a part of it, rests."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays


@lru_cache(maxsize=1024)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Public holidays of an ISO 3166-1 country and an ISO 3166-2 region (`BY` or `DE-BY`).

    An unknown region counts as the country alone; an unknown country has no holidays.
    """
    for part in (region.removeprefix(f"{country}-") or None, None):
        try:
            return frozenset(country_holidays(country, subdiv=part, years=year))
        except NotImplementedError:
            continue
    return frozenset()
