"""Lines on top of a text that its channel has no use for."""

from collections.abc import Iterator

from paldies.templates.faults import Level, Problem
from paldies.templates.lint.written import Written

_HEARD = ("call", "sms")


def look(written: Written) -> Iterator[Problem]:
    channel, script = written.file.name.channel, written.script
    if channel in _HEARD:
        for name, passage in (("subject", script.subject), ("preheader", script.preheader)):
            if passage.text:
                yield _needless(written, name, passage.line)
    if script.attach and not written.file.is_page:
        yield _needless(written, "attach", script.attach_line)


def _needless(written: Written, name: str, line: int) -> Problem:
    channel = written.file.name.channel
    return written.at(line).problem(
        f"nobody gets it: a text for {channel} goes without {name}",
        f"Take the line out that begins with {name}:, and say in the text what matters.",
        Level.WARNING,
    )
