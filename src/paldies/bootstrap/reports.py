"""Makes the mail providers that report by calling us: another one is a line here."""

from collections.abc import Iterator

from paldies.channels.email.providers.base import ReportingProvider
from paldies.settings import Settings


def make_providers(settings: Settings) -> Iterator[ReportingProvider]:
    """Those that are set up."""
    if topic := settings.email.bounces.ses_topic:
        from paldies.channels.email.providers.ses import Ses  # cryptography takes its time to load
        from paldies.channels.email.providers.sns import Sns

        yield Ses(Sns(topic))
