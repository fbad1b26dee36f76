"""What `paldies check` says about the DKIM key."""

from paldies.bootstrap.channels import make_signer
from paldies.bootstrap.set_up import SetUpError
from paldies.channels.email.dkim_record import Lookup, Published, place, published, txt_records
from paldies.cli.checks.told import Told
from paldies.settings import Settings

_WEAK = 2048  # bits; fewer are still taken, grudgingly


def look_at_key(settings: Settings, *, lookup: Lookup = txt_records) -> Told | None:
    """None where the mail server is to sign."""
    try:
        signer = make_signer(settings)
    except SetUpError as error:
        said, _, remedy = str(error).rpartition(": ")
        return Told("problem", said, f"{remedy[:1].upper()}{remedy[1:]}.")
    if signer is None:
        return None
    there = place(signer.selector, signer.domain)
    found = published(signer.selector, signer.domain, public_key=signer.public_key, lookup=lookup)
    record = f"Publish at {there}: v=DKIM1; k=rsa; p={signer.public_key}"
    match found:
        case Published.FITS if signer.bits < _WEAK:
            return Told(
                "warning", f"{found.value}, but has {signer.bits} bits only", f"Make one with {_WEAK}."
            )
        case Published.FITS:
            return Told("ok", f"signs for {signer.domain}; {found.value}")
        case Published.UNKNOWN:
            return Told("warning", f"signs for {signer.domain}; skipped: {found.value}", record)
        case _:
            return Told("problem", f"{found.value}: mail servers will distrust what is signed", record)
