"""The only room that knows every concrete class: settings in, a working house out."""

from paldies.bootstrap.app import App
from paldies.bootstrap.building import build
from paldies.bootstrap.channels import make_channels, make_email, make_signer, make_telephone, rate_of
from paldies.bootstrap.databases import (
    databases_for_wishes,
    every_database,
    open_database,
    open_what_has_left,
)
from paldies.bootstrap.mailboxes import make_mailbox
from paldies.bootstrap.reports import make_providers
from paldies.bootstrap.set_up import SetUpError
from paldies.bootstrap.shops import make_shop

__all__ = [
    "App",
    "SetUpError",
    "build",
    "databases_for_wishes",
    "every_database",
    "make_channels",
    "make_email",
    "make_mailbox",
    "make_providers",
    "make_shop",
    "make_signer",
    "make_telephone",
    "open_database",
    "open_what_has_left",
    "rate_of",
]
