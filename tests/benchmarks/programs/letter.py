"""A mail as Python's own library writes it, for those contestants that use that."""

from email.headerregistry import Address
from email.message import EmailMessage


def letter(mail: dict[str, str]) -> EmailMessage:
    """`mail` is a line of what paldies has written."""
    message = EmailMessage()
    message["From"] = mail["from"]
    message["To"] = Address(mail["to_name"], addr_spec=mail["to"])
    message["Subject"] = mail["subject"]
    message.set_content(mail["text"])
    message.add_alternative(mail["html"], subtype="html")
    return message
