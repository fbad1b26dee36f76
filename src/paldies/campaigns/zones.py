"""Which of the time zones that a shop or a phone number names can be relied upon."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=1024)
def known_zones(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are IANA zones; `Etc/Unknown` and inventions are left out."""
    return tuple(name for name in names if is_zone(name))


@lru_cache(maxsize=1024)
def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, as in "America"
        return False
    return True
