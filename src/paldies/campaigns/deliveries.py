"""What a provider, a customer's telephone or a member of staff can report about a message that has left."""

from paldies.campaigns.reasons import Reason
from paldies.campaigns.words import Sentenced


class DeliveryKind(Sentenced):
    """A closed vocabulary with one sentence for each word.

    `is_final`: nothing more is awaited after it. `reason`: what the leg ended for, if it did not work out.
    """

    is_final: bool
    reason: Reason | None

    def __init__(self, word: str, sentence: str, is_final: bool = True, reason: Reason | None = None) -> None:
        super().__init__(word, sentence)
        self.is_final = is_final
        self.reason = reason

    # on its way
    QUEUED = "queued", "The provider has it, and has not begun", False
    RINGING = "ringing", "The telephone rings, or somebody is on the line", False
    PASSED_ON = "passed_on", "The provider has passed it on to the network", False
    DEFERRED = "deferred", "The receiving side asked to try again later", False

    # it worked out
    DELIVERED = "delivered", "It arrived"
    ANSWERED = "answered", "A person was reached"

    # it did not
    BUSY = "busy", "The line was busy", True, Reason.NOT_REACHED
    NO_ANSWER = "no_answer", "Nobody answered", True, Reason.NOT_REACHED
    VOICEMAIL = "voicemail", "An answering machine was reached", True, Reason.ANSWERED_BY_MACHINE
    BOUNCED = "bounced", "It came back undelivered", True, Reason.BOUNCED
    FAILED = "failed", "It could not be delivered", True, Reason.REFUSED
    NOT_DONE = "not_done", "Nobody did it in time", True, Reason.NOT_DONE
    WITHDRAWN = "withdrawn", "It was no longer wanted before anybody did it", True, Reason.SUPPRESSED

    # what the customer thinks of it
    COMPLAINED = "complained", "The customer called it spam"
    REPLIED = "replied", "The customer has written back"
