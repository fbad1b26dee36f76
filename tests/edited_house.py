"""A house whose plans are edited while orders are inside: the real daemon, a standing clock, any plan."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import strategies as st
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from paldies import configuration
from paldies.bootstrap.building import build
from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.durations import spell_duration
from paldies.campaigns.reading import parse
from paldies.campaigns.traits import Traits, Window
from paldies.campaigns.underway import Underway
from paldies.campaigns.windows import spell_days
from paldies.campaigns.words import EventKind, Purpose
from paldies.channels import TRAITS
from paldies.channels.base import Outgoing, Receipt, Rendered
from paldies.clock import SteppedClock
from paldies.outbox import plans
from paldies.outbox.migrating import Moving, Target, target
from paldies.outbox.passages import read_passages
from paldies.outbox.plans import Draft
from paldies.store import schema
from tests.driven_house import DrivenHouse
from tests.factories import NEW_YORK, RIGA, VLADIVOSTOK
from tests.rows import add_customer, add_order

NAME = "care"
BEGINS = datetime(2026, 11, 2, 9, tzinfo=UTC)  # a Monday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CHANNELS = ("email", "sms", "task")
STEPS = ("1_hello", "2_tips", "3_thanks", "4_review", "5_again")
CAST = (("Alice", RIGA), ("Boris", VLADIVOSTOK), ("Carla", NEW_YORK))
_OF_A_SEASON = (
    schema.attempts, schema.delivery_events, schema.staff_tasks, schema.cases, schema.suppressions,
    schema.messages, schema.enrolments, schema.order_events, schema.order_lines, schema.orders,
    schema.consents, schema.customers,
)  # fmt: skip
_TOML = """
[paldies]
mode = "live"
time_zone = "Europe/Riga"
[shop]
name = "Bērzs"
[email]
from = "Bērzs <hello@berzs.example>"
rate = "1000/s"
[twilio]
sms_per_second = 1000
[web]
port = 0
"""


class Keeper:
    """Stands in for a channel: takes everything, and notes when it came."""

    concurrency = 4

    def __init__(self, traits: Traits, clock: SteppedClock) -> None:
        self.traits = traits
        self.taken: list[tuple[datetime, str]] = []  # when, and the key of the message
        self._clock = clock

    def price(self, rendered: Rendered) -> Decimal:
        return Decimal(0)

    async def send(self, message: Outgoing) -> Receipt:
        self.taken.append((self._clock.now(), message.key))
        return Receipt(f"{self.traits.name} {len(self.taken)}")

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


class EditedHouse(DrivenHouse):
    """`at` is a moment after `begins`; each season begins anew, months after the one before."""

    def __init__(self, folder: Path) -> None:
        lay_out(folder)
        (folder / configuration.FILE).write_text(_TOML, encoding="utf-8")
        settings = configuration.load(folder / configuration.FILE, environment={})
        clock = SteppedClock(BEGINS)
        self.begins = BEGINS
        self.keepers = [Keeper(TRAITS[name], clock) for name in CHANNELS]
        super().__init__(build(settings, clock=clock, channels=self.keepers), clock)

    def new_season(self) -> None:
        """Nobody is inside, nothing was sent; what was published stays."""
        self.begins += timedelta(days=180)
        self.clock.move_to(self.begins)
        for keeper in self.keepers:
            keeper.taken.clear()
        with self.database.session() as session:
            for table in _OF_A_SEASON:
                session.execute(delete(table))

    def order(self, number: int, at: timedelta) -> None:
        """Of one of the cast in turn; every second one has agreed to text messages."""
        who, zone = CAST[number % len(CAST)]
        name, moment = f"{who}{number}", self.begins + at
        with self.database.session() as session:
            phone = f"+371200000{number:02}"
            customer = add_customer(session, name, phone=phone)
            add_order(
                session, customer, EventKind.PROMISE_AT_RISK, at=moment,
                external_id=str(number), number=f"#{number}", zones=[zone], phone=phone,
            )  # fmt: skip
            if number % 2:
                session.execute(
                    insert(schema.consents).values(
                        address=phone,
                        channel="sms",
                        purpose=Purpose.SERVICE.value,
                        granted_at=moment,
                        source="person",
                        wording="",
                    )
                )

    def publish(self, plan: Campaign, *, moves: bool = False) -> Target:
        """As a person does; the present moment is when it is published."""
        draft = Draft(plan, to_toml(plan))
        return self.database.now(self._publish, draft, moves=moves)

    def _publish(self, session: Session, draft: Draft, *, moves: bool) -> Target:
        plans.publish(session, draft, self.clock.now(), by="Anna")
        if moves:
            plans.move_everybody(session, NAME, self.clock.now(), is_uncounted=False)
        return target(session, self.app.plans, NAME)

    @property
    def moving(self) -> Moving:
        return Moving(self.app.plans, TRAITS, RIGA, self.clock.now())

    def passages(self) -> list[Underway]:
        """All of them, whatever their state, as they stand."""
        return self.database.look(self._passages)

    def _passages(self, session: Session) -> list[Underway]:
        rows = session.execute(select(schema.enrolments).order_by(schema.enrolments.c.id)).mappings().all()
        return read_passages(session, rows, RIGA)

    @property
    def taken(self) -> Mapping[str, list[datetime]]:
        """When each message left, by its key."""
        found: dict[str, list[datetime]] = {}
        for keeper in self.keepers:
            for at, key in keeper.taken:
                found.setdefault(key, []).append(at)
        return found


def lay_out(folder: Path) -> None:
    """A text for every step that there may be, under either of its names, over every channel."""
    texts = folder / "message_templates" / NAME
    texts.mkdir(parents=True)
    for name in (*STEPS, *map(renamed, STEPS)):
        (texts / f"{name}.email.txt").write_text(f"---\nsubject: {name}\n---\nGood day.\n")
        (texts / f"{name}.sms.txt").write_text("Good day.\n")
        (texts / f"{name}.task.txt").write_text("Ring and say good day.\n")


def renamed(name: str) -> str:
    return f"{name}_too"


def to_toml(plan: Campaign) -> str:
    stops = ", ".join(_quoted(kind.value) for kind in sorted(plan.stop_on))
    head = f'title = "Care"\ntrigger = "{plan.trigger.value}"\nstop_on = [{stops}]\n'
    return head + "".join(map(_step_toml, plan.steps))


def _step_toml(step: Step) -> str:
    lines = [
        f'name = "{step.name}"',
        f'after = "{spell_duration(step.after)}"',
        f"channels = [{', '.join(map(_quoted, step.channels))}]",
        f'expires = "{spell_duration(step.expires)}"',
        'purpose = "service"',
    ]
    lines += [f'was = "{step.key}"'] if step.key != step.name else []
    lines += [f'within = "{spell_duration(step.within)}"'] if step.within else []
    lines += [f'approve = true\nif_unapproved = "{step.if_unapproved}"'] if step.approve else []
    if step.window:
        lines.append(f'window = {{ days = "{spell_days(step.window.days)}", hours = "{step.window}" }}')
    return "\n[[steps]]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return f'"{text}"'


hours = st.integers(1, 60).map(lambda count: count * HOUR)
windows = st.sampled_from([
    None, None, Window(opens=10 * 60, closes=18 * 60), Window(opens=16 * 60, closes=20 * 60),
    Window(days=frozenset(range(5)), opens=9 * 60, closes=12 * 60),
])  # fmt: skip
channels = st.lists(st.sampled_from(CHANNELS), min_size=1, max_size=3, unique=True).map(tuple)
expiries = st.sampled_from([2 * HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR])


@st.composite
def steps(draw: st.DrawFn, name: str) -> Step:
    after = draw(hours)
    return Step(
        name=name,
        key=name,
        after=after,
        channels=draw(channels),
        purpose=Purpose.SERVICE,
        within=draw(st.sampled_from([None, None, after + 6 * HOUR, after + 24 * HOUR])),
        expires=draw(expiries),
        window=draw(windows),
        approve=draw(st.sampled_from([False, False, False, True])),
        if_unapproved=draw(st.sampled_from(["send", "skip"])),  # type: ignore[arg-type]
    )


@st.composite
def a_plan(draw: st.DrawFn) -> Campaign:
    names = draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4, unique=True))
    return _campaign([draw(steps(name)) for name in sorted(names)])


@st.composite
def edited(draw: st.DrawFn, plan: Campaign) -> Campaign:
    """One to three things that staff do to a plan."""
    now: list[Step] = list(plan.steps)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(now) - 1))
        step = now[place]
        fresh = sorted(set(STEPS) - {one.key for one in now})
        match draw(st.sampled_from("delete add rename after window channels expires approve move".split())):
            case "delete" if len(now) > 1:
                del now[place]
            case "add" if fresh:
                now.insert(place, draw(steps(draw(st.sampled_from(fresh)))))
            case "rename":
                now[place] = replace(step, name=renamed(step.key))
            case "after":
                after = draw(hours)
                now[place] = replace(step, after=after, within=step.within and after + 6 * HOUR)
            case "window":
                now[place] = replace(step, window=draw(windows))
            case "channels":
                now[place] = replace(step, channels=draw(channels))
            case "expires":
                now[place] = replace(step, expires=draw(expiries))
            case "approve":
                now[place] = replace(step, approve=not step.approve)
            case _:
                now.append(now.pop(place))
    return _campaign(now)


def _campaign(of: Iterable[Step]) -> Campaign:
    """As it is read from what is written: what the one says, the other understands."""
    plan = Campaign(NAME, "Care", EventKind.PROMISE_AT_RISK, tuple(of))
    return parse(to_toml(plan), file=f"{NAME}/campaign.toml", name=NAME, channels=TRAITS)
