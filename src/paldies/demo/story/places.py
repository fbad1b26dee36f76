"""Where the customers live, and the telephone numbers there that nobody has."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Place:
    """`numbers` is a pattern of the country's own notation, which takes 0 to 99."""

    city: str
    country: str
    region: str
    zone: str
    languages: tuple[str, ...]
    transit_days: tuple[int, int]  # from the parcel's leaving to the doorbell
    numbers: str

    @property
    def clock(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def phone(self, number: int) -> str:
        """As somebody there would write it."""
        return self.numbers.format(f"{number:02}")


# Kept for films and books: +1 … 555-01xx (ATIS-0300115), 020 7946 0xxx (Ofcom), 0176 04069 xxx
# (Bundesnetzagentur). Latvia, Estonia and Russia keep none, so theirs have zeros where real ones do not.
_LV, _EE, _DE = "2000 00{}", "+372 5555 00{}", "0176 04069 0{}"
_GB, _US, _RU = "020 7946 00{}", "(212) 555-01{}", "8 (914) 000-00-{}"

RIGA = Place("Rīga", "LV", "", "Europe/Riga", ("lv", "lv", "ru"), (1, 2), _LV)
LIEPAJA = Place("Liepāja", "LV", "", "Europe/Riga", ("lv",), (1, 3), _LV)
DAUGAVPILS = Place("Daugavpils", "LV", "", "Europe/Riga", ("ru", "lv"), (1, 3), _LV)
TARTU = Place("Tartu", "EE", "", "Europe/Tallinn", ("en",), (2, 4), _EE)
BERLIN = Place("Berlin", "DE", "BE", "Europe/Berlin", ("en",), (3, 6), _DE)
LONDON = Place("London", "GB", "", "Europe/London", ("en",), (4, 7), _GB)
NEW_YORK = Place("New York", "US", "NY", "America/New_York", ("en",), (7, 11), _US)
SOMEWHERE_IN_THE_STATES = Place("", "US", "", "America/New_York", ("en",), (7, 11), _US)
VLADIVOSTOK = Place("Vladivostok", "RU", "", "Asia/Vladivostok", ("ru",), (9, 14), _RU)

HOME = RIGA.clock
