"""[email]: the mail server, how it is spoken to, and where it sends back what it cannot deliver."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from paldies.settings.values import ImapUrl, RateText, Section, SmtpUrl


class Bounces(Section):
    """[email.bounces]: where undelivered mail and complaints come back to."""

    # takes mail for bounce+anything@shop.example, too; empty: undelivered mail goes to `from`
    address: Annotated[str, Field(pattern=r"^([\w.-]{1,30}@[\w.-]+)?$")] = ""
    url: ImapUrl = SecretStr("")
    move_to: Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._/-]*$")] = ""  # a folder; empty: read mail stays
    ses_topic: Annotated[str, Field(pattern=r"^(arn:aws[\w-]*:sns:[\w-]+:\d{12}:[\w.-]+)?$")] = ""


class Email(Section):
    url: SmtpUrl = SecretStr("")
    sender: str = Field(default="", alias="from")
    connections: Annotated[int, Field(ge=1, le=64)] = 16
    rate: RateText = "14/s"
    tls: Literal["auto", "required", "none"] = "auto"
    dkim_selector: str = ""
    bounces: Bounces = Bounces()
    dkim_key: Path | None = None  # a file; without one the mail server signs, or nobody does

    @model_validator(mode="after")
    def _signs_whole(self) -> "Email":
        if bool(self.dkim_selector) != bool(self.dkim_key):
            raise ValueError("dkim_selector and dkim_key are of use together only: write both, or neither")
        return self
