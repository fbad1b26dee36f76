"""Where a call is to go once it is known who has answered it."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from paldies.channels.call.state import CallState

_MOST_UNDER_WAY = 10_000  # calls; the oldest are forgotten first

HANG_UP: Mapping[str, str] = {"status": "completed"}
DO_NOT_RING: Mapping[str, str] = {"status": "canceled"}
LET_BE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a call that we have placed, and Twilio keeps nowhere."""

    voicemail: str = ""  # TwiML for a machine; empty: hang up
    must_ring_by: datetime | None = None
    is_told: bool = False  # the machine hears it now, or may


class Helm:
    """Keeps the plans of the calls that are under way; one that it does not know has no voicemail."""

    def __init__(self) -> None:
        self._plans: OrderedDict[str, Plan] = OrderedDict()

    def placed(self, sid: str, plan: Plan) -> None:
        self._plans[sid] = plan
        while len(self._plans) > _MOST_UNDER_WAY:
            self._plans.popitem(last=False)

    def order(self, state: CallState, now: datetime) -> Mapping[str, str]:
        """What is to be changed about the call, in the words of Twilio's Call resource."""
        plan = self._plans.get(state.sid, Plan())
        if state.status == "queued" and plan.must_ring_by and now >= plan.must_ring_by:
            return DO_NOT_RING  # calls beyond the account's rate wait at Twilio for up to a day
        if state.status != "in-progress" or not state.is_machine or plan.is_told:
            return LET_BE
        return {"twiml": plan.voicemail} if plan.voicemail and state.may_be_told else HANG_UP

    def given(self, sid: str, order: Mapping[str, str]) -> None:
        """It may have been heard: no voicemail is begun twice."""
        if sid in self._plans and "twiml" in order:
            self._plans[sid] = replace(self._plans[sid], is_told=True)

    def over(self, sid: str) -> None:
        self._plans.pop(sid, None)
