"""How what comes back is set up, tried by `check`, and gone on from by `resume`."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from paldies.bootstrap.databases import open_database
from paldies.channels.email.channel import EmailChannel
from paldies.cli.root import app
from paldies.configuration import ConfigurationError, load
from paldies.store import stops
from tests.imap_server import ImapServer
from tests.outgoings import outgoing
from tests.smtp_servers import KeepingServer
from tests.whole_house import MORNING, WholeHouse, furnish

SETTINGS = """
[paldies]
mode = "live"
[email]
url = "{smtp}"
from = "Anna <anna@berzs.example>"
[email.bounces]
{bounces}
"""
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)


def write(folder: Path, bounces: str = "", *, smtp: str = "smtp://127.0.0.1:9") -> Path:
    (folder / "message_templates").mkdir(exist_ok=True)
    path = folder / "paldies.toml"
    path.write_text(SETTINGS.format(smtp=smtp, bounces=bounces))
    return path


def said(folder: Path, *words: str) -> str:
    result = CliRunner().invoke(
        app, ["--config", str(folder / "paldies.toml"), *words], env={"COLUMNS": "400"}
    )
    return " ".join(result.output.split())


def test_the_mailbox_may_come_from_the_environment_and_stays_secret(tmp_path: Path) -> None:
    url = "imaps://bounce:geheim%40@imap.berzs.example/INBOX"

    settings = load(write(tmp_path), {"PALDIES_EMAIL_BOUNCES_URL": url})

    assert settings.email.bounces.url.get_secret_value() == url
    assert {"geheim%40", "geheim@"} <= settings.secrets
    assert "geheim" not in repr(settings)


@pytest.mark.parametrize(
    ("bounces", "told"),
    [
        ('url = "https://x"', "paldies.toml:8: email.bounces.url: it must look like imaps://"),
        ('adress = "b@berzs.example"', "email.bounces.adress is not a setting; did you mean 'address'?"),
        ('address = "Bounces <b@berzs.example>"', "paldies.toml:8: email.bounces.address"),
        ('ses_topic = "bounces"', "paldies.toml:8: email.bounces.ses_topic"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, bounces: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as wrong:
        load(write(tmp_path, bounces), {})

    assert told in str(wrong.value)


async def test_every_message_has_a_return_address_of_its_own() -> None:
    with KeepingServer() as server:
        channel = EmailChannel(server.url, "anna@berzs.example", bounces_to="bounce@berzs.example")
        message = outgoing(to="alice@example.com", message_id="k3w@berzs.example")
        await channel.send(replace(message, rendered=replace(message.rendered, html="")))
        await channel.close()

    [mail] = server.mails
    assert mail.sender == "bounce+k3w@berzs.example"
    assert b"From: anna@berzs.example" in mail.content


def test_check_tries_the_mailbox(tmp_path: Path) -> None:
    with ImapServer().running() as imap:
        write(tmp_path, f'url = "{imap.url}"\naddress = "bounce@berzs.example"')
        good = said(tmp_path, "check")
        write(tmp_path, f'url = "{imap.url.replace("let", "do%20not%20let")}"')
        wrong = said(tmp_path, "check")

    assert "the mailbox can be read" in good
    assert "AUTHENTICATIONFAILED" in wrong and "PALDIES_EMAIL_BOUNCES_URL" in wrong
    assert "do not let me in" not in wrong


def test_without_anybody_who_reads_what_comes_back_check_says_so(tmp_path: Path) -> None:
    write(tmp_path)

    assert "nobody reads what comes back undelivered" in said(tmp_path, "check")


def test_resume_goes_on_after_too_many_bounces(tmp_path: Path) -> None:
    path = write(tmp_path)
    database = open_database(load(path, {}))
    database.now(stops.stop, "email", "3 of 59 e-mails came back within a day", NOW)

    checked, resumed, again = said(tmp_path, "check"), said(tmp_path, "resume"), said(tmp_path, "resume")

    assert "nothing is sent: 3 of 59 e-mails came back within a day" in checked
    assert "The channel email had been stopped, and goes on." in resumed
    assert "was not paused" in again
    assert database.look(stops.why_stopped, "email") == ""
    database.close()


async def test_while_e_mail_is_stopped_none_leaves_and_none_is_lost(tmp_path: Path) -> None:
    with KeepingServer() as server:
        shop = furnish(tmp_path, smtp=server.url, text="---\nsubject: Hello\n---\nHello.\n")
        house = await WholeHouse.opened(tmp_path)
        house.app.database.now(stops.stop, "email", "too many bounces", NOW)
        shop.order("alice", at=MORNING)

        for _ in range(3):
            await house.tick(after=timedelta(minutes=10))
        meanwhile = len(server.mails)
        house.app.database.now(stops.resume_all, NOW)
        await house.tick(after=timedelta(minutes=1))
        await house.close()

    assert (meanwhile, len(server.mails)) == (0, 1)
