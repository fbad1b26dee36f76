"""Whether staff are told of what nobody can know: `paldies messages why`, about a few doubtful orders."""

import json

from tests.crash.forked import ask
from tests.crash.house import House

_DOUBTFUL = """
SELECT orders.external_id AS id
FROM messages JOIN enrolments ON enrolments.id = messages.enrolment_id
              JOIN orders ON orders.id = enrolments.order_id
WHERE messages.reason = 'unconfirmed' OR (messages.possible_duplicate AND messages.status = 'sent')
GROUP BY orders.external_id ORDER BY max(messages.id) DESC LIMIT 3
"""


def untold(house: House) -> list[str]:
    """Orders of whose doubt `why` says nothing."""
    return [row["id"] for row in house.rows(_DOUBTFUL) if not _is_told(house, row["id"])]


def _is_told(house: House, order_id: str) -> bool:
    try:
        (story,) = json.loads(ask(house, "messages", "why", order_id, "--json"))
    except AssertionError:  # it could not even answer
        return False
    steps = [step for campaign in story["campaigns"] for step in campaign["steps"]]
    legs = [leg for step in steps for leg in step["legs"]]
    return any(step["sentence"] and step["reason"] == "unconfirmed" for step in steps) or any(
        leg["possible_duplicate"] or leg["reason"] == "unconfirmed" for leg in legs
    )
