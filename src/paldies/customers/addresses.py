"""E-mail addresses and telephone numbers in the one form that the database keeps and compares."""

import re
import unicodedata

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from paldies.customers.remembered import remembered

# Mailboxes that a marketplace lends to a buyer: one buyer may have many, and some serve many buyers.
# Apple's "Hide My Email" is not among them: it gives one person one address per shop.
_RELAYS = re.compile(
    r"(^|\.)("
    r"marketplace\.amazon\.[a-z.]+"
    r"|members\.ebay\.[a-z.]+"
    r"|mail\.etsy\.com"
    r"|(allegromail|user\.allegrogroup)\.[a-z]+"
    r"|relay\.walmart\.com"
    r"|verkopen\.bol\.com"
    r"|buyer\.aliexpress\.com"
    r"|fw\.rakuten\.ne\.jp"
    r")$"
)


# Nearly every address: the library takes 80 µs for each, this and what is known of its domain takes two.
_LOCAL_PART = 64  # characters at most (RFC 5321, 4.5.3.1.1)
_USUAL = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]{1,190})")


class AddressError(ValueError):
    """An address or number that cannot be used; the text says why and does not repeat it."""


def email_address(text: str) -> str:
    """The address in lower case and NFC, its domain as an IDNA A-label (RFC 5890).

    Lower case and not case-folded: folding would turn ß into ss, which is another mailbox.
    Raises AddressError.
    """
    usual = _USUAL.fullmatch(text.strip())
    if usual and len(usual[1]) <= _LOCAL_PART and (domain := _usual_domain(usual[2].lower())):
        return f"{usual[1].lower()}@{domain}"
    return _email_address(text)


@remembered
def _usual_domain(domain: str) -> str:
    """As an A-label; empty if no address can end so."""
    try:
        return _email_address(f"anybody@{domain}").removeprefix("anybody@")
    except AddressError:
        return ""


def _email_address(text: str) -> str:
    try:
        found = validate_email(
            unicodedata.normalize("NFC", text).strip(),
            allow_quoted_local=True,
            check_deliverability=False,
            test_environment=True,  # `.test` is as good an address as any while a shop is being set up
        )
    except (EmailNotValidError, UnicodeError) as error:
        raise AddressError(str(error) or "The email address is not valid.") from error
    if not found.ascii_domain:
        raise AddressError("The part after the @-sign cannot be written in ASCII (IDNA).")
    return unicodedata.normalize("NFC", f"{found.local_part.lower()}@{found.ascii_domain.lower()}")


@remembered
def phone_number(text: str, country: str = "") -> str:
    """The number in E.164. `country` (ISO 3166-1 alpha-2) is whose national notation it may be in.

    Raises AddressError.
    """
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise AddressError("The number has no country: write it with + and the country code.") from error
        raise AddressError("This is not a telephone number.") from error
    if not phonenumbers.is_valid_number(number):
        raise AddressError("No such telephone number can exist.")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def as_compared(text: str, country: str = "") -> str:
    """An e-mail address if there is an @ in it; otherwise a number. Raises AddressError."""
    return email_address(text) if "@" in text else phone_number(text, country)


def is_relay(email: str) -> bool:
    """Whether a normalised address is a marketplace's forwarder: it says nothing about who the buyer is."""
    return _is_relays(email.rpartition("@")[2])


@remembered
def _is_relays(domain: str) -> bool:
    return _RELAYS.search(domain) is not None
