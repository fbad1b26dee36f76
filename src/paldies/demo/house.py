"""The folder that a demo happens in: what a shop's developer would have set up, and nothing else."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paldies import configuration
from paldies.configuration import ConfigurationError
from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN
from paldies.demo.world.shop import LINES_QUERY, QUERY, STATES
from paldies.demo.world.town import SHOP_FILE, Town
from paldies.settings import Settings
from paldies.templates.bundled import bundled_templates

STAFF = "anna@linsunberzs.example"
QUIET = "6h"  # between two polls, where the replay itself looks when something has happened in the shop

_TOML = """\
[paldies]
mode = "live"
database = "sqlite:///paldies.db"
templates = "message_templates"
public_url = "{public_url}"   # the demo's own page: the links in its letters work
time_zone = "Europe/Riga"
locale = "en"
country = "LV"
stop_timeout = "5s"

[shop]
name = "Lins & Bērzs"
email = "hello@linsunberzs.example"
phone = "+371 2000 0000"
address = "Tērbatas iela 14, Rīga, LV-1011, Latvia"

[email]
url = "smtp://127.0.0.1:{smtp_port}"   # the demo's own mail server: nothing leaves this machine
from = "Lins & Bērzs <hello@linsunberzs.example>"
connections = 4
rate = "1000/s"

[twilio]
account_sid = "{account}"
auth_token = "{token}"
from = "{number}"
base_url = "{telephone_url}"   # the demo's own telephone company: nobody's telephone rings
calls_per_second = 100
sms_per_second = 100
daily_budget = "20 EUR"

[staff]
email = "{staff}"

[web]
port = 0

[[shops]]
name = "store"
kind = "sql"
url = "sqlite:///{shop_file}"
poll = "{poll}"
time_zone = "Europe/Riga"
minor_units = true
query = '''{query}'''
lines_query = '''{lines_query}'''

[shops.status]   # the shop's words, and ours
{states}
"""


@contextmanager
def demo_folder(keep: Path | None) -> Iterator[Path]:
    """A folder that goes when the demo ends, or the one to keep. Raises ConfigurationError."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="paldies-demo-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise ConfigurationError(f"{keep} is not an empty folder: name one that is, or that is not there yet")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep


def furnish(folder: Path, town: Town, *, poll: str) -> Settings:
    """Writes paldies.toml and the texts, and reads them as the daemon would, but for the environment."""
    shutil.copytree(bundled_templates(), folder / "message_templates")
    states = "\n".join(f"{json.dumps(theirs, ensure_ascii=False)} = {json.dumps(ours)}"
                       for theirs, ours in STATES.items())  # fmt: skip
    toml = folder / configuration.FILE
    toml.write_text(
        _TOML.format(
            public_url=town.url.rstrip("/"),
            smtp_port=town.mail.port,
            telephone_url=town.telephone_url,
            account=ACCOUNT,
            token=TOKEN,
            number=NUMBER,
            staff=STAFF,
            poll=poll,
            shop_file=SHOP_FILE,
            query=QUERY,
            lines_query=LINES_QUERY,
            states=states,
        ),
        encoding="utf-8",
    )
    return configuration.load(toml, environment={})
