"""Whatever a shop's database holds: a correct message or exactly one clear reason, and nobody is held up."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from paldies.campaigns.reasons import Reason
from paldies.store.schema import messages
from paldies.templates.bundled import bundled_templates
from tests.read_aloud import read_aloud
from tests.smtp_servers import KeepingServer, Mail, ScriptedServer
from tests.whole_house import COLUMNS, ShopDatabase, WholeHouse, furnish

TEXT = """---
subject: "{{ order.number }} for {{ customer.name }}"
---
# Hello{% if customer.first_name %}, {{ customer.first_name }}{% endif %}

{% for line in order.lines %}
| {{ line.name }} | {{ line.quantity|number }} × {{ line.price|money }} |
{% endfor %}

Order {{ order.number }}, {{ order.total|money }}, to {{ order.address }} in {{ order.city }}.

{{ order.todo }}
"""
RLO = "\u202e"  # turns the direction of all that follows


@dataclass(frozen=True)
class Case:
    """One order as the shop has it, and what is to become of it."""

    said: Mapping[str, Any]
    lines: tuple[tuple[Any, ...], ...] = ()
    to: str | None = None  # the address in the To field; None: not looked at
    name: str | None = None  # the display name in the To field
    reads: tuple[str, ...] = ()  # what both parts have to say
    reason: str = ""  # instead of a message
    note: str = ""  # what the reason has to mention


def named(name: Any, *, shown: str | None = None) -> Case:
    """A customer of that first name, who is greeted as `shown`."""
    shown = name if shown is None else shown
    return Case({"first_name": name}, name=shown, reads=(f"Hello, {shown}" if shown else "Hello",))


def at(address: Any, to: str = "") -> Case:
    return Case({"email": address}, to=to or address)


def unusable(address: Any, note: str = "e-mail:") -> Case:
    return Case({"email": address}, reason="no_address", note=note)


CASES: dict[str, Case] = {
    # names
    "single quote": named("D'Arcy"),
    "double quote": named('Anna "Anniņa" B.'),
    "backslash": named("back\\slash"),
    "comma": named("Ozola, Alise"),
    "angle brackets": named("<mallory@evil.example>"),
    "an encoded word": named("=?utf-8?q?Bcc?="),
    "emoji": named("🧁 Alise 👩‍👩‍👧"),
    "right to left": named("דָּוִד بن علي"),
    "an override": named(f"A{RLO}ecila", shown="A ecila"),
    "an expression": named("{{ 7*7 }}"),
    "a statement": named("{% for x in [1] %}{% endfor %}"),
    "a comment": named("{# never mind #}"),
    "a script": named("<script>alert(1)</script>"),
    "an entity": named("&lt;b&gt; &amp; &#123;&#123;"),
    "Markdown": named("**bold** [link](https://evil.example) `code`"),
    "a header": named("Alise\r\nBcc: everyone@example.com", shown="Alise Bcc: everyone@example.com"),
    "a dot on its own line": named("Alise\r\n.\r\nQUIT", shown="Alise . QUIT"),
    "NUL": named("Ali\x00se", shown="Alise"),
    "combining": named("Zoe\u0308"),
    "300 letters": named("x" * 300),
    "300 of Latvia's": named("ā" * 300),
    "300 words": named("Anna " * 299 + "Anna"),
    "only spaces": named("   ", shown=""),
    "none": named(None, shown=""),
    "a number": named(42, shown="42"),
    "SQL": named("Robert'); DROP TABLE orders;--"),
    "percent": named("100 % %s %(name)s {0}"),
    # addresses
    "quoted": at('"a b"@пример.рф', '"a b"@xn--e1afmkfd.xn--p1ai'),
    "in Cyrillic": at("юзер@example.com"),
    "spaces and capitals": at(" Alice@Example.COM ", "alice@example.com"),
    "a plus": at("alise+shop@example.com"),
    "two signs": unusable("a@b@c"),
    "empty": unusable("", ""),
    "missing": unusable(None, ""),
    "500 letters": unusable("a" * 500 + "@example.com"),
    "injected": unusable("alise@example.com\r\nBcc: everyone@example.com"),
    "injected into SMTP": unusable("alise@example.com>\r\nRCPT TO:<mallory@evil.example"),
    "two addresses": unusable("alise@example.com, boris@example.com"),
    "with a name": unusable("Alise <alise@example.com>"),
    "no domain": unusable("alise"),
    "both wrong": Case(
        {"email": "alise", "phone": "none"}, reason="no_address", note="e-mail: An email address must have"
    ),
    # telephone numbers: they are nobody's business here, but must not be in the way
    "Russian": Case({"phone": "8 (916) 123-45-67", "country": "RU"}),
    "no telephone": Case({"phone": "call me"}),
    # order numbers
    "slash": Case({"number": "2026/3/10"}, reads=("Order 2026/3/10",)),
    "a sharp sign": Case({"number": "#100%: «Ņ»"}, reads=("Order #100%: «Ņ»",)),
    "braces in the number": Case({"number": "{{ order.total }}"}, reads=("Order {{ order.total }}",)),
    # ids are part of every key
    "2026/03/10": Case({"email": "id1@example.com"}),
    "#7:%2F%25": Case({"email": "id2@example.com"}),
    "Pasūtījums №1": Case({"email": "id3@example.com"}),
    "customer:7/order.paid.1": Case({"email": "id4@example.com"}),
    # what was bought
    "pipes": Case({}, (("A", "Tea | Towel || x", 1, 5),), reads=("Tea | Towel || x",)),
    "Markdown goods": Case({}, (("A", "**Tea** _towel_ # 1", 2, 5),), reads=("**Tea** _towel_ # 1",)),
    "HTML goods": Case({}, (("A", "<b>Tea</b> & <img src=x>", 1, 5),), reads=("<b>Tea</b> & <img src=x>",)),
    "code goods": Case({}, (("A", "{{ 7*7 }}{% raw %}", 1, 5),), reads=("{{ 7*7 }}{% raw %}",)),
    "lines in goods": Case({}, (("A", "Tea\n\n| towel", 1, 5),), reads=("Tea | towel",)),
    "nameless goods": Case({}, (("A", None, None, 5),)),
    "half a metre": Case({}, (("A", "Linen", 0.5, 5),), reads=("0.5 ×",)),
    # amounts
    "yen": Case({"currency": "JPY", "total": 12345}, reads=("12,345",)),
    "dinar": Case({"currency": "KWD", "total": "1.234"}, reads=("1.234",)),
    "unknown currency": Case({"currency": "QQQ", "total": 5}),
    "very much": Case({"total": 9_000_000_000_000}, reads=("9,000,000,000,000",)),
    # places
    "country by name": Case({"country": "Латвия", "city": "Rīga"}, reads=("in Rīga.",)),
    "country of nowhere": Case({"country": "Atlantis"}),
    "zone of nowhere": Case({"time_zone": "Mars/Olympus"}),
    "zone as a path": Case({"time_zone": "../../etc/passwd"}),
    "address in lines": Case({"address": "Tērbatas 14\r\nRīga"}, reads=("to Tērbatas 14 Rīga",)),
    # languages
    "POSIX": Case({"locale": "lv_LV.UTF-8"}),
    "capitals": Case({"locale": "LV"}),
    "no language": Case({"locale": "xx"}),
    "a long tag": Case({"locale": "zh-Hant-TW"}),
    "100 letters of language": Case({"locale": "x" * 100}),
    "dashes": Case({"locale": "---"}),
    "path as a language": Case({"locale": "../../lv"}),
    # what is left to do
    "a todo in Markdown": Case({"todo": "# Ring us\n- now"}, reads=("# Ring us - now",)),
    "ten thousand letters": Case({"todo": "y" * 10_001}, reads=("y" * 500,)),
}


class Seen:
    """What became of every case."""

    def __init__(self, mails: list[Mail], whys: dict[str, list[dict[str, Any]]], ids: dict[str, str]) -> None:
        self.mails = [(mail, message_from_bytes(mail.content, policy=policy.default)) for mail in mails]
        self.whys = whys
        self.ids = ids

    def step(self, case: str) -> dict[str, Any]:
        (story,) = self.whys[case]
        (passage,) = story["campaigns"]
        (step,) = passage["steps"]
        assert isinstance(step, dict)
        return step

    def mail(self, case: str) -> tuple[Mail, EmailMessage]:
        (leg,) = self.step(case)["legs"]
        (found,) = [each for each in self.mails if each[1]["Message-ID"] == f"<{self.ids[leg['key']]}>"]
        assert isinstance(found[1], EmailMessage)
        return found[0], found[1]


def _message_ids(session: Session) -> dict[str, str]:
    return {key: rfc_id for key, rfc_id in session.execute(select(messages.c.key, messages.c.rfc_id))}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """All cases at once, as they would come: in one poll of one shop."""
    folder = tmp_path_factory.mktemp("nasty")

    async def play(server: KeepingServer) -> Seen:
        shop = furnish(folder, smtp=server.url, text=TEXT)
        house = await WholeHouse.opened(folder)
        for number, (name, case) in enumerate(CASES.items()):
            shop.order(name, at=house.clock.now(), lines=case.lines, **{"number": f"N{number}", **case.said})
        await house.live()
        whys = {name: house.why(name) for name in CASES}
        ids = house.app.database.look(_message_ids)
        await house.close()
        return Seen(server.mails, whys, ids)

    with KeepingServer() as server:
        return asyncio.run(play(server))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.reason])
def test_a_nasty_value_arrives_as_it_is(seen: Seen, name: str) -> None:
    case = CASES[name]
    mail, message = seen.mail(name)

    assert seen.step(name)["outcome"] == "sent"
    assert not message.defects and not any(part.defects for part in message.walk())
    written_to = recipient(message)
    assert mail.recipient == written_to[1] == (case.to or written_to[1])
    if case.name is not None:
        assert written_to[0] == case.name
    assert {"Bcc", "Cc"}.isdisjoint(message)
    text, html = parts(message)
    for words in case.reads:
        assert words in text
        assert words in html


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.reason])
def test_both_parts_say_the_same(seen: Seen, name: str) -> None:
    _, message = seen.mail(name)

    text, html = parts(message)

    assert letters(text) == letters(html)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.reason])
def test_what_cannot_be_sent_has_one_clear_reason(seen: Seen, name: str) -> None:
    case, step = CASES[name], seen.step(name)

    assert (step["outcome"], step["reason"]) == ("skipped", case.reason)
    assert step["sentence"] and case.note in step["note"]
    assert "phone:" not in step["note"]


def test_nothing_is_executed_and_nobody_else_is_written_to(seen: Seen) -> None:
    expected = sum(not case.reason for case in CASES.values())

    assert len(seen.mails) == expected
    assert not {mail.recipient for mail, _ in seen.mails} & {"everyone@example.com", "mallory@evil.example"}
    for _, message in seen.mails:
        html = message.get_body(("html",)).get_content()
        assert "<script>alert" not in html and "<img src=x" not in html and 'href="https://evil' not in html
        assert "49" not in parts(message)[0].replace("N49", "")


async def test_a_server_that_cannot_write_cyrillic_addresses_costs_that_customer_only(tmp_path: Path) -> None:
    async with ScriptedServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text=TEXT)
        house = await WholeHouse.opened(tmp_path)
        shop.order("1", at=house.clock.now(), email="юзер@example.com")
        shop.order("2", at=house.clock.now(), email="alice@example.com")

        await house.live()

        boris, alice = house.why("1")[0]["campaigns"][0]["steps"][0], house.why("2")[0]
        assert (boris["outcome"], boris["reason"]) == ("failed", "refused")
        assert "SMTPUTF8" in boris["note"]
        assert alice["campaigns"][0]["steps"][0]["outcome"] == "sent"
        assert len(server.texts) == 1
        await house.close()


@pytest.mark.parametrize("locale", ["en", "lv", "ru"])
async def test_the_shipped_first_day_bears_an_order_of_which_little_is_known(
    tmp_path: Path, locale: str
) -> None:
    with KeepingServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text=TEXT, locale=locale)
        shutil.rmtree(tmp_path / "message_templates/hello")
        shutil.copytree(bundled_templates() / "first_day", tmp_path / "message_templates/first_day")
        house = await WholeHouse.opened(tmp_path)
        shop.order("bare", at=house.clock.now(), number=None, currency=None, total=None)
        shop.order("free", at=house.clock.now(), total=0, locale=locale, first_name="Alise")

        await house.live()

        outcomes = [
            (step["outcome"], step["reason"])
            for order in ("bare", "free")
            for step in house.why(order)[0]["campaigns"][0]["steps"]
        ]
        assert outcomes == [("sent", ""), ("skipped", "not_wanted"), ("sent", "")] * 2
        said = [parts(mail.parsed)[0] for mail in server.mails if mail.recipient == "bare@example.com"]
        assert not any(re.search(r"0[.,]00|¤|XXX|None", text) for text in said)
        await house.close()


ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.text(alphabet="\r\n\t\x00 <>@.,;:\"'{}%|/\\=?-ā🧁\u202e\u0301", max_size=20),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.binary(max_size=12),
    st.sampled_from(
        ["", " ", "0", "-1", "1e999", "NaN", "9" * 40, "2026-13-45", "9999-12-31 23:59:59", "0001-01-01",
         "paid", "cancelled", "true", "[]", "{}", '["a", 1]', "LV", "EUR", "JPY", "a@b.lv", "+37120000000"]
    ),
)  # fmt: skip
ORDERS = st.lists(
    st.dictionaries(
        st.sampled_from([name for name in COLUMNS if name not in ("id", "updated_at")]), ANYTHING
    ),
    min_size=1,
    max_size=6,
)
LINES = st.lists(st.tuples(ANYTHING, ANYTHING, ANYTHING, ANYTHING), max_size=2)


@pytest.fixture(scope="module")
def standing(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[asyncio.Runner, WholeHouse, ShopDatabase]]:
    """One house for all examples: nothing that one of them leaves behind may be in the next one's way."""
    folder = tmp_path_factory.mktemp("anything")
    with KeepingServer() as server, asyncio.Runner() as runner:
        shop = furnish(folder, smtp=server.url, text=TEXT)
        house = runner.run(WholeHouse.opened(folder))
        yield runner, house, shop
        runner.run(house.close())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ORDERS, LINES)
def test_no_row_of_a_shop_stops_a_tick_or_leaves_a_step_without_an_outcome(
    standing: tuple[asyncio.Runner, WholeHouse, ShopDatabase],
    rows: list[dict[str, Any]],
    lines: list[tuple[Any, ...]],
) -> None:
    runner, house, shop = standing
    ids = [uuid4().hex for _ in rows]
    for order_id, row in zip(ids, rows, strict=True):
        when = f"{house.clock.now():%Y-%m-%d %H:%M:%S}"
        shop.order(order_id, at=house.clock.now(), lines=lines, **row, updated_at=when)

    with capture_logs() as said:
        runner.run(house.live())

    troubles = [line for line in said if line["log_level"] == "error"]
    assert not troubles
    refused = {line["where"].removeprefix("order ") for line in said if "where" in line}
    for order_id in ids:
        stories = house.why(order_id)
        assert bool(stories) is (order_id not in refused)
        for step in (
            step for story in stories for passage in story["campaigns"] for step in passage["steps"]
        ):
            assert step["outcome"] in ("sent", "skipped", "cancelled", "failed", "not_enrolled")
            assert (step["outcome"] == "sent") is (step["reason"] == "")
            assert step["reason"] != Reason.UNFORESEEN


def recipient(message: EmailMessage) -> tuple[str, str]:
    """Name and address of the one person in the To field."""
    raw = dict(message.raw_items())["To"].encode("ascii", "surrogateescape").decode()
    ((name, address),) = getaddresses([" ".join(raw.split())])
    # by hand: the standard library's own parser puts spaces between encoded words
    return str(make_header(decode_header(name))), address


def parts(message: EmailMessage) -> tuple[str, str]:
    """What a person reads in the text part and in the HTML part, spaces as one."""
    text = message.get_body(("plain",)).get_content()
    return " ".join(text.split()), " ".join(read_aloud(message.get_body(("html",)).get_content()).split())


def letters(part: str) -> str:
    """Without the marks that only a text part needs: of tables, lists and lines."""
    return re.sub(r"[\s|>•-]|<https?://[^>]*>", "", part)
