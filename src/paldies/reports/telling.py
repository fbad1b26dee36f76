"""An order's story as text that a person reads at the counter."""

from collections.abc import Iterator

from paldies.campaigns.words import EventKind, MessageStatus
from paldies.reports import sentences
from paldies.reports.local_time import LocalTime, city
from paldies.reports.story import AttemptStory, EventStory, LegStory, OrderStory, PassageStory, StepStory
from paldies.reports.terminal import plain, quoted, wrapped

_TO_DO = {
    MessageStatus.HELD: "To let it go: paldies messages approve {0}. To drop it: paldies messages cancel {0}",
    MessageStatus.UNCONFIRMED: "If you find out: paldies messages settle {0} --sent, or --not-sent",
}


def to_text(story: OrderStory) -> str:
    """For a terminal of 80 columns; what customers and servers wrote is shown without control characters."""
    clock = LocalTime(story.customer_zone, story.shop_zone, story.now)
    coming = wrapped(sentences.of_upcoming(story.upcoming, clock))
    blocks = [_head(story), coming, *_warnings(story, clock), _what_happened(story, clock)]
    begun_first = sorted(story.passages, key=lambda passage: passage.state is None)
    blocks += [_campaign(passage, clock) for passage in begun_first]
    return "\n\n".join(blocks) + "\n"


def _head(story: OrderStory) -> str:
    buyer = f"{plain(story.customer_name)} <{story.email}>" if story.email else plain(story.customer_name)
    lines = [f"Order {plain(story.number)} ({story.shop}), {story.status.replace('_', ' ')}", buyer]
    if plain(story.id) != plain(story.number):
        lines.append(f"The shop's own id is {plain(story.id)}.")
    if story.contact_problem:
        lines.append(f"What the shop gave cannot all be used: {plain(story.contact_problem)}")
    lines.append(_whose_times(story))
    return "\n".join(wrapped(line) for line in lines if line)


def _whose_times(story: OrderStory) -> str:
    shop = city(story.shop_zone)
    if not story.customer_zone:
        return f"It is not known what time it is for the customer: times are those of {shop}, the shop's."
    if story.customer_zone == story.shop_zone:
        return f"Times are those of {shop}."
    return f"Times are the customer's, those of {city(story.customer_zone)}; in brackets the shop's."


def _warnings(story: OrderStory, clock: LocalTime) -> Iterator[str]:
    if story.fence:
        yield wrapped(f"Nothing is sent: {story.fence}. If this is the only one in use: paldies adopt")
    if story.paused_at:
        since = clock.say(story.paused_at)
        yield wrapped(f"All sending is paused since {since}. To go on: paldies resume")
    if story.daemon_silent_since:
        since = clock.say(story.daemon_silent_since)
        yield wrapped(f"paldies has not been running since {since}: nothing goes until it does.")


def _what_happened(story: OrderStory, clock: LocalTime) -> str:
    lines = ["What happened", *(_event(event, clock) for event in story.events)]
    if all(event.kind is not EventKind.PLACED for event in story.events):
        lines.insert(1, wrapped(f"placed on {clock.say(story.placed_at)}", by=2))
    return "\n".join(lines)


def _event(event: EventStory, clock: LocalTime) -> str:
    what = event.kind.partition(".")[2].replace("_", " ") or event.kind.value
    again = f" ({event.ordinal})" if event.ordinal > 1 else ""
    history = ", before the shop was first read" if event.is_history else ""
    happened, seen = clock.say(event.happened_at), clock.say(event.first_seen_at)
    told = f", first seen on {seen}" if seen != happened and not history else ""
    return wrapped(f"{what}{again} on {happened}{told}{history}", by=2)


def _campaign(passage: PassageStory, clock: LocalTime) -> str:
    version = f", version {passage.plan_version} of its plan" if passage.plan_version else ""
    lines = [wrapped(f"{plain(passage.title)} [{passage.campaign}{version}]")]
    lines.append(wrapped(sentences.of_passage(passage, clock), by=2))
    if passage.withdrawn_at:
        lines.append(wrapped(f"The campaign was withdrawn on {clock.say(passage.withdrawn_at)}.", by=2))
    elif passage.paused_at:
        lines.append(wrapped(f"The campaign is paused since {clock.say(passage.paused_at)}.", by=2))
    if passage.shared:
        other = plain(passage.shared.order_number)
        lines.append(wrapped(f"What order {other} ({passage.shared.shop}) has come to:", by=2))
        lines += [_step(step, clock) for step in passage.shared.steps]
    elif any(step.legs or step.reason is not passage.reason for step in passage.steps):
        lines += [_step(step, clock) for step in passage.steps]
    return "\n".join(lines)


def _step(step: StepStory, clock: LocalTime) -> str:
    lines = [f"  {step.name}"]
    if not step.legs:
        lines.append(wrapped(sentences.of_step(step, clock), by=4))
    for leg in step.legs:
        lines.append(wrapped(f"{leg.channel}: {sentences.of_leg(leg, step, clock)}", by=4))
        lines += _attempts(leg, clock)
        if leg.status in _TO_DO:
            lines.append(wrapped(f"- {_TO_DO[leg.status].format(leg.id)}", by=6))
    return "\n".join(lines)


def _attempts(leg: LegStory, clock: LocalTime) -> Iterator[str]:
    """One that went well at once has been told already."""
    if len(leg.attempts) > 1 or leg.status is not MessageStatus.SENT:
        for attempt in leg.attempts:
            outcome = f"{attempt.outcome or 'not ended'}{f': {attempt.note}' if attempt.note else ''}"
            tried = f"- tried on {clock.say(attempt.started_at)}, to {attempt.address}: {outcome}"
            yield wrapped(tried, by=6)
    elif leg.receipt:
        yield wrapped(f"- the answer was: {leg.receipt}", by=6)
    for delivery in leg.deliveries:
        if delivery.kind.is_final or delivery is leg.deliveries[-1]:
            yield wrapped(f"- {sentences.of_delivery(delivery, clock)}", by=6)
    yield from (_content(attempt) for attempt in leg.attempts[-1:] if attempt.text)


def _content(attempt: AttemptStory) -> str:
    return quoted(f"Subject: {plain(attempt.subject)}\n\n{attempt.text}", by=6)
