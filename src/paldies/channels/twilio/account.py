"""One Twilio account, and the only place from which it is talked to."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from twilio.rest import Client

from paldies.channels.base import DeliveryError, NotBegun
from paldies.channels.twilio import verdicts
from paldies.channels.twilio.patience import Patience
from paldies.channels.twilio.wire import Wire

T = TypeVar("T")

# The SDK would take another host from there, behind our back.
_NO_ENVIRONMENT = {"TWILIO_EDGE": "", "TWILIO_REGION": ""}


class Account:
    """Its methods take what is to be done with the SDK's client, and do it in a thread of their own.

    Safe for several channels at once; whichever closes it first closes it for all. The SDK's own async client
    cannot be used: it ignores its time-out.
    """

    def __init__(
        self,
        sid: str,
        token: str,
        *,
        base_url: str = "",
        connections: int = 8,
        patience: Patience | None = None,
    ) -> None:
        """`base_url`: another host, of a region of Twilio's or of a test. Raises ValueError."""
        self.sid = sid
        self._wire = Wire(base_url, connections=connections, patience=patience or Patience())
        self._client = Client(sid, token, http_client=self._wire, environment=_NO_ENVIRONMENT)
        self._threads = ThreadPoolExecutor(connections, thread_name_prefix="twilio")
        self._is_closed = False

    async def place(self, order: Callable[[Client], T], *, deadline: float = float("inf")) -> T:
        """Does what a telephone may ring for, once; never begun after `deadline` (monotonic clock).

        Raises DeliveryError only when nothing surely left, Doubt when it may have.
        """

        def begin() -> T:
            if time.monotonic() > deadline:
                raise NotBegun("It was too late to begin: Twilio took too long over others")
            return order(self._client)

        try:
            return await self._in_thread(begin)
        except DeliveryError:
            raise
        except Exception as error:
            raise verdicts.on_placing(error) from None  # its own text would name the customer's number

    async def ask(self, question: Callable[[Client], T]) -> T:
        """Looks something up. Raises DeliveryError if it cannot be asked now."""
        try:
            return await self._in_thread(lambda: question(self._client))
        except DeliveryError:
            raise
        except Exception as error:
            raise verdicts.on_asking(error) from None

    async def probe(self) -> None:
        """Raises DeliveryError if nothing can be placed now."""
        status = await self.ask(lambda client: client.api.v2010.accounts(self.sid).fetch().status)
        if status != "active":
            raise DeliveryError(
                f"Twilio says that the account is {status}; see Twilio's Console",
                permanent=False,
                fault="us",
                code="account",
            )

    async def close(self) -> None:
        """Lets what is under way come to its end; may be called more than once."""
        self._is_closed = True
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        self._wire.close()

    async def _in_thread(self, do: Callable[[], T]) -> T:
        if self._is_closed:
            raise DeliveryError("Twilio's line is closed", permanent=False, fault="provider", code="closed")
        return await asyncio.get_running_loop().run_in_executor(self._threads, do)
