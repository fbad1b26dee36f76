"""The daemon is killed at random moments, and a mail server that we did not write counts what arrives."""

import os
import random
from collections import Counter
from pathlib import Path

from tests.postfix import Postfix
from tests.small_forks import daemon
from tests.small_house import CONNECTIONS, House
from tests.workplace import PROMPT, eventually

AT_ONCE = """
title = "The first day"
trigger = "order.confirmed"

[[steps]]
name = "1_right_choice"
after = "0s"
channels = ["email"]
purpose = "service"
window = { days = "daily", hours = "0:00-24:00" }
"""
TEXT = "---\nsubject: Order {{ order.number }}\n---\nHello.\n"
DEATHS = 4
ORDERS = 150  # before each
LONGEST = 0.4  # seconds from the first letter of a life to its end
MESSAGES = "SELECT rfc_id, status, reason, possible_duplicate FROM messages"
DOUBTS = """
SELECT attempts.claim_id, messages.rfc_id FROM attempts JOIN messages ON messages.id = attempts.message_id
WHERE attempts.note = 'the process ended'
"""


def test_killed_at_random_moments_it_sends_everything_once_or_says_so(
    tmp_path: Path, receiver: Postfix
) -> None:
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(10**6))
    print(f"\nCRASH_SEED={seed}")
    dice = random.Random(seed)
    house = House.built(tmp_path, AT_ONCE, {"1_right_choice.email.md": TEXT})
    house.shop.open()
    with daemon(house, receiver.url) as process:
        eventually(lambda: house.told("orders"))
        process.terminate()
        process.join(PROMPT)

    for life in range(1, DEATHS + 1):
        house.shop.orders(range(1000 * life, 1000 * life + ORDERS))
        told = len(house.told("planned"))
        with daemon(house, receiver.url) as process:
            eventually(lambda before=told: len(house.told("planned")) > before)
            process.join(dice.uniform(0, LONGEST))
            process.kill()
            process.join(PROMPT)
    with daemon(house, receiver.url) as process:
        eventually(lambda: house.rows("SELECT count(*) AS n FROM messages")[0]["n"] == DEATHS * ORDERS)
        eventually(lambda: not house.rows("SELECT 1 FROM messages WHERE status IN ('scheduled', 'sending')"))
        process.terminate()
        process.join(PROMPT)
    eventually(lambda: not receiver.waiting())

    arrived = Counter(
        (str(mail["Message-ID"]).strip("<>"), str(mail["Delivered-To"])) for mail in receiver.mails()
    )
    messages = {row["rfc_id"]: row for row in house.rows(MESSAGES)}
    left = [(row["claim_id"].split(".")[0], row["rfc_id"]) for row in house.rows(DOUBTS)]
    doubts = Counter(process for process, _ in left)
    doubled = {message_id for (message_id, _), times in arrived.items() if times > 1}
    doubled_by = Counter(process for process, message_id in left if message_id in doubled)
    print(f"{arrived.total()} arrived of {len(messages)}, {doubts.total()} doubts, {len(doubled)} doubled")
    silent = set(messages) - {message_id for message_id, _ in arrived}
    assert len(messages) == DEATHS * ORDERS
    assert {message_id for message_id, _ in arrived} <= set(messages)  # nothing from nowhere
    assert len({message_id for message_id, _ in arrived}) == len(arrived)  # and to nobody else
    assert {messages[message_id]["status"] for message_id in silent} <= {
        "unconfirmed"
    }  # killed twice over it
    assert {row["status"] for row in messages.values()} <= {"sent", "unconfirmed"}
    assert set(arrived.values()) <= {1, 2}
    assert all(messages[message_id]["possible_duplicate"] for message_id in doubled)
    assert max(doubled_by.values(), default=0) <= CONNECTIONS
    assert max(doubts.values(), default=0) <= 2 * CONNECTIONS  # as many again were claimed to follow
