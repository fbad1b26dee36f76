"""How one row of a shop's columns becomes a snapshot."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paldies.campaigns.words import OrderStatus
from paldies.orders.shops import values
from paldies.orders.shops.base import ShopError
from paldies.orders.shops.columns import COLUMNS, headings
from paldies.orders.shops.cursor import Cursor
from paldies.orders.shops.inspection import reports
from paldies.orders.shops.reading import BadRow, Reading
from paldies.orders.shops.since import Form, Mark
from paldies.orders.shops.values import BadValue
from paldies.orders.snapshot import Snapshot, SnapshotLine

RIGA = ZoneInfo("Europe/Riga")
TEN = datetime(2026, 11, 22, 10, tzinfo=UTC)


def read(row: dict[str, Any], **how: Any) -> Snapshot:
    found = Reading.of("store", **how).snapshot({"id": "1", **row})
    assert found is not None
    return found


def refusal(row: dict[str, Any], **how: Any) -> str:
    with pytest.raises(BadRow) as caught:
        Reading.of("store", **how).snapshot({"id": "1", **row})
    return str(caught.value)


# times


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22 12:00:00",
        "2026-11-22T12:00",
        "2026-11-22T10:00:00Z",
        "2026-11-22 10:00:00 UTC",
        "2026-11-22 12:00:00 +0200",
        "2026-11-22T12:00:00.000000000+02:00",
        "1795341600",
        1795341600,
        1795341600.0,
        Decimal(1795341600),
        1795341600000,
        "1795341600000",
        1795341600000000,
        datetime(2026, 11, 22, 12),
        datetime(2026, 11, 22, 5, tzinfo=timezone(timedelta(hours=-5))),
        b"2026-11-22 12:00:00",
    ],
)
def test_every_way_of_writing_a_moment_means_the_same(written: Any) -> None:
    order = read({"placed_at": written}, time_zone="Europe/Riga")

    assert order.placed_at == TEN
    assert isinstance(order.placed_at, datetime) and order.placed_at.tzinfo is UTC


@pytest.mark.parametrize("written", ["2026-11-22", date(2026, 11, 22), "20261122", 20261122])
def test_a_day_stays_a_day(written: Any) -> None:
    assert read({"promised_at": written}).promised_at == date(2026, 11, 22)


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "  ",
        "NULL",
        "\\N",
        0,
        "0000-00-00",
        "0000-00-00 00:00:00",
        date(1, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59),
        float("nan"),
        "NaT",
    ],
)
def test_what_databases_write_for_no_time_is_no_time(written: Any) -> None:
    assert read({"delivered_at": written}).delivered_at is None


@pytest.mark.parametrize("written", ["22.11.2026", "11/22/2026", "soon", True, 12345, [], "2026-02-30"])
def test_a_time_that_could_mean_anything_is_refused(written: Any) -> None:
    assert "placed_at: " in refusal({"placed_at": written})


def test_of_an_hour_that_the_clock_repeats_the_first_is_meant() -> None:
    order = read({"placed_at": "2026-10-25 03:30:00"}, time_zone="Europe/Riga")

    assert order.placed_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_the_clock_skips_moves_on_by_the_gap() -> None:
    order = read({"placed_at": "2026-03-29 03:30:00"}, time_zone="Europe/Riga")

    assert isinstance(order.placed_at, datetime)
    assert order.placed_at.astimezone(RIGA).isoformat() == "2026-03-29T04:30:00+03:00"


# money


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        (Decimal("12.50"), 1250),
        (12.5, 1250),
        (0.1 + 0.2, 30),
        (12, 1200),
        ("12,50", 1250),
        ("1 234,50", 123450),
        ("1\u00a0234,50", 123450),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1'234.50", 123450),
        ("1,234,567", 123456700),
        ("12.345", 1235),
        ("-5.00", -500),
        (b"12.50", 1250),
        ("1.5e1", 1500),
    ],
)
def test_money_is_counted_in_minor_units(written: Any, cents: int) -> None:
    assert read({"total": written, "currency": "eur"}).total == cents


@pytest.mark.parametrize(("currency", "units"), [("JPY", 13), ("EUR", 1250), ("KWD", 12500)])
def test_a_currency_says_how_many_digits_it_has(currency: str, units: int) -> None:
    assert read({"total": "12.5", "currency": currency}).total == units


@pytest.mark.parametrize("written", ["1,234", "twelve", "Infinity", float("inf"), True, "9e99", "€12"])
def test_an_amount_that_could_mean_anything_is_refused(written: Any) -> None:
    assert refusal({"total": written, "currency": "EUR"}).startswith("total: ")


def test_money_without_a_currency_is_refused_with_the_remedy() -> None:
    assert "setting currency = 'EUR'" in refusal({"total": "5"})
    assert read({"total": "5"}, currency="EUR").currency == "EUR"


def test_a_row_names_its_own_currency_before_the_setting() -> None:
    order = read({"currency": "USD", "total": 1}, currency="EUR")

    assert (order.currency, order.total) == ("USD", 100)


def test_minor_units_are_taken_as_they_are() -> None:
    assert read({"total": 1250}, currency="EUR", minor_units=True).total == 1250
    assert "whole number of minor units" in refusal({"total": 12.5}, currency="EUR", minor_units=True)


def test_a_bad_currency_is_complained_of_once() -> None:
    assert refusal({"total": 5, "currency": "euro"}) == "currency: 'euro' is not an ISO 4217 code such as EUR"


# the rest of a row


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (1, True), ("yes", True), ("T", True), (True, True), (b"\x01", True), ("jā", True), (1.0, True),
        (0, False), ("No", False), ("off", False), (b"\x00", False), ("нет", False),
        (None, None), ("", None), ("null", None),
    ],
)  # fmt: skip
def test_yes_and_no_are_understood(written: Any, meant: bool | None) -> None:
    assert read({"accepts_sms": written}).accepts_sms is meant


def test_a_yes_or_no_that_is_neither_is_refused() -> None:
    assert "neither yes nor no" in refusal({"accepts_sms": "perhaps"})


@pytest.mark.parametrize(
    "written", ["vip, staff,,vip", '["vip", "staff"]', ["vip", "staff", None], ("vip", "staff"), b"vip,staff"]
)
def test_tags_come_as_a_list_or_with_commas(written: Any) -> None:
    assert read({"tags": written}).tags == ("vip", "staff")


@pytest.mark.parametrize(
    ("raw", "id"),
    [
        (1042, "1042"), (1042.0, "1042"), (Decimal("1042.00"), "1042"), (b"A-7", "A-7"), ("  7 ", "7"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"), (2**63, "9223372036854775808"),
    ],
)  # fmt: skip
def test_an_id_is_the_same_whatever_the_driver_makes_of_it(raw: Any, id: str) -> None:
    assert read({"id": raw}).id == id


@pytest.mark.parametrize("raw", [None, "", "\x00", "x" * 201])
def test_a_row_without_a_usable_id_is_refused(raw: Any) -> None:
    assert refusal({"id": raw}).startswith("id: ")


def test_control_characters_are_taken_out_of_names_and_letters_of_every_script_are_kept() -> None:
    order = read(
        {"first_name": "Ali\x00ce\r\nBcc: x\x85y", "last_name": "O'Brien 🎁 שלום {{ 7*7 }}", "city": "\ud83d"}
    )

    assert order.first_name == "Alice Bcc: x y"
    assert order.last_name == "O'Brien 🎁 שלום {{ 7*7 }}"
    assert order.city == ""


def test_absurdly_long_text_is_cut() -> None:
    assert len(read({"address": "x" * 5_000_000}).address) == values.MAX_TEXT


def test_lines_come_as_objects() -> None:
    rows = [{"sku": "A", "name": "Mug", "quantity": 2, "price": "4.50"}, {"name": "Tea", "price": 3}]

    order = read({"currency": "EUR", "lines": rows})

    assert order.lines == (
        SnapshotLine(sku="A", name="Mug", quantity=Decimal(2), price=450),
        SnapshotLine(sku="", name="Tea", quantity=Decimal(1), price=300),
    )
    assert read({"lines": []}).lines == ()
    assert read({}).lines is None


def test_a_line_without_a_price_is_refused() -> None:
    assert refusal({"currency": "EUR", "lines": [{"name": "Tea"}]}) == "lines: a line has no price"


def test_every_problem_of_a_row_is_named() -> None:
    problem = refusal({"placed_at": "soon", "accepts_sms": "perhaps", "colour": "red"})

    assert [part.partition(":")[0] for part in problem.split("; ") if ":" in part][:2] == [
        "placed_at",
        "accepts_sms",
    ]
    assert "'colour' is not known" in problem


def test_only_the_id_is_needed() -> None:
    assert read({}) == Snapshot(id="1")


# the shop's own words


def test_the_shops_words_become_ours() -> None:
    status = {"wc-Processing": "paid", "5": "shipped"}

    assert read({"status": "WC-processing"}, status=status).status is OrderStatus.PAID
    assert read({"status": 5}, status=status).status is OrderStatus.SHIPPED
    assert read({"status": "Delivered"}, status=status).status is OrderStatus.DELIVERED
    assert read({"status": None}, status=status).status is None


def test_the_shops_word_goes_before_ours() -> None:
    assert read({"status": "confirmed"}, status={"confirmed": "pending"}).status is OrderStatus.PENDING


def test_an_unknown_status_is_refused_with_the_line_to_add() -> None:
    problem = refusal({"status": "on-hold"})

    assert 'add "on-hold" = "…" to [shops.status] of shop \'store\'' in problem


def test_a_mapping_to_a_word_that_is_not_ours_is_refused_at_once() -> None:
    with pytest.raises(
        ShopError, match=r"'sent' stands for 'dispatched', which is none of ours: write one of pend"
    ):
        Reading.of("store", status={"sent": "dispatched"})


@pytest.mark.parametrize("zone", ["Europe/Rīga", "Mars/Olympus", "../../etc/passwd"])
def test_an_unknown_zone_is_refused_at_once(zone: str) -> None:
    with pytest.raises(ShopError, match="is not known: write a name such as Europe/Riga"):
        Reading.of("store", time_zone=zone)


# orders to ignore


@pytest.mark.parametrize(
    "row",
    [
        {"is_test": "1"},
        {"tags": "staff"},
        {"status": "draft"},
        {"total": "0,00"},
        {"status": "draft", "placed_at": "soon"},
    ],
)
def test_an_order_to_ignore_does_not_appear(row: dict[str, Any]) -> None:
    ignore = "is_test or 'staff' in order.tags or status == 'draft' or order.total == 0"

    assert Reading.of("store", ignore=ignore, currency="EUR").snapshot({"id": "1", **row}) is None


def test_an_order_that_is_not_to_be_ignored_appears() -> None:
    order = read({"is_test": "0", "total": "0.01"}, ignore="is_test or order.total == 0", currency="EUR")

    assert order.total == 1


def test_a_condition_that_cannot_be_answered_rejects_the_row() -> None:
    assert "ignore: " in refusal({}, ignore="is_tset")
    assert "ignore: " in refusal({}, ignore="order.total > 100")


def test_a_condition_that_cannot_be_read_is_refused_at_once() -> None:
    with pytest.raises(ShopError, match=r"shop 'store': .* is not a condition"):
        Reading.of("store", ignore="is_test or (")


# columns


def test_columns_are_known_in_any_case() -> None:
    assert headings(["ID", " Placed_At "]) == ["id", "placed_at"]


def test_an_unknown_column_is_refused_with_the_nearest_known_name() -> None:
    with pytest.raises(ShopError, match=r"'plced_at' is not known: is 'placed_at' meant\?"):
        headings(["id", "plced_at"])


@pytest.mark.parametrize(
    ("names", "problem"), [(["id", "ID"], "there twice"), (["number"], "no column 'id'")]
)
def test_columns_that_make_no_order_are_refused(names: list[str], problem: str) -> None:
    with pytest.raises(ShopError, match=problem):
        headings(names)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(COLUMNS)),
        st.none() | st.text() | st.integers() | st.floats() | st.decimals() | st.booleans() | st.binary()
        | st.datetimes() | st.dates() | st.lists(st.text()) | st.dictionaries(st.text(), st.text()),
    )
)  # fmt: skip
@example({"id": "1", "placed_at": datetime(1, 1, 1)})
@example({"id": "1", "placed_at": 10**400})
@example({"id": "1", "tags": "[" * 5000})
@example({"id": "1", "total": Decimal("sNaN"), "currency": "EUR"})
def test_whatever_a_row_holds_it_is_understood_or_refused(row: dict[str, Any]) -> None:
    try:
        order = Reading.of("store", time_zone="America/New_York", ignore="order.total == 1").snapshot(row)
    except BadRow as problem:
        assert problem.problems
    else:
        assert order is not None and order.id
        assert repr(order).encode()  # no lone surrogate that a database would refuse


# how far a database was read


def test_in_autumn_the_repeated_hour_is_asked_for_again() -> None:
    before = Mark.of("2026-10-25 03:55:00", zone=RIGA)  # still summer time
    assert before is not None

    since = before.bound(timedelta(minutes=10))

    assert since <= "2026-10-25 03:01:00"  # one minute after the clock went back


def test_a_program_that_writes_utc_beside_local_time_loses_nothing() -> None:
    local = Mark.of("2026-11-22T12:00:00+02:00", zone=RIGA)
    utc = Mark.of("2026-11-22 09:59:00Z", zone=RIGA)
    assert local is not None and utc is not None

    since = local.joined(utc).bound(timedelta(minutes=10))

    assert since <= "2026-11-22 10:01:00Z"  # what the second will write in two minutes


def test_a_space_and_a_t_between_day_and_hour_are_both_after_since() -> None:
    mark = Mark.of("2026-11-22T10:00:00", zone=RIGA)
    assert mark is not None

    assert mark.bound(timedelta(0)) <= "2026-11-22 10:00:00" <= "2026-11-22T10:00:00"


@pytest.mark.parametrize(
    ("raw", "since"),
    [
        (datetime(2026, 11, 22, 12), datetime(2026, 11, 22, 11, 50)),
        (TEN, TEN - timedelta(minutes=10)),
        ("2026-11-22 12:00:00.5", "2026-11-22 11:50:00"),
        (date(2026, 11, 22), datetime(2026, 11, 21, 23, 50)),
        (1795341600, 1795341000),
        (1795341600000, 1795341000000),
    ],
)
def test_since_is_of_the_same_kind_as_what_was_seen(raw: Any, since: Any) -> None:
    mark = Mark.of(raw, zone=RIGA)
    assert mark is not None

    assert mark.bound(timedelta(minutes=10)) == since
    assert Mark.restored(mark.kept()) == mark


def test_one_order_from_2099_does_not_hide_all_that_follow() -> None:
    cursor = Cursor("s").past(Mark.of("2099-01-01 00:00:00", zone=RIGA))

    kept = Cursor.restored(cursor.kept(TEN), settings="s")

    assert kept.mark is not None and kept.mark.until == TEN


def test_what_was_rejected_is_read_again_when_the_settings_change_and_not_before() -> None:
    early, late = Mark.of("2026-11-20 10:00:00", zone=RIGA), Mark.of("2026-11-22 10:00:00", zone=RIGA)
    assert early is not None and late is not None
    kept = Cursor("old").past(early).rejecting(early).past(late).kept(TEN)

    same, changed = Cursor.restored(kept, settings="old"), Cursor.restored(kept, settings="new")

    assert same.mark == late
    assert changed.mark is not None and changed.mark.until == early.until
    assert changed.rejected_at is None


def test_a_rejected_row_without_a_time_is_looked_for_from_the_beginning() -> None:
    late = Mark.of("2026-11-22 10:00:00", zone=RIGA)

    changed = Cursor.restored(Cursor("old").past(late).rejecting(None).kept(TEN), settings="new")

    assert changed.mark is not None and changed.mark.form is Form.TEXT
    assert changed.mark.until.year == 1970


@pytest.mark.parametrize("raw", [None, "", "soon", b"x", True])
def test_what_is_no_time_moves_nothing(raw: Any) -> None:
    assert Mark.of(raw, zone=RIGA) is None


# paldies check


def test_an_inspection_shows_a_problem_before_a_success() -> None:
    rows = [{"id": 1, "status": "paid", "total": "5"}, {"id": 2, "status": "lost", "total": "6"}]

    found = {
        r.column: r
        for r in reports(["id", "status", "total"], rows, reading=Reading.of("store", currency="EUR"))
    }

    assert (found["total"].example, found["total"].understood) == ("5", "5.00 EUR")
    assert (found["status"].example, found["status"].understood) == ("lost", "paid")
    assert "'lost' is not known" in found["status"].problem


def test_an_inspection_says_what_follows_from_a_missing_column() -> None:
    found = {r.column: r for r in reports(["id"], [{"id": 1}], reading=Reading.of("store"))}

    assert not found["placed_at"].found
    assert "history cannot be told from news" in found["placed_at"].understood


def test_an_inspection_counts_what_is_ignored_and_still_shows_its_columns() -> None:
    reading = Reading.of("store", ignore="is_test")

    found = {r.column: r for r in reports(["id", "is_test"], [{"id": 1, "is_test": 1}], reading=reading)}

    assert found["ignore"].understood == "leaves out 1 of the first 1 rows"
    assert found["is_test"].understood == "yes"


def test_text_that_is_an_object_is_refused() -> None:
    with pytest.raises(BadValue, match="is not text"):
        values.text({"street": "Brīvības 1"})


def test_a_long_example_is_shortened() -> None:
    [report, *_] = reports(["id"], [{"id": "1" * 150}], reading=Reading.of("store"))

    assert len(report.example) == 60 and report.example.endswith("1…")
    assert report.understood == "1" * 150
