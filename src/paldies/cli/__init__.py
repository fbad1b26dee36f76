"""The admin command: what staff and the shop's developer type."""

from paldies.cli.root import main

__all__ = ["main"]
