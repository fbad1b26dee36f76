"""The file that keeps the DKIM key: what has to be true of it before anything is signed."""

import stat
from pathlib import Path
from typing import TYPE_CHECKING

from paldies.channels.email.address import mailbox

if TYPE_CHECKING:
    from paldies.channels.email.dkim import Signer


def read_signer(file: Path, selector: str, *, sender: str) -> "Signer":
    """Signs for the domain of `sender`, a mailbox. Raises ValueError with the remedy; never shows the key."""
    from paldies.channels.email.dkim import Signer  # 5 MB that only those pay who sign

    try:
        if file.stat().st_mode & stat.S_IROTH:
            raise ValueError(f"everybody on this machine may read {file}: chmod 600 {file}")
        pem = file.read_bytes()
    except OSError as error:
        raise ValueError(f"{file} cannot be read ({error.strerror}): name a file of this user's") from error
    try:
        return Signer(mailbox(sender)[1].rpartition("@")[2], selector, pem)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from error
