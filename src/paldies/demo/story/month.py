"""When the month begins and ends."""

from datetime import datetime, timedelta

from paldies.demo.story.places import HOME

BEGINS = datetime(2026, 3, 2, 9, 0, tzinfo=HOME)  # a Monday; two clock changes and four weekends follow
ENDS = datetime(2026, 4, 2, 9, 0, tzinfo=HOME)
LAST_ORDERS = ENDS - timedelta(days=2)  # so that every first day is over by the end
