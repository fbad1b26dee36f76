"""What the linter makes of texts that are right, of many orders, and of little time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.campaigns.definition import Campaign, Step
from paldies.campaigns.words import EventKind, Purpose
from paldies.channels import TRAITS
from paldies.channels.sms.segments import parted, segments
from paldies.cli.text_check import carriers
from paldies.settings import Settings
from paldies.templates import samples
from paldies.templates.faults import Problem
from paldies.templates.library import Library
from paldies.templates.lint import check
from paldies.templates.samples import Sample

FRAME = "<html><body><div style='{style}'><!-- content --></div></body></html>"
Told = Callable[..., list[Problem]]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What is said of one letter in one step."""

    def say(
        body: str,
        *,
        subject: str = "Hello",
        style: str = "",
        real: list[Sample] | None = None,
        **step: object,
    ) -> list[Problem]:
        folder = tmp_path / "first"
        folder.mkdir(exist_ok=True)
        (tmp_path / "_layout.email.html").write_text(FRAME.format(style=style))
        (folder / "hello.email.md").write_text(f"---\nsubject: {subject}\n---\n{body}")
        values: dict[str, object] = {"purpose": Purpose.SERVICE} | step
        only = Step("hello", "hello", timedelta(), ("email",), **values)  # type: ignore[arg-type]
        campaign = Campaign("first", "First", EventKind.DELIVERED, (only,))
        library = Library(tmp_path, locale="en")
        return check(
            library, campaigns=[campaign], carriers=carriers(Settings(), TRAITS), real=real or []
        ).problems

    return say


def orders(count: int, **values: object) -> list[Sample]:
    order = samples.COMPLETE.order
    return [
        Sample(f"order {number}", replace(order, number=str(number), **values), samples.COMPLETE.customer)  # type: ignore[arg-type]
        for number in range(count)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "A sale of your old sofa is on our mind.",  # no word of ours
        "Your coupling is on its way.",
        "Ask for Anna, 24/7.",
        "You: {% if order.lines %}{% for l in order.lines %}{{ l.name }}{% else %}-{% endfor %}{% endif %}",
        "{% for line in order.lines %}{{ line.name }}{% else %}Nothing yet.{% endfor %}",
        "Use \\{braces} and 5 < 6 > 4.",
        "![A cup of tea](https://berzs.example/cup.png)",
    ],
)
def test_nothing_is_said_of_what_is_right(told: Told, body: str) -> None:
    assert told(body) == []


def test_a_condition_around_a_loop_may_stand_anywhere_above_it(told: Told) -> None:
    inside = "{% for line in order.lines %}{{ line.name }} {% endfor %}"

    assert told(f"Hello. {{% if order.lines and order.total %}}You: {inside}{{% endif %}}") == []
    assert told(f"Hello. {{% if order.total %}}You: {inside}{{% endif %}}") != []


def test_words_that_sell_may_stand_where_selling_is_what_it_is_for(told: Told) -> None:
    selling = "A discount: {% if unsubscribe_url %}[stop]({{ unsubscribe_url }}){% endif %}"

    assert told(selling, purpose=Purpose.PROMOTIONAL) == []
    assert [problem.level for problem in told(selling)] == ["warning"]


@pytest.mark.parametrize("when", ["order.rating >= 4", "order.total > 5 and order.rating"])
def test_a_review_is_asked_of_everybody_or_nobody(told: Told, when: str) -> None:
    invites = "Thank you. {% if shop.review_url %}[Tell others]({{ shop.review_url }}){% endif %}"

    (gated,) = told(invites, when=when)
    by_itself = told(f"Hello. {{% if order.rating >= 4 %}}{invites}{{% endif %}}")
    referral = told("[Tell a friend](https://a.example/friends)", when=when)

    assert "depends on the rating" in gated.text
    assert [problem.text for problem in by_itself] == [gated.text]
    assert told(invites) == referral == []


def test_large_letters_need_less_contrast_and_pictures_behind_them_cannot_be_judged(told: Told) -> None:
    grey = "color: #888888; background-color: #ffffff"

    assert len(told("Hello", style=grey)) == 1
    assert told("Hello", style=f"{grey}; font-size: 24px") == []
    assert told("Hello", style="color: #888888; background: url(https://a.example/b.png)") == []
    assert told("Hello", style="color: #ffffff; display: none") == []


def test_an_order_that_cannot_have_it_yet_is_not_held_against_a_text(told: Told) -> None:
    moved = told(
        "{{ order.delivered_at|date }}", when="order.delivered_at", real=orders(3, delivered_at=None)
    )

    assert moved == []


def test_what_every_order_shows_is_told_without_any_order(told: Told) -> None:
    (everyone,) = told("[us](http://a.example)", real=orders(2))
    (some,) = told("Hello", subject="{{ order.todo }}", real=orders(2, todo="")[1:] + orders(1))

    assert everyone.text == "the link http://a.example is not secure"
    assert some.text.removeprefix("for an order of which little is known and ") == (
        "1 of your last 2 orders, such as order 1: the subject is empty"
    )


def test_time_is_bounded_and_it_is_said_how_many_orders_were_tried(told: Told, tmp_path: Path) -> None:
    told("Hello")

    report = check(Library(tmp_path, locale="en"), real=orders(200), patience=0.0)

    assert report.orders == 0


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="aā€🎁 ^\n", max_size=400))
def test_the_parts_of_a_text_message_are_as_many_as_are_paid_for(text: str) -> None:
    parts = parted(text)

    assert "".join(parts) == text
    assert len(parts) == segments(text).count
