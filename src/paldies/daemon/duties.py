"""The duties of one daemon, made for each other."""

from paldies.bootstrap.app import App
from paldies.daemon.heart import Heart
from paldies.daemon.housekeeping import Housekeeping
from paldies.daemon.planning import Planning
from paldies.daemon.sending import Sending
from paldies.daemon.texts import Texts
from paldies.daemon.watching import Watching


class Duties:
    """What comes in, what is made of it, what leaves, and what keeps the house in order."""

    def __init__(self, app: App) -> None:
        self.planning = Planning(app)
        self.watching = Watching(app, self.planning)
        self.sending = Sending(app, self.watching)
        self.texts = Texts(app)
        self.housekeeping = Housekeeping(app)
        self.heart = Heart(app)
