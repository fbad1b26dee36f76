"""Spans of time as people write them: `20m`, `16h`, `2d`, `1w`, `1d12h`."""

import re
from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_PART = re.compile(r"(\d{1,6})\s*([smhdw])")
_WHOLE = re.compile(rf"(?:{_PART.pattern}\s*)+")


def parse_duration(text: str) -> timedelta:
    """An exact duration: `1d` is 24 hours, whatever the clocks do. Raises ValueError with the remedy."""
    if not _WHOLE.fullmatch(text.strip().lower()):
        raise ValueError(
            f'"{text}" is not a duration; write for example "90s", "20m", "16h", "2d", "1w" or "1d12h"'
        )
    parts = _PART.findall(text.lower())
    return timedelta(seconds=sum(int(count) * _SECONDS[unit] for count, unit in parts))


def spell_duration(span: timedelta) -> str:
    """As `parse_duration` reads it: `1d12h`; nothing at all is `0s`."""
    left, parts = int(span.total_seconds()), ""
    for unit in "dhms":
        count, left = divmod(left, _SECONDS[unit])
        parts += f"{count}{unit}" if count else ""
    return parts or "0s"
