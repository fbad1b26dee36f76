"""What the made-up shop sells, in the languages that it sells in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Article:
    code: str
    cents: int
    titles: Mapping[str, str]


def _article(code: str, cents: int, *, en: str, lv: str, ru: str) -> Article:
    return Article(code, cents, {"en": en, "lv": lv, "ru": ru})


GOODS = (
    _article("TT-01", 960, en="Linen tea towel, oat", lv="Lina virtuves dvielis, auzu krāsā",
             ru="Льняное полотенце, овсяное"),
    _article("NP-04", 2800, en="Linen napkins, set of four", lv="Lina salvetes, četras",
             ru="Льняные салфетки, четыре"),
    _article("TC-15", 6400, en="Linen tablecloth, 150 × 250 cm", lv="Lina galdauts, 150 × 250 cm",
             ru="Льняная скатерть, 150 × 250 см"),
    _article("BS-20", 11900, en="Linen bedding, double", lv="Lina gultas veļa, divvietīga",
             ru="Постельное бельё из льна, двуспальное"),
    _article("AP-02", 3900, en="Linen apron, charcoal", lv="Lina priekšauts, ogļu pelēks",
             ru="Льняной фартук, угольный"),
    _article("BB-11", 4800, en="Birch bread board", lv="Bērza maizes dēlis",
             ru="Берёзовая доска для хлеба"),
    _article("BT-07", 3400, en="Birch tray", lv="Bērza paplāte", ru="Берёзовый поднос"),
    _article("SP-03", 1450, en="Birch butter knife, pair", lv="Bērza sviesta naži, divi",
             ru="Берёзовые ножи для масла, пара"),
    _article("BX-09", 2200, en="Birch-bark box", lv="Tāšu kārbiņa", ru="Берестяная шкатулка"),
    _article("CH-01", 5600, en="Birch milking stool", lv="Bērza ķeblītis", ru="Берёзовый табурет"),
)  # fmt: skip
