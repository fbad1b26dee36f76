"""[email]: the mail server, and how it is spoken to."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from paldies.settings.values import RateText, Section, SmtpUrl


class Email(Section):
    url: SmtpUrl = SecretStr("")
    sender: str = Field(default="", alias="from")
    connections: Annotated[int, Field(ge=1, le=64)] = 16
    rate: RateText = "14/s"
    tls: Literal["auto", "required", "none"] = "auto"
    dkim_selector: str = ""
    dkim_key: Path | None = None  # a file; without one the mail server signs, or nobody does

    @model_validator(mode="after")
    def _signs_whole(self) -> "Email":
        if bool(self.dkim_selector) != bool(self.dkim_key):
            raise ValueError("dkim_selector and dkim_key are of use together only: write both, or neither")
        return self
