"""A telephone company for tests: Twilio's SDK talks to it over real HTTP, and it says what it heard."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from paldies.channels.call.channel import CallChannel
from paldies.channels.sms.channel import SmsChannel
from paldies.channels.twilio.account import Account
from paldies.channels.twilio.patience import Patience
from paldies.clock import SteppedClock
from paldies.demo.telephone.calls import PretendCall
from paldies.demo.telephone.company import ACCOUNT, NUMBER, TOKEN, Company
from paldies.demo.telephone.serving import answering
from paldies.demo.telephone.texts import PretendText
from tests.factories import NOON

HASTE = Patience(connect=3.0, answer=3.0, look_up=3.0)


@dataclass
class Telephone:
    """The company, where it answers, and the accounts that were opened with it."""

    url: str
    company: Company
    clock: SteppedClock
    accounts: list[Account] = field(default_factory=list)

    @property
    def calls(self) -> list[PretendCall]:
        return self.company.calls

    @property
    def messages(self) -> list[PretendText]:
        return self.company.messages

    def account(self, *, token: str = TOKEN, patience: Patience = HASTE) -> Account:
        account = Account(ACCOUNT, token, base_url=self.url, patience=patience)
        self.accounts.append(account)
        return account

    def call_channel(self, **changes: Any) -> CallChannel:
        values: dict[str, Any] = {"sender": NUMBER, "price": Decimal("0.10"), "clock": self.clock}
        return CallChannel(changes.pop("account", None) or self.account(), **values | changes)

    def sms_channel(self, **changes: Any) -> SmsChannel:
        values: dict[str, Any] = {"sender": NUMBER, "price": Decimal("0.08"), "clock": self.clock}
        return SmsChannel(changes.pop("account", None) or self.account(), **values | changes)

    def wait(self, seconds: float) -> datetime:
        """Lets so much time pass at the company, and for the channels."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))
        return self.clock.now()


@asynccontextmanager
async def telephone_company(**settings: Any) -> AsyncIterator[Telephone]:
    """`settings` are Company's; its clock stands still until it is moved."""
    clock = settings.setdefault("clock", SteppedClock(NOON))
    company = Company(**settings)
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(answering(company))
        telephone = Telephone(url, company, clock)
        yield telephone
        for account in telephone.accounts:
            await account.close()
