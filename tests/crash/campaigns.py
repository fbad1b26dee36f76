"""What the house says to whom: two campaigns, and texts that say which they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEAR = 5000  # cents; from here on an order's campaign goes by telephone

_HEAD = """
title = "{title}"
trigger = "order.confirmed"
stop_on = ["order.cancelled", "order.refunded"]
who = "{who}"
"""
_STEP = """
[[steps]]
name = "{name}"
after = "{after}"
channels = {channels}
purpose = "{purpose}"
expires = "90m"
window = {{ days = "daily", hours = "9:00-20:00" }}
"""


@dataclass(frozen=True)
class Step:
    """Its legs are in order of preference; a real shop's steps, only sooner."""

    name: str
    after: str
    channels: tuple[str, ...]
    purpose: str = "service"


CAMPAIGNS = {
    "letters": (Step("1_thanks", "15s", ("email",)), Step("2_more", "30s", ("email",), "promotional")),
    "telephone": (
        Step("1_short", "15s", ("sms", "task")),
        Step("2_reminder", "30s", ("call", "email")),
    ),
}


def campaign_of(cents: int) -> str:
    return "telephone" if cents >= DEAR else "letters"


def mark(order_number: str, step: str) -> str:
    """What every text says of itself, so that the receiving side can tell what it got."""
    return f"mark {order_number} {step} end"


def steps_of(campaign: str) -> Sequence[Step]:
    return CAMPAIGNS[campaign]


def write_campaigns(templates: Path) -> None:
    """A folder for each."""
    for name, steps in CAMPAIGNS.items():
        who = f"order.total {'>=' if name == 'telephone' else '<'} {DEAR // 100}"
        room = templates / name
        room.mkdir()
        plan = [_HEAD.format(title=name, who=who)]
        for step in steps:
            channels = json.dumps(step.channels)
            plan.append(
                _STEP.format(name=step.name, after=step.after, channels=channels, purpose=step.purpose)
            )
            _write_texts(room, step)
        (room / "campaign.toml").write_text("".join(plan))


def _write_texts(room: Path, step: Step) -> None:
    words = mark("{{ order.number }}", step.name)
    for channel in step.channels:
        front = "" if channel in ("sms", "call") else f"---\nsubject: {step.name}\n---\n"
        suffix = "md" if channel == "email" else "txt"
        (room / f"{step.name}.{channel}.{suffix}").write_text(f"{front}Hello: {words}\n")
