"""Everybody who answers to what paldies does: the telephone company, the customers, the shop's staff."""

from dataclasses import dataclass
from datetime import datetime

from paldies.demo.telephone.callbacks import Callbacks
from paldies.demo.world.customers import Customers
from paldies.demo.world.key_presses import KeyPresses
from paldies.demo.world.staff import Staff


@dataclass(frozen=True, slots=True)
class People:
    callbacks: Callbacks
    customers: Customers
    keys: KeyPresses
    staff: Staff

    async def act(self) -> datetime | None:
        """Has each do what is due by the clock; says when somebody does something next."""
        await self.callbacks.act()
        moments = [await self.keys.act(), await self.customers.act(), await self.staff.act()]
        moments.append(self.callbacks.next_at())
        return min((at for at in moments if at), default=None)
