"""A receiver that is far away: what is left of the speed when each answer takes its time."""

import tempfile
from pathlib import Path

from tests.benchmarks.answers import Answer, Found, Target, table
from tests.benchmarks.contestants import ON_SQLITE
from tests.benchmarks.contestants.course import Course
from tests.benchmarks.contestants.nodemailer import Nodemailer
from tests.benchmarks.contestants.ours import Ours, write_mails
from tests.benchmarks.contestants.smtp_source import SmtpSource
from tests.benchmarks.receiver import Receiver
from tests.benchmarks.rounds import prepared
from tests.benchmarks.sizes import Size

TITLE = "A receiver that is far away"
_LATENCIES = (20, 80)  # ms
_CONNECTIONS = 16
_WAITS = 2  # of a mail of its own, for answers: to MAIL, RCPT and DATA together, and to its text
_TEXT = """
Each answer of the receiver comes 20 or 80 ms late; {connections} connections, one round. Who speaks in
lockstep waits four times for each mail. Who sends MAIL, RCPT and DATA together waits twice, and gets
{connections} / ({waits} × latency) through: that is 100% here. paldies sends them behind the text of the
mail before, and so waits once if another mail is at hand: 200% would be the most.

{table}
"""


def ask(size: Size) -> Found:
    return measure(size.of(200, 1_600, 5_000))


def measure(mails: int) -> Found:
    """So many at the lowest latency, and as many fewer at a higher one as it takes longer."""
    contestants, _ = prepared([Ours(ON_SQLITE), SmtpSource(), Nodemailer()])
    found: Found = {each.name: {} for each in contestants}
    with tempfile.TemporaryDirectory(prefix="paldies-bench-") as name:
        folder = Path(name)
        for latency in _LATENCIES:
            count = round(mails * _LATENCIES[0] / latency)
            (folder / f"{latency}").mkdir()
            file = write_mails(folder / f"{latency}", count)
            for each in contestants:
                own = folder / f"{latency} {each.name}"
                own.mkdir()
                with Receiver(latency=latency) as receiver:
                    finish = each.race(Course(own, file, count, receiver, _CONNECTIONS))
                    rate = receiver.heard().rate(ended=finish.ended)
                found[each.name][f"{latency}"] = rate
                print(f"  {latency} ms: {each.name:24}{rate:6.0f}/s, {_share(rate, latency):.0%}", flush=True)
    return found


def _share(rate: float, latency: float) -> float:
    """Of what so many connections carry that wait so many times."""
    return rate / (_CONNECTIONS / (_WAITS * latency / 1000))


def tell(found: Found) -> Answer:
    rows = [
        (name, *(f"{rates[f'{each}']:,.0f}/s ({_share(rates[f'{each}'], each):.0%})" for each in _LATENCIES))
        for name, rates in found.items()
    ]
    head = ("", *(f"{each} ms (of {_WAITS} waits a mail)" for each in _LATENCIES))
    text = _TEXT.format(connections=_CONNECTIONS, waits=_WAITS, table=table(head, rows))
    shares = {each: _share(found[ON_SQLITE][f"{each}"], each) for each in _LATENCIES}
    targets = [
        Target(
            f"{latency} ms away, of what {_CONNECTIONS} connections carry with {_WAITS} waits a mail",
            "≥ 90%",
            f"{share:.0%}",
            share >= 0.9,
        )
        for latency, share in shares.items()
    ]
    figures = {f"far-{each}": f"{found[ON_SQLITE][f'{each}']:,.0f}" for each in _LATENCIES}
    return Answer(text, {}, targets, figures)
