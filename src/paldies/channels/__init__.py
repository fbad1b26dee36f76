"""How a message gets there: one line for each channel."""

from collections.abc import Callable, Mapping

from paldies.campaigns.traits import Traits
from paldies.channels.call import speaking
from paldies.channels.call.traits import TRAITS as CALL
from paldies.channels.email.channel import TRAITS as EMAIL
from paldies.channels.sms import length
from paldies.channels.sms.segments import Segments
from paldies.channels.sms.traits import TRAITS as SMS
from paldies.channels.sms.wording import priced
from paldies.channels.task.traits import TRAITS as TASK

TRAITS: Mapping[str, Traits] = {traits.name: traits for traits in (EMAIL, CALL, SMS, TASK)}

# What is wrong with a text (and its locale) for the channel that is to carry it; empty: nothing.
OBJECTIONS: Mapping[str, Callable[[str, str], str]] = {
    CALL.name: speaking.objection,
    SMS.name: length.objection,
}

# In how many parts a text leaves, where that is what is paid for.
PARTS: Mapping[str, Callable[[str], Segments]] = {SMS.name: priced}
