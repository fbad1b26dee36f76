"""[twilio]: calls and text messages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import Field, SecretStr, model_validator

from paldies.campaigns.money import Money
from paldies.settings.values import Price, Section


class Twilio(Section):
    """Prices are what Twilio charges, as far as the budget goes."""

    account_sid: Annotated[str, Field(pattern="^(AC[0-9a-fA-F]{32})?$")] = ""
    auth_token: SecretStr = SecretStr("")
    sender: Annotated[str, Field(alias="from", pattern=r"^(\+[1-9]\d{6,14})?$")] = ""
    base_url: str = ""
    calls_per_second: Annotated[float, Field(gt=0, le=100)] = 1
    sms_per_second: Annotated[float, Field(gt=0, le=1000)] = 1
    daily_budget: Price | None = None
    call_price: Price = Money(Decimal("0.10"), "EUR")  # a minute
    sms_price: Price = Money(Decimal("0.08"), "EUR")  # a segment
    voices: Mapping[str, str] = Field(default_factory=dict)  # by language, beside the usual ones

    @model_validator(mode="after")
    def _is_whole(self) -> "Twilio":
        given = {
            "account_sid": self.account_sid,
            "auth_token": self.auth_token.get_secret_value(),
            "from": self.sender,
        }
        if any(given.values()) and not all(given.values()):
            missing = ", ".join(name for name, value in given.items() if not value)
            raise ValueError(
                f"{missing} is missing: calls and text messages need all three of {', '.join(given)}"
            )
        prices = {self.call_price.currency, self.sms_price.currency}
        if self.daily_budget and prices != {self.daily_budget.currency}:
            raise ValueError("daily_budget, call_price and sms_price must be in one currency")
        return self

    @property
    def is_set_up(self) -> bool:
        return bool(self.account_sid)
