"""What the daemon does, and how often."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from paldies.bootstrap.app import App
from paldies.daemon.duties import Duties
from paldies.outbox.engines import Tick
from paldies.replies.mailbox import LOOK_EVERY as LOOK_AT_BOUNCES_EVERY

LOOK_EVERY = 0.5  # seconds of real time between two looks at what is due


def timetable(app: App, duties: Duties, *, look_every: float) -> list[Tick]:
    """All of it, for one process of perhaps several."""
    return [
        *_of_each_channel(app, duties, look_every),
        Tick("texts", 1, duties.texts.read),
        Tick("epoch", 1, duties.heart.keep_epoch),
        Tick("heart", 60, duties.heart.keep_going),
        Tick("bad hooks", 10, app.inbox.write_down_bad),
        *_of_many(app),
        *(replace(tick, is_shared=True) for tick in _for_all(app, duties, look_every)),
    ]


def _of_each_channel(app: App, duties: Duties, look_every: float) -> Iterator[Tick]:
    """A long queue on one channel keeps no other waiting."""
    for dispatcher in app.dispatchers:
        name = f"dispatch {dispatcher.channel.traits.name}"
        yield Tick(name, look_every, partial(duties.sending.dispatch_on, dispatcher), call="dispatch")


def _of_many(app: App) -> Iterator[Tick]:
    """What each of several processes does besides."""
    if app.roll:
        yield Tick("roll", 5, app.roll.answer)
        # what others have spent today counts as well; it is known a second late
        yield Tick("purse", 1, lambda: app.database.read(app.budget.load, app.clock.now()))


def _for_all(app: App, duties: Duties, look_every: float) -> Iterator[Tick]:
    """What is done once, however many processes there are."""
    for shop in app.shops:
        yield Tick(f"watch {shop.name}", shop.poll_seconds, partial(duties.watching.look_after, shop))
    yield Tick("plan", look_every, duties.planning.plan)
    yield Tick("follow up", 1, app.asking.follow_up)
    yield Tick("doubts", 5, duties.sending.settle_doubts)
    yield Tick("trace", 15, app.asking.trace)
    if app.mailbox:
        yield Tick("bounces", LOOK_AT_BOUNCES_EVERY, app.mailbox.look)
    yield Tick("cases", 5, app.escalation.tell)
    yield Tick("housekeeping", 60, duties.housekeeping.keep_house)
    yield Tick("old hooks", 600, app.inbox.forget_old)
    yield Tick("forget", 600, duties.housekeeping.forget)
    yield Tick("fade", 600, app.fading.some)
