"""Compares what was due, what the servers accepted, and what the database says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from paldies.campaigns.words import EnrolmentState, MessageStatus
from tests.crash.campaigns import mark, steps_of
from tests.crash.house import CONNECTIONS, House
from tests.crash.journal import claimed_too_late, unheard
from tests.odd_shop import order_number, phone_of

_EXPLAINED = frozenset({"failed", "skipped", "cancelled", "held", "unconfirmed"})
_SURELY_NOT_SENT = frozenset({"try_again", "refused", "gave_up", "failed"})  # outcomes of attempts
_AFTER_A_CRASH = "the process ended"  # the note of an attempt
_IN_HAND = 2  # messages of one connection: the one on its way, and the one that is claimed to follow it
Row = Mapping[str, Any]
_MESSAGES = """
SELECT messages.*, orders.external_id AS order_id, enrolments.state AS state
FROM messages JOIN enrolments ON enrolments.id = messages.enrolment_id
              JOIN orders ON orders.id = enrolments.order_id
ORDER BY messages.id
"""
_PASSAGES = """
SELECT orders.external_id AS order_id, enrolments.campaign, enrolments.state, enrolments.reason
FROM enrolments JOIN orders ON orders.id = enrolments.order_id
"""


@dataclass
class Verdict:
    """Each list names what it counts; those of `faults` must stay empty."""

    due: int = 0
    accepted: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)
    claimed_too_late: list[str] = field(default_factory=list)  # after a refund or an opt-out was committed
    unheard: list[str] = field(default_factory=list)  # opt-outs that were answered, and are not on record
    too_many: list[str] = field(default_factory=list)  # after one crash: doubled, or in doubt
    flagged: list[str] = field(default_factory=list)  # service e-mails that came twice, and say so
    unconfirmed: list[str] = field(default_factory=list)
    most_doubles: int = 0  # that one crash has left for each open connection, rounded up
    most_doubts: int = 0  # likewise
    ends: Counter[str] = field(default_factory=Counter)  # of messages: status and reason

    @property
    def faults(self) -> list[str]:
        """What the house has promised not to do."""
        kinds = ("lost", "doubled", "unexplained", "claimed_too_late", "unheard", "too_many")
        return [f"{kind}: {what}" for kind in kinds for what in getattr(self, kind)]

    def __str__(self) -> str:
        return (
            f"due {self.due}, accepted {self.accepted}: lost {len(self.lost)}, doubled {len(self.doubled)},"
            f" doubled but flagged {len(self.flagged)}, unexplained {len(self.unexplained)},"
            f" claimed after a refund or opt-out {len(self.claimed_too_late)},"
            f" of one connection after one crash: doubled {self.most_doubles}, in doubt {self.most_doubts},"
            f" unconfirmed {len(self.unconfirmed)}"
            f" ({', '.join(f'{end} {times}' for end, times in self.ends.most_common(6))})"
        )


def judge(house: House, due: Mapping[int, str], wishes: Iterable[str]) -> Verdict:
    """`due`: every order that the shop has sold, and the campaign it is for. All deadlines have passed.

    `wishes`: addresses that were promised to hear nothing more.
    """
    verdict = _Judge(house).judge(due)
    verdict.claimed_too_late += claimed_too_late(house)
    verdict.unheard += unheard(house, wishes)
    return verdict


class _Judge:
    def __init__(self, house: House) -> None:
        self._house = house
        self._verdict = Verdict()
        self._rows: dict[tuple[int, str], list[Row]] = defaultdict(list)
        for row in house.rows(_MESSAGES):
            self._rows[int(row["order_id"]), row["step"]].append(row)
        self._attempts: dict[int, list[Row]] = defaultdict(list)
        for row in house.rows("SELECT * FROM attempts"):
            self._attempts[row["message_id"]].append(row)
        self._doubled: set[int] = set()
        self._tasks = Counter(row["message_id"] for row in house.rows("SELECT message_id FROM staff_tasks"))
        self._mails = self._by(house.accepted("mail"), "id")
        self._calls = self._by(house.accepted("telephone"), "channel", "to")

    def judge(self, due: Mapping[int, str]) -> Verdict:
        verdict = self._verdict
        passages = Counter((int(row["order_id"]), row["campaign"]) for row in self._house.rows(_PASSAGES))
        declined = {
            int(row["order_id"])
            for row in self._house.rows(_PASSAGES)
            if row["state"] == EnrolmentState.DECLINED and row["reason"]
        }
        for order_id, campaign in due.items():
            name = order_number(order_id)
            if passages[order_id, campaign] != 1:
                kind = verdict.doubled if passages[order_id, campaign] else verdict.lost
                kind.append(f"{name} has entered {campaign} {passages[order_id, campaign]} times")
            for step in steps_of(campaign):
                verdict.due += 1
                rows = self._rows[order_id, step.name]
                if not rows and order_id not in declined:
                    verdict.lost.append(f"{name} {step.name}: nothing is on record")
                if len({row["leg"] for row in rows}) < len(rows):
                    verdict.doubled.append(f"{name} {step.name}: {len(rows)} rows")
                for row in rows:
                    self._judge_one(row, order_id)
        self._find_strangers()
        self._count_what_crashes_left()
        return verdict

    def _judge_one(self, row: Row, order_id: int) -> None:
        verdict, status = self._verdict, row["status"]
        accepted = self._accepted(row, order_id)
        attempts = self._attempts[row["id"]]
        may_have_left = [attempt for attempt in attempts if attempt["outcome"] not in _SURELY_NOT_SENT]
        place = (
            f"{row['key']} by {row['channel']}: {status} {row['reason']}, accepted {accepted},"
            f" tried {[attempt['outcome'] for attempt in attempts]}, note {row['note']!r}"
        )
        if not accepted and status not in _EXPLAINED:
            verdict.lost.append(place)
        elif accepted > len(may_have_left) or status in (MessageStatus.SENDING, MessageStatus.SCHEDULED):
            verdict.unexplained.append(place)
        elif (status != MessageStatus.SENT and not row["reason"]) or row["reason"] == "restored":
            verdict.unexplained.append(place)
        verdict.ends[f"{status} {row['reason']}".strip()] += 1
        if accepted > 1:
            may_be_twice = row["channel"] == "email" and row["purpose"] == "service" and accepted == 2
            is_flagged = may_be_twice and row["possible_duplicate"]
            (verdict.flagged if is_flagged else verdict.doubled).append(place)
            self._doubled.add(row["id"])
        if status == MessageStatus.UNCONFIRMED or row["reason"] == "unconfirmed":
            verdict.unconfirmed.append(place)

    def _accepted(self, row: Row, order_id: int) -> int:
        match row["channel"]:
            case "email":
                return len(self._mails[(row["rfc_id"],)]) if row["rfc_id"] else 0
            case "task":
                return self._tasks[row["id"]]
            case channel:
                return len(self._calls[channel, phone_of(order_id)])

    def _find_strangers(self) -> None:
        """What arrived and nothing on record stands for, or that speaks of something else."""
        rows = [row for some in self._rows.values() for row in some]
        by_mail = {row["rfc_id"]: row for row in rows if row["rfc_id"]}
        by_line = {(row["channel"], phone_of(int(row["order_id"]))): row for row in rows}
        arrived = [(by_mail.get(key[0]), some) for key, some in self._mails.items()]
        arrived += [(by_line.get((key[0], key[1])), some) for key, some in self._calls.items()]
        for row, some in arrived:
            for one in some:
                self._verdict.accepted += 1
                text = " ".join(one["text"].split())
                if row is None or mark(order_number(int(row["order_id"])), row["step"]) not in text:
                    self._verdict.unexplained.append(f"{one['id']} to {one['to']}: {text[:200]}")

    def _count_what_crashes_left(self) -> None:
        """For each connection that a process had open: one message that came twice, at most."""
        doubts, doubles = Counter[str](), Counter[str]()
        for message_id, attempts in self._attempts.items():
            for attempt in attempts:
                if attempt["note"] == _AFTER_A_CRASH:
                    who = attempt["claim_id"].rpartition(".")[0]  # process and channel
                    doubts[who] += 1
                    doubles[who] += message_id in self._doubled
        verdict = self._verdict
        verdict.most_doubts = max((-(-many // CONNECTIONS) for many in doubts.values()), default=0)
        verdict.most_doubles = max((-(-many // CONNECTIONS) for many in doubles.values()), default=0)
        for word, left, most in (("doubled", doubles, 1), ("in doubt", doubts, _IN_HAND)):
            verdict.too_many += [
                f"{many} {word} of {who}" for who, many in left.items() if many > most * CONNECTIONS
            ]

    @staticmethod
    def _by(accepted: Sequence[Mapping[str, Any]], *names: str) -> dict[tuple[str, ...], list[Any]]:
        found: dict[tuple[str, ...], list[Any]] = defaultdict(list)
        for one in accepted:
            found[tuple(one[name] for name in names)].append(one)
        return found
