"""Each channel has looks of its own: a long queue on one keeps no other waiting."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from paldies.bootstrap.building import build
from paldies.channels import TRAITS
from paldies.clock import SteppedClock
from paldies.configuration import load
from paldies.daemon import Daemon
from paldies.outbox import dispatcher
from paldies.outbox.engines.embedded import EmbeddedEngine
from tests.fake_channel import FakeChannel
from tests.until import until
from tests.whole_house import MORNING, furnish

HELLO = """
title = "Hello"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
when = "not order.todo"
after = "20m"
channels = ["email"]
purpose = "service"
expires = "12h"

[[steps]]
name = "2_ready"
when = "order.todo"
after = "30m"
channels = ["sms"]
purpose = "service"
expires = "12h"
"""


async def test_a_text_message_leaves_while_mails_wait_for_their_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "BATCH", 1)  # in hand; what is more waits to be handed out
    text = "---\nsubject: Your order\n---\nHello {{ customer.first_name }}.\n"
    shop = furnish(tmp_path, smtp="smtp://127.0.0.1:9", text=text, campaign=HELLO)
    (tmp_path / "message_templates/hello/2_ready.sms.txt").write_text("It is ready.\n")
    asked_for = replace(TRAITS["sms"], needs_consent=frozenset())
    mails, texts = FakeChannel(concurrency=1), FakeChannel(asked_for)
    clock = SteppedClock(MORNING)
    app = build(load(tmp_path / "paldies.toml", {}), clock=clock, channels=[mails, texts])
    daemon, engine = Daemon(app), EmbeddedEngine()
    await daemon.begin()
    await daemon.watch(app.shops[0])
    for number in range(10):  # each has either a mail or a text message to come
        todo = "Measure the door" if number < 5 else ""
        shop.order(number, at=MORNING + timedelta(minutes=1), phone=f"+371 2000000{number}", todo=todo)
    clock.move_to(MORNING + timedelta(minutes=2))
    await daemon.watch(app.shops[0])
    await daemon.plan()
    mails.gate.clear()

    engine.start(daemon.timetable(look_every=0.05))
    try:
        clock.move_to(MORNING + timedelta(minutes=25))
        await until(mails.entered.is_set, within=10, every=0.01)
        clock.move_to(MORNING + timedelta(minutes=35))
        await until(lambda: texts.sent, within=10, every=0.01)
        sent_meanwhile = len(mails.sent)
        mails.gate.set()
        await until(lambda: len(mails.sent) == 5, within=10, every=0.01)
    finally:
        await engine.stop(5)
        await daemon.end(5)

    assert sent_meanwhile == 0
