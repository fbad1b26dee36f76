"""Addresses and numbers: one form for each, or one clear reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.customers.addresses import AddressError, email_address, is_relay, phone_number


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Alice@Example.COM ", "alice@example.com"),
        ('"a b"@пример.рф', '"a b"@xn--e1afmkfd.xn--p1ai'),
        ("Straße@Bücher.de", "straße@xn--bcher-kva.de"),
        ("Ju\u0304lija@ba\u0304ka.lv", "jūlija@xn--bka-1oa.lv"),
        ("alice@xn--bcher-kva.de", "alice@xn--bcher-kva.de"),
    ],
)
def test_an_address_has_one_form(written: str, kept: str) -> None:
    assert email_address(written) == kept


def test_composed_and_decomposed_letters_are_the_same_address() -> None:
    assert email_address("ju\u0304lija@example.com") == email_address("jūlija@example.com")


@pytest.mark.parametrize(
    "written", ["", "alice", "alice@gmail", "a@b@c.lv", "alice@example.com\r\nBcc: x@y.lv", "a\x00@x.lv", "@"]
)
def test_what_is_no_address_is_refused_with_a_reason(written: str) -> None:
    with pytest.raises(AddressError, match=r"\w+ \w+"):
        email_address(written)


def test_a_reason_does_not_repeat_the_address() -> None:
    with pytest.raises(AddressError) as refused:
        email_address("carla@nowhere@example.com")

    assert "carla" not in str(refused.value)


@given(st.one_of(st.text(max_size=40), st.builds("{}@{}".format, st.text(max_size=12), st.text(max_size=12))))
@settings(max_examples=300)
def test_rubbish_gives_an_address_or_a_reason_and_nothing_else(rubbish: str) -> None:
    try:
        kept = email_address(rubbish)
    except AddressError:
        return
    assert email_address(kept) == kept
    assert kept.rpartition("@")[2].isascii()


@pytest.mark.parametrize(
    ("written", "country", "kept"),
    [
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("26 123 456", "LV", "+37126123456"),
        ("00371 26123456", "LV", "+37126123456"),
        ("37126123456", "lv", "+37126123456"),
        ("+1 (212) 555-0142", "", "+12125550142"),
        ("+371 26123456", "US", "+37126123456"),
    ],
)
def test_a_number_is_kept_as_e164(written: str, country: str, kept: str) -> None:
    assert phone_number(written, country) == kept


@pytest.mark.parametrize("written", ["8 (916) 123-45-67", "26123456"])
def test_a_national_number_without_a_country_says_what_is_missing(written: str) -> None:
    with pytest.raises(AddressError, match="country code"):
        phone_number(written)


@pytest.mark.parametrize("written", ["", "call me", "+371 1", "+999 12345678", "1" * 300])
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(AddressError):
        phone_number(written, "LV")


@given(st.text(max_size=40), st.sampled_from(["", "LV", "RU", "US", "ZZ", "rubbish"]))
@settings(max_examples=300)
def test_rubbish_gives_a_number_or_a_reason_and_nothing_else(rubbish: str, country: str) -> None:
    try:
        kept = phone_number(rubbish, country)
    except AddressError:
        return
    assert phone_number(kept) == kept


@pytest.mark.parametrize(
    "address",
    [
        "x1y2z3@marketplace.amazon.de", "x1y2z3@marketplace.amazon.co.uk", "abc@members.ebay.com",
        "convo+12345@mail.etsy.com", "a1b2+c3@allegromail.pl", "a1b2+c3@user.allegrogroup.pl",
    ],
)  # fmt: skip
def test_a_marketplaces_forwarder_is_recognised(address: str) -> None:
    assert is_relay(address)


@pytest.mark.parametrize(
    "address", ["alice@example.com", "x@notmarketplace.amazon.de", "a@privaterelay.appleid.com"]
)
def test_a_persons_own_address_is_not_a_forwarder(address: str) -> None:
    assert not is_relay(address)
