"""The paldies.toml that a shop begins with: in rehearsal, every line explained."""

import json
from dataclasses import dataclass

FIRST_QUERY = """\
SELECT id, number, status, currency, total, placed_at, paid_at, shipped_at, cancelled_at, updated_at,
       customer_id, email, first_name, last_name, locale, country, city
FROM orders
WHERE updated_at >= :since"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What `paldies init` has to know; `orders` is a URL, or for kind "folder" a folder."""

    name: str
    sender: str
    time_zone: str
    language: str
    kind: str
    orders: str


def configuration(answers: Answers) -> str:
    """TOML; relative paths in it are relative to the file."""
    return f"""\
# paldies: what to do, for which shop, with which mail server.
# Each value can also come from the environment, as PALDIES_EMAIL_URL does for url in [email].
# When you have changed something: paldies check

[paldies]
mode = "rehearsal"            # everything happens, nothing leaves; when you like what you see: "live"
database = "sqlite:///paldies.db"
state_dir = ".paldies"
templates = "message_templates"
public_url = ""               # https://… as customers will open it; promotional messages need it
time_zone = {_text(answers.time_zone)}
locale = {_text(answers.language)}
# send_only_to = ["me@example.com"]    # for the first live days: nobody else is written to

[shop]                        # who you are, for the texts
name = {_text(answers.name)}
email = {_text(_bare(answers.sender))}
phone = ""
address = ""

{_orders(answers)}

[email]
# url = "smtp://user:password@mail.example.com:587"    # better in the environment: PALDIES_EMAIL_URL
from = {_text(answers.sender)}
rate = "14/s"

[staff]
email = ""                    # who is told when a person should look, and gets a short daily summary

[duty]
hours = {{ mon-fri = "9:00-18:00" }}    # when there is somebody to answer and to ring back
"""


def _orders(answers: Answers) -> str:
    match answers.kind:
        case "folder":
            return _from_folder(answers)
        case "woocommerce":
            return _from_woocommerce(answers)
        case "shopify":
            return _from_shopify(answers)
        case _:
            return _from_database(answers)


def _from_folder(answers: Answers) -> str:
    return f"""\
[[shops]]                     # where orders come from: CSV or JSON Lines files dropped in a folder
name = "store"
kind = "folder"
path = {_text(answers.orders)}
poll = "15s"
# currency = "EUR"            # for files without a column `currency`
# [shops.status]              # the shop's words for an order's state, and ours
# "processing" = "paid\""""


def _from_woocommerce(answers: Answers) -> str:
    return f"""\
[[shops]]                     # where orders come from: WooCommerce 5.8 or newer; only read, never written to
name = "store"
kind = "woocommerce"
url = {_text(answers.orders)}
# In WooCommerce, Settings → Advanced → REST API, add a key with the permission Read.
# key = "ck_…"                # better in the environment: PALDIES_SHOPS_STORE_KEY
# secret = "cs_…"             # and PALDIES_SHOPS_STORE_SECRET
poll = "30s"
# ignore = "created_via == 'pos'"
# [shops.status]              # the shop's words for an order's state, and ours
# "completed" = "delivered"   # if an order is completed once it has arrived, and not when it is sent"""


def _from_shopify(answers: Answers) -> str:
    return f"""\
[[shops]]                     # where orders come from: Shopify; only read, never written to
name = "store"
kind = "shopify"
url = {_text(answers.orders)}
# In Shopify's Dev Dashboard, make an app with the scope read_orders, and install it in your shop.
# client_id = "…"             # better in the environment: PALDIES_SHOPS_STORE_CLIENT_ID
# client_secret = "…"         # and PALDIES_SHOPS_STORE_CLIENT_SECRET
# token = "shpat_…"           # in place of both, for an app made in the shop's own admin until 2025
poll = "30s"
# ignore = "source_name == 'pos'"
# [shops.status]              # Shopify's words for payment and fulfilment, and ours
# "authorized" = "pending"    # if you decide on each order before you take the money"""


def _from_database(answers: Answers) -> str:
    return f"""\
[[shops]]                     # where orders come from: one row an order; only read, never written to
name = "store"
kind = "sql"
url = {_text(answers.orders)}
poll = "15s"
# This is an example. Name your own columns as here (… AS placed_at); leave out what you do not have.
query = \"\"\"
{FIRST_QUERY}
\"\"\"
# time_zone = {_text(answers.time_zone)}   # of timestamps that name none
# currency = "EUR"            # for rows without a column `currency`
# [shops.status]              # the shop's words for an order's state, and ours
# "processing" = "paid\""""


def _text(value: str) -> str:
    """JSON's strings are TOML's basic strings."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _bare(mailbox: str) -> str:
    return mailbox.rpartition("<")[2].strip("> ")
