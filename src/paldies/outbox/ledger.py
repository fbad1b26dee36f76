"""Group commit: claims and settlements that gather while the writer is busy go into one transaction."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import OperationalError

from paldies.outbox.claims import Claim
from paldies.outbox.settlements import Settlement
from paldies.outbox.waves import write_singly, write_wave
from paldies.store.database import Database

log = structlog.get_logger(__name__)

GATHER = 0.005  # seconds; while more comes in within that time, it comes along: half the commits


class Ledger:
    """Writes claims and settlements in waves; one wave at a time.

    If a commit fails, nothing in it was claimed; its settlements are kept and come before any new claim.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claims: list[tuple[Claim, asyncio.Future[bool]]] = []
        self._settlements: list[tuple[Settlement, asyncio.Future[None]]] = []
        self._writer: asyncio.Task[None] | None = None
        self._half_is_back = asyncio.Event()
        self.claimed: set[str] = set()  # claims that are ours and not yet settled
        self.waves_of_claims = 0  # so far, those that were tried

    async def claim(self, claim: Claim) -> bool:
        """False if somebody got there first, or something about the customer has changed since."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._claims.append((claim, answer))
        self._start_writing()
        return await answer

    async def settle(self, settlement: Settlement) -> None:
        """Returns once it is committed, however often that has to be tried."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.note(settlement, written)
        await written

    def note(self, settlement: Settlement, written: "asyncio.Future[None]") -> None:
        """Takes it in without waiting; `written` is done once it is committed."""
        self._settlements.append((settlement, written))
        if self._is_half_back:
            self._half_is_back.set()
        self._start_writing()

    async def close(self, patience: float | None = None) -> None:
        """Waits until everything taken in is written, `patience` seconds at most."""
        while self._writer is not None and not self._writer.done():
            _, late = await asyncio.wait([self._writer], timeout=patience)
            if late:
                log.error(
                    "what could not be written down is left in doubt", settlements=len(self._settlements)
                )
                self._writer.cancel()
                return

    def _start_writing(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        pause = 0.05
        while self._claims or self._settlements:
            await self._gather()
            settlements, self._settlements = self._settlements, []
            # while settlements could not be written, nothing new leaves the house
            claims, self._claims = ([], self._claims) if pause > 0.05 else (self._claims, [])
            claims = [(claim, answer) for claim, answer in claims if not answer.cancelled()]
            self.claimed.update(claim.id for claim, _ in claims)
            self.waves_of_claims += bool(claims)
            try:
                won = await self._commit([claim for claim, _ in claims], [one for one, _ in settlements])
            except Exception as error:  # nobody else keeps what is to be settled
                why = str(error).partition("\n")[0]
                log.error("the database refused a write; trying again", error=why or type(error).__name__)
                self._answer(claims, won=set())
                self._settlements = settlements + self._settlements
                if not self._settlements:
                    continue
                await asyncio.sleep(pause)
                pause = min(5.0, pause * 2)
                continue
            pause = 0.05
            self._answer(claims, won)
            for settlement, written in settlements:
                self.claimed.discard(settlement.claim_id)
                if not written.done():
                    written.set_result(None)

    async def _gather(self) -> None:
        """Lets what others have to write come along, as long as it keeps coming.

        Once half of what is claimed has come back from the wire, the other half waits for this.
        """
        seen = 0
        while seen < self._waiting and not self._is_half_back:
            seen = self._waiting
            self._half_is_back.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(GATHER):
                    await self._half_is_back.wait()

    @property
    def _is_half_back(self) -> bool:
        return len(self.claimed) <= 2 * len(self._settlements)

    @property
    def _waiting(self) -> int:
        return len(self._claims) + len(self._settlements)

    async def _commit(self, claims: Sequence[Claim], settlements: Sequence[Settlement]) -> set[str]:
        try:
            return await self._database.run_by_keys(write_wave, claims, settlements)
        except OperationalError:
            raise
        except Exception:  # one member's fault, whatever it is
            return await self._database.run_by_keys(write_singly, claims, settlements)

    def _answer(self, claims: "Sequence[tuple[Claim, asyncio.Future[bool]]]", won: set[str]) -> None:
        for claim, answer in claims:
            if claim.id not in won:
                self.claimed.discard(claim.id)
            if not answer.done():
                answer.set_result(claim.id in won)
