"""paldies.toml and the environment, as one frozen value that refuses what is unsafe."""

from paldies.settings.people import Staff
from paldies.settings.settings import Settings
from paldies.settings.shops import OrderSource

__all__ = ["OrderSource", "Settings", "Staff"]
