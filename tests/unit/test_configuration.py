"""paldies.toml and the environment: what is read, and how what is wrong is told."""

from pathlib import Path

import pytest

from paldies.configuration import ConfigurationError, load
from paldies.settings import Settings

COMPLETE = """
[paldies]
mode = "live"
time_zone = "Europe/Riga"
[email]
url = "smtp://anna:secret@mail.example.com"
from = "Anna <anna@example.com>"
[[shops]]
name = "store"
kind = "sql"
url = "sqlite:///shop.db"
poll = "1m30s"
[shops.status]
done = "paid"
"""


def read(folder: Path, text: str, **environment: str) -> Settings:
    (folder / "paldies.toml").write_text(text, encoding="utf-8")
    return load(folder / "paldies.toml", environment)


def problems(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as wrong:
        read(folder, text, **environment)
    return str(wrong.value)


def test_what_is_left_out_is_safe(tmp_path: Path) -> None:
    settings = read(tmp_path, "")

    assert settings.is_rehearsal
    assert settings.email.rate == "14/s"


def test_paths_are_relative_to_the_file_they_stand_in(tmp_path: Path) -> None:
    settings = read(tmp_path, COMPLETE)

    assert settings.database_url == f"sqlite:///{tmp_path}/paldies.db"
    assert settings.rehearsal_database_url == f"sqlite:///{tmp_path}/paldies.rehearsal.db"
    assert settings.paldies.templates == tmp_path / "message_templates"
    assert settings.shops[0].details["url"] == f"sqlite:///{tmp_path}/shop.db"
    assert settings.shops[0].details["status"] == {"done": "paid"}
    assert settings.shops[0].poll.total_seconds() == 90


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        COMPLETE,
        PALDIES_MODE="rehearsal",
        PALDIES_EMAIL_RATE="20/s",
        PALDIES_SHOPS_STORE_URL="postgresql://db/shop",
        PALDIES_SEND_ONLY_TO="a@example.com, b@example.com",
    )

    assert settings.is_rehearsal
    assert settings.email.rate == "20/s"
    assert settings.shops[0].details["url"] == "postgresql://db/shop"
    assert settings.paldies.send_only_to == ("a@example.com", "b@example.com")


def test_an_empty_variable_sets_nothing(tmp_path: Path) -> None:
    settings = read(tmp_path, COMPLETE, PALDIES_EMAIL_URL="")

    assert settings.email.url.get_secret_value() == "smtp://anna:secret@mail.example.com"


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    settings = read(tmp_path, COMPLETE)

    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[paldies]\nmod = "live"', "paldies.toml:2: paldies.mod is not a setting; did you mean 'mode'?"),
        ('[emial]\nurl = ""', "paldies.toml:1: emial is not a setting; did you mean 'email'?"),
        ('[paldies]\ntime_zone = "Riga"', 'paldies.toml:2: paldies.time_zone: "Riga" is not a time zone'),
        ('[email]\nrate = "fast"', "paldies.toml:2: email.rate: 'fast' is not a rate"),
        ('[paldies]\ndatabase = "oracle://x"', "paldies.toml:2: paldies.database: write"),
        ('[[shops]]\nname = "a"', "paldies.toml:1: shops[1].kind is missing"),
        ('[[shops]]\nname = "customer"\nkind = "sql"', 'a shop cannot be called "customer"'),
        ("[paldies\n", "this is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_line_key_and_remedy(tmp_path: Path, text: str, told: str) -> None:
    assert told in problems(tmp_path, text)


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    told = problems(tmp_path, '[paldies]\nmod = 1\n[email]\nrate = "x"\n')

    assert len(told.splitlines()) == 2


def test_a_variable_that_sets_nothing_is_refused(tmp_path: Path) -> None:
    told = problems(tmp_path, "", PALDIES_EMAIL_URLS="smtp://x")

    assert told == "environment: nothing can be set by PALDIES_EMAIL_URLS; did you mean PALDIES_EMAIL_URL?"


def test_a_wrong_value_from_the_environment_names_the_variable(tmp_path: Path) -> None:
    told = problems(tmp_path, "", PALDIES_EMAIL_RATE="fast")

    assert told.startswith("environment, PALDIES_EMAIL_RATE: email.rate:")


def test_two_shops_need_two_names(tmp_path: Path) -> None:
    twice = '[[shops]]\nname = "a"\nkind = "sql"\n' * 2

    assert "two shops are called a" in problems(tmp_path, twice)


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="paldies init"):
        load(tmp_path / "paldies.toml", {})
