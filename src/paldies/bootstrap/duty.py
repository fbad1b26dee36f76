"""Makes who is told of complaints, and how."""

from paldies.bootstrap.set_up import SetUpError
from paldies.campaigns.office_hours import OfficeHours
from paldies.replies.duty import Colleague, Duty
from paldies.reports.pager import ApprisePager, Pager, PagerError
from paldies.settings import Settings
from paldies.settings.duty import by_weekday
from paldies.templates.library import Library


def make_duty(settings: Settings, library: Library) -> Duty:
    """Where nobody is on duty, customers hear the name of the first person in senders.toml."""

    def signs() -> str:
        people = (library.sender(key, settings.paldies.locale) for key in library.senders())
        return next((person.name for person in people if person), "")

    return Duty(
        OfficeHours(
            settings.paldies.time_zone,
            by_weekday(settings.duty.hours),
            settings.paldies.country,
            frozenset(settings.duty.days_off),
        ),
        tuple(map(Colleague.read, settings.staff.on_duty)),
        staff=settings.staff.email,
        signs=signs,
        answer_within=settings.staff.answer_within,
        escalate_after=settings.staff.escalate_after,
    )


def make_pager(settings: Settings) -> Pager | None:
    """None where nobody is to be paged; in rehearsal nothing leaves. Raises SetUpError."""
    urls = [url.get_secret_value() for url in settings.staff.notify]
    if not urls or settings.is_rehearsal:
        return None
    try:
        return ApprisePager(urls)
    except PagerError as error:
        raise SetUpError(f"staff.notify: {error}") from error
