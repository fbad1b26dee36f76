"""How a message gets there: one line for each channel."""

from collections.abc import Mapping

from paldies.campaigns.traits import Traits
from paldies.channels.call.traits import TRAITS as CALL
from paldies.channels.email.channel import TRAITS as EMAIL
from paldies.channels.sms.traits import TRAITS as SMS
from paldies.channels.task.traits import TRAITS as TASK

TRAITS: Mapping[str, Traits] = {traits.name: traits for traits in (EMAIL, CALL, SMS, TASK)}
