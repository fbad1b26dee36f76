"""How many parts a text message is sent in, and which of its characters are replaced."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.channels.sms.length import objection
from paldies.channels.sms.segments import Segments, segments
from paldies.channels.sms.wording import worded


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 3)),
        ("€" * 80, Segments("GSM-7", 160, 1)),
        ("€" * 81, Segments("GSM-7", 162, 2)),
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 306, 3)),  # the escape does not fit into the first
        ("ā" * 70, Segments("UCS-2", 70, 1)),
        ("ā" * 71, Segments("UCS-2", 71, 2)),
        ("ж" * 134, Segments("UCS-2", 134, 2)),
        ("ж" * 135, Segments("UCS-2", 135, 3)),
        ("🎁" * 35, Segments("UCS-2", 70, 1)),
        ("🎁" * 66, Segments("UCS-2", 132, 2)),  # 33 to a part, as half of one says nothing
        ("🎁" * 67, Segments("UCS-2", 134, 3)),
        ("Ä Ö ñ à Δ @ \n", Segments("GSM-7", 13, 1)),
        ("ç", Segments("UCS-2", 1, 1)),  # only the capital one is in GSM-7
        ("`", Segments("UCS-2", 1, 1)),
    ],
)
def test_segments_are_counted_as_the_network_does(text: str, expected: Segments) -> None:
    assert segments(text) == expected


@given(st.text(alphabet="ab€{āж🎁 ", max_size=400))
@settings(max_examples=60)
def test_no_part_is_overfull_and_none_is_wasted(text: str) -> None:
    counted = segments(text)

    alone, joined = (160, 153) if counted.encoding == "GSM-7" else (70, 67)
    if counted.count == 1:
        assert counted.units <= alone
    else:
        assert counted.units <= joined * counted.count
        assert counted.units > (joined - 1) * (counted.count - 1)


@given(st.text(alphabet="aā…“–’\u00a0\u00ad\n€🎁", max_size=300))
@settings(max_examples=60)
def test_wording_never_costs_more_and_is_the_same_each_time(text: str) -> None:
    once = worded(text)

    assert segments(once).count <= segments(text).count
    assert worded(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order\u00a01001,\u202f59,90\u00a0€", "Order 1001, 59,90 €"),
        ("so\u00adfa\u200b", "sofa"),
        ("Liela\u0304", "Lielā"),
        ("a\r\nb\tc\x00", "a\nb c"),
        ("“Right” choice – isn’t it…", "“Right” choice – isn’t it…"),  # one part either way
        ("“Right” – isn’t it… " * 5, ('"Right" - isn\'t it... ' * 5).strip()),
        ("«Сова» – ваш заказ", "«Сова» – ваш заказ"),
    ],
)
def test_what_doubles_the_price_is_replaced_and_letters_stay(text: str, expected: str) -> None:
    assert worded(text) == expected


def test_a_text_of_four_parts_is_objected_to() -> None:
    assert objection("ā" * 201, "lv") == ""
    assert objection("ā" * 202, "lv") == (
        "it is sent, and paid for, as 4 messages (202 characters in UCS-2); 3 are enough"
    )
