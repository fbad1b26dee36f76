"""Says what became of every message that was due, from what the mail server took and what is on record."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from sqlite3 import Row

from tests.crash.house import House
from tests.crash.odd_shop import order_number
from tests.smtp_servers import Mail

WITHOUT_A_MAIL = frozenset({"failed", "skipped", "cancelled", "held", "unconfirmed"})
WITH_A_MAIL = frozenset({"sent", "unconfirmed"})
ON_RECORD = """
SELECT orders.external_id, messages.step, messages.status, messages.reason, messages.rfc_id,
       messages.possible_duplicate
FROM messages JOIN enrolments ON enrolments.id = messages.enrolment_id
              JOIN orders ON orders.id = enrolments.order_id
"""


@dataclass
class Verdict:
    """Each list names order and step, and what is known of them; the first three must stay empty."""

    due: int
    accepted: int
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    flagged: list[str] = field(default_factory=list)  # came twice, and says so
    unconfirmed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = ("lost", "doubled", "unexplained", "flagged", "unconfirmed")
        told = ", ".join(f"{name} {len(getattr(self, name))}" for name in counts)
        return f"due {self.due}, accepted {self.accepted}, {told}"


def judge(house: House, mails: Sequence[Mail], order_ids: Collection[int], steps: Collection[str]) -> Verdict:
    """For steps that are due for every one of the orders."""
    verdict = Verdict(due=len(order_ids) * len(steps), accepted=len(mails))
    copies = Counter(str(mail.parsed["Message-ID"]) for mail in mails)
    recorded: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in house.rows(ON_RECORD):
        recorded[row["external_id"], row["step"]].append(row)
    for order_id in order_ids:
        for step in steps:
            rows = recorded[str(order_id), step]
            place = f"{order_number(order_id)} {step} {[dict(row) for row in rows]}"
            if len(rows) != 1:
                (verdict.doubled if rows else verdict.lost).append(place)
            else:
                _judge_one(verdict, rows[0], copies[f"<{rows[0]['rfc_id']}>"], place)
    _find_strangers(verdict, mails, [row for rows in recorded.values() for row in rows])
    return verdict


def _judge_one(verdict: Verdict, row: Row, copies: int, place: str) -> None:
    if copies == 0 and row["status"] not in WITHOUT_A_MAIL:
        verdict.lost.append(place)
    elif (copies and row["status"] not in WITH_A_MAIL) or (row["status"] != "sent" and not row["reason"]):
        verdict.unexplained.append(place)
    if copies > 2 or (copies == 2 and not row["possible_duplicate"]):
        verdict.doubled.append(place)
    elif copies == 2:
        verdict.flagged.append(place)
    if row["status"] == "unconfirmed":
        verdict.unconfirmed.append(place)


def _find_strangers(verdict: Verdict, mails: Sequence[Mail], rows: Sequence[Row]) -> None:
    """Mails that nothing on record stands for, or that speak of another order."""
    orders = {f"<{row['rfc_id']}>": int(row["external_id"]) for row in rows if row["rfc_id"]}
    for mail in mails:
        message = mail.parsed
        order_id, text = orders.get(str(message["Message-ID"])), message.get_body(("plain",))
        if order_id is None or text is None or order_number(order_id) not in text.get_content():
            verdict.unexplained.append(f"{message['Message-ID']} to {mail.recipient}")
