"""The daemon: what happens, how often, and until when."""

from paldies.daemon.daemon import Daemon

__all__ = ["Daemon"]
