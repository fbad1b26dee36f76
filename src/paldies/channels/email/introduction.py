"""What is said before the text of a message: who sends it, and to whom."""

from collections.abc import Mapping

from paldies.channels.email.envelope import Envelope
from paldies.channels.email.extensions import Extensions
from paldies.channels.email.outcomes import Stage

# what is left to say of a message that was introduced already
SAID: Mapping[Stage, bytes] = dict.fromkeys((Stage.MAIL, Stage.RCPT, Stage.DATA), b"")


def introduction(envelope: Envelope, extensions: Extensions, *, is_dirty: bool) -> Mapping[Stage, bytes]:
    """`is_dirty`: the server still keeps what it knows of a message that it refused."""
    commands = {Stage.RESET: b"RSET\r\n"} if is_dirty else {}
    parameters = extensions.parameters(envelope)
    commands[Stage.MAIL] = f"MAIL FROM:<{envelope.sender}>{parameters}\r\n".encode()
    commands[Stage.RCPT] = f"RCPT TO:<{envelope.recipient}>\r\n".encode()
    commands[Stage.DATA] = b"DATA\r\n"
    return commands
