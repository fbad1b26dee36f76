"""What time it may be where a customer is."""

import csv
from importlib.resources import files
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paldies.customers.countries import alpha2
from paldies.customers.places import zones


@pytest.mark.parametrize(
    "written", ["LV", "lv", "Latvia", "Latvija", "LATVIA", "lva", "Латвия", "Lettland", " Latvia "]
)
def test_a_country_has_many_names(written: str) -> None:
    assert alpha2(written) == "LV"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("UK", "GB"), ("U.S.A.", "US"), ("United States of America", "US"), ("Russian Federation", "RU"),
        ("840", "US"), ("Deutschland", "DE"), ("Atlantis", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_country_is_a_code_or_nothing(written: str, code: str) -> None:
    assert alpha2(written) == code


def test_alice_in_riga_has_one_zone() -> None:
    assert zones("Latvia", "", "Riga") == ("Europe/Riga",)


@pytest.mark.parametrize(
    ("region", "city", "postal_code"),
    [
        ("RU-PRI", "", ""), ("PRI", "", ""), ("Приморский край", "", ""), ("Primorskiy kray", "", ""),
        ("", "Vladivostok", ""), ("", "г. Владивосток", ""), ("", "", "690091"),
    ],
)  # fmt: skip
def test_boris_in_vladivostok_is_found_by_region_city_or_postal_code(
    region: str, city: str, postal_code: str
) -> None:
    assert zones("RU", region, city, postal_code=postal_code) == ("Asia/Vladivostok",)


def test_carla_in_new_york_is_found_by_her_state() -> None:
    assert zones("US", "NY", "Buffalo") == ("America/New_York",)
    assert zones("USA", "New York", "") == ("America/New_York",)
    assert zones("US", "", "New York City") == ("America/New_York",)
    assert zones("US", "", "", postal_code="10001-1234") == ("America/New_York",)


@pytest.mark.parametrize(
    ("country", "region", "found"),
    [
        ("US", "ID", ("America/Boise", "America/Los_Angeles")),
        ("US", "TN", ("America/Chicago", "America/New_York")),
        ("AU", "NSW", ("Australia/Sydney", "Australia/Broken_Hill")),
        ("BR", "Pará", ("America/Belem", "America/Santarem")),
        ("BR", "São Paulo", ("America/Sao_Paulo",)),
        ("BR", "sao paulo", ("America/Sao_Paulo",)),
        ("MX", "Baja California", ("America/Tijuana",)),
        ("CA", "Québec", ("America/Toronto", "America/Halifax", "America/Blanc-Sablon")),
        ("RU", "Московская область", ("Europe/Moscow",)),
        ("RU", "Москва", ("Europe/Moscow",)),
    ],
)
def test_a_region_lists_every_zone_in_it(country: str, region: str, found: tuple[str, ...]) -> None:
    assert zones(country, region, "") == found


def test_a_large_country_without_a_region_lists_all_its_zones_the_likeliest_first() -> None:
    found = zones("RU", "", "")

    assert found[0] == "Europe/Moscow"
    assert {"Europe/Kaliningrad", "Asia/Vladivostok", "Asia/Kamchatka"} <= set(found)


def test_a_region_nobody_knows_widens_to_the_country() -> None:
    assert len(zones("US", "Middle Earth", "")) > 20


def test_a_town_that_shares_its_name_with_a_small_zone_is_not_taken_for_it() -> None:
    assert len(zones("US", "", "Petersburg")) > 20


def test_a_zone_that_the_shop_names_wins_alone() -> None:
    assert zones("RU", "", "Moscow", time_zone="asia/vladivostok", phone="+37126123456") == (
        "Asia/Vladivostok",
    )


def test_a_zone_that_does_not_exist_is_ignored() -> None:
    assert zones("LV", "", "", time_zone="Mars/Olympus") == ("Europe/Riga",)


def test_the_address_counts_before_the_number() -> None:
    assert zones("LV", "", "", phone="+12125550142") == ("Europe/Riga",)


def test_a_latvian_number_is_in_riga_and_not_in_bucharest() -> None:
    assert zones("", "", "", phone="+37126123456") == ("Europe/Riga",)


def test_a_russian_mobile_may_be_anywhere_in_russia() -> None:
    found = zones("", "", "", phone="+79161234567")

    assert {"Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"} <= set(found)
    assert "Asia/Almaty" not in found


def test_a_new_york_number_is_in_new_york() -> None:
    assert zones("", "", "", phone="+12125550142") == ("America/New_York",)


@pytest.mark.parametrize("phone", ["", "rubbish", "+0", "+80012345678"])
def test_where_nothing_is_known_there_is_no_zone(phone: str) -> None:
    assert zones("", "", "", phone=phone) == ()


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
@settings(max_examples=100)
def test_rubbish_never_invents_a_zone(country: str, region: str, city: str, postal_code: str) -> None:
    found = zones(country, region, city, postal_code=postal_code, time_zone=region, phone=city)

    assert set(found) <= available_timezones()


def test_every_zone_in_the_table_of_regions_exists() -> None:
    with files("paldies.customers").joinpath("regions.csv").open(encoding="utf-8") as rows:
        named = {zone for row in csv.DictReader(rows) for zone in row["zones"].split()}

    assert len(named) > 100
    assert named <= available_timezones()
