"""How many texts may be out at once without its being on record what became of them."""

from collections.abc import Callable


class Exits:
    """A crash could double each text that is out: so there are as many exits as connections, and no more.

    A semaphore for those who do not await: whoever finds none free is called in turn, and takes one then.
    """

    def __init__(self, number: int) -> None:
        self._free = number
        self._waiting: dict[Callable[[], None], None] = {}  # in the order in which they came

    def take(self, call: Callable[[], None]) -> bool:
        """Whether one was free. If not, `call` is called when it is worth asking again."""
        if not self._free:
            self._waiting[call] = None  # who asks again keeps the place
            return False
        self._free -= 1
        self._waiting.pop(call, None)
        return True

    def give_back(self, _: object = None) -> None:
        """Fits as a future's callback. Who was called and has no use for it leaves it to the next."""
        self._free += 1
        while self._free and self._waiting:
            call = next(iter(self._waiting))
            del self._waiting[call]
            call()
