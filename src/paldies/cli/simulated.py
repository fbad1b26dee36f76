"""How `paldies simulate` tells what it found."""

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from paldies.cli.output import counted, heading, local, say, table
from paldies.simulation.comparison import Changed, Difference
from paldies.simulation.report import Report, Silence

_LISTED = 20  # customers that fare differently; --json has them all
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def shown_report(report: Report) -> None:
    zone = ZoneInfo(report.time_zone)
    say(
        f"{counted(report.orders, 'order')} from {local(report.began_at, zone)[:10]} to "
        f"{local(report.ended_at, zone)[:10]}: {counted(report.messages, 'message')} to "
        f"{report.customers_written_to:,} of {counted(report.customers, 'customer')}, "
        f"{report.cost:,.2f} {report.currency}. Nothing has left."
    )
    say(
        f"Taken for granted: {report.bounce_rate:.1%} of addresses do not exist, {report.no_answer_rate:.0%} "
        f"of calls are not answered ({report.rates_from})."
    )
    table(
        ("campaign", "step", "by", "language", "messages", report.currency),
        (
            (one.campaign, one.step, one.channel, one.locale, f"{one.messages:,}", f"{one.cost:,.2f}")
            for one in report.sent
        ),
        title="What would be said",
    )
    _silences(report.silences, "What would not be said")
    _silences(report.in_vain, "What would be said in vain")
    if report.put_off:
        table(
            ("by", "why", "messages", "left all the same"),
            ((one.channel, one.sentence, f"{one.messages:,}", f"{one.left:,}") for one in report.put_off),
            title="What would wait",
        )
    if report.stayed_out:
        table(
            ("campaign", "why", "orders"),
            ((one.campaign, one.sentence, f"{one.orders:,}") for one in report.stayed_out),
            title="Who would stay out",
        )
    _load(report, zone)
    _extremes(report, zone)


def shown_differences(changed: Iterable[Changed], zone: ZoneInfo) -> None:
    """The first customers; all others are counted."""
    waiting = iter(changed)
    count = 0
    for one in islice(waiting, _LISTED):
        count += 1
        heading(one.customer or "a customer without an address")
        for difference in one.differences:
            what = f"{difference.campaign}/{difference.step} by {difference.channel}, {difference.order}"
            say(f"  {what}: {_told_otherwise(difference, zone)}")
    rest = sum(1 for _ in waiting)
    if not count:
        say("Nothing differs for anybody.")
        return
    say(f"\n{counted(count + rest, 'customer')} would fare differently{'; --json has all' if rest else ''}.")


def _told_otherwise(it: Difference, zone: ZoneInfo) -> str:
    before, after = _when(it.before, zone), _when(it.after, zone)
    if it.is_in_another_language:
        return f"{before} in {it.locale_before} → {after} in {it.locale_after}"
    if it.before == it.after:
        return f"{after}, in other words"
    return f"{before} → {after}{', in other words' if it.is_reworded else ''}"


def _when(at: datetime | None, zone: ZoneInfo) -> str:
    return local(at, zone) or "not sent"


def _silences(silences: Iterable[Silence], title: str) -> None:
    rows = [(one.campaign, one.step, one.channel, one.sentence, f"{one.messages:,}") for one in silences]
    if rows:
        table(("campaign", "step", "by", "why", "messages"), rows, title=title)


def _load(report: Report, zone: ZoneInfo) -> None:
    if report.busiest_hours:
        table(
            ("by", "hour", "messages", "of what the rate allows"),
            (
                (hour.channel, local(hour.begins_at, zone), f"{hour.messages:,}", f"{hour.share:.1%}")
                for hour in report.busiest_hours
            ),
            title="The busiest hours",
        )
    if report.weekdays:
        table(
            ("on a", "messages", report.currency),
            ((_WEEKDAYS[day.number], f"{day.messages:,.1f}", f"{day.cost:,.2f}") for day in report.weekdays),
            title="What a day costs, on average",
        )


def _extremes(report: Report, zone: ZoneInfo) -> None:
    if week := report.most_crowded_week:
        span = f"{local(week.began_at, zone)} to {local(week.ended_at, zone)}"
        who = week.customer or "one customer"
        say(f"The most crowded week: {counted(week.messages, 'message')} to {who}, {span}.")
    if silence := report.longest_silence:
        say(
            f"The longest silence: {silence.days:.1f} days about order {silence.order}, until "
            f"{local(silence.ended_at, zone)}."
        )
