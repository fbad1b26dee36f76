"""Every reason for which a message was not sent, or not yet, with one sentence each."""

from enum import StrEnum

from paldies.campaigns.words import Sentenced


class Scope(StrEnum):
    """How far a reason reaches."""

    LEG = "leg"  # this channel did not work out: the next leg may
    STEP = "step"  # the whole step is over
    ENROLMENT = "enrolment"  # the whole passage is over
    WAIT = "wait"  # later, or when its cause ends; if its deadline comes first, the whole step is over


class Reason(Sentenced):
    """A closed list: `why` never says anything else."""

    scope: Scope

    def __init__(self, word: str, scope: Scope, sentence: str) -> None:
        super().__init__(word, sentence)
        self.scope = scope

    # this leg: the next channel of the step is tried, if there is one
    NO_ADDRESS = "no_address", Scope.LEG, "There is no address or number to reach the customer this way"
    BAD_ADDRESS = "bad_address", Scope.LEG, "The address cannot be written to as it stands"
    NO_CONSENT = "no_consent", Scope.LEG, "The customer has not agreed to be contacted this way"
    SUPPRESSED = "suppressed", Scope.LEG, "This address or number must not be contacted again"
    NO_WAY_OUT = (
        "no_way_out",
        Scope.LEG,
        "Promotional messages need a way to unsubscribe, and no public_url is set",
    )
    NO_ZONE = "no_zone", Scope.LEG, "It is not known what time it is where the customer lives"
    NO_WINDOW = "no_window", Scope.LEG, "There was no permitted hour for it before its deadline"
    OUTSIDE_WINDOW = (
        "outside_window",
        Scope.LEG,  # it waits, and if its deadline comes first, the next channel may do
        "Where the customer lives, this is not an hour to be contacted",
    )
    REFUSED = "refused", Scope.LEG, "The receiving side refused it for good"
    BOUNCED = "bounced", Scope.LEG, "It came back undelivered"
    NOT_REACHED = "not_reached", Scope.LEG, "Nobody could be reached"
    ANSWERED_BY_MACHINE = "answered_by_machine", Scope.LEG, "Only an answering machine was reached"
    NOT_DONE = "not_done", Scope.LEG, "Nobody at the shop did it in time"
    BUDGET_SPENT = (
        "budget_spent",
        Scope.LEG,  # it waits for the next day, and if its deadline comes first, the next channel may do
        "The day's budget for calls and text messages is spent",
    )
    GAVE_UP = "gave_up", Scope.LEG, "The receiving side kept asking for later, until its deadline had passed"
    NO_CHANNEL = "no_channel", Scope.LEG, "This channel is not set up"

    # this step
    NOT_WANTED = "not_wanted", Scope.STEP, "This order does not need it"
    TOO_LATE = "too_late", Scope.STEP, "Its moment had passed"
    HOLDOUT = "holdout", Scope.STEP, "Left alone on purpose, to measure whether the campaign helps"
    UNCONFIRMED = "unconfirmed", Scope.STEP, "It may have arrived; nobody could find out in time"
    ALREADY_SAID = "already_said", Scope.STEP, "It was said already, for an order placed shortly before"
    UNAPPROVED = "unapproved", Scope.STEP, "Nobody approved it in time"
    STEP_WITHDRAWN = "step_withdrawn", Scope.STEP, "The step was taken out of the campaign"
    NOT_ON_LIST = "not_on_list", Scope.STEP, "For now only the addresses in send_only_to are written to"
    BY_HAND = "by_hand", Scope.STEP, "A person at the shop decided so"

    # this enrolment
    ORDER_CANCELLED = "order_cancelled", Scope.ENROLMENT, "The order was cancelled"
    ORDER_REFUNDED = "order_refunded", Scope.ENROLMENT, "The order was refunded"
    ORDER_CHANGED = "order_changed", Scope.ENROLMENT, "Something happened to the order that ends the campaign"
    WITHDRAWN = "withdrawn", Scope.ENROLMENT, "The campaign was withdrawn"
    FORGOTTEN = "forgotten", Scope.ENROLMENT, "The customer asked to be forgotten, or was, after long silence"

    # an enrolment that never began
    WHO = "who", Scope.ENROLMENT, "The order is not among those that the campaign is for (who)"
    SEEN_TOO_LATE = (
        "seen_too_late",
        Scope.ENROLMENT,
        "The shop reported it too late for this campaign (catch_up)",
    )
    AGAIN_TOO_SOON = (
        "again_too_soon",
        Scope.ENROLMENT,
        "The customer was in this campaign only a while ago (again_after)",
    )
    HAS_ENTERED = (
        "has_entered",
        Scope.ENROLMENT,
        "The order had entered this campaign already, by something else that happened to it",
    )
    WHO_UNCLEAR = (
        "who_unclear",
        Scope.ENROLMENT,
        "The campaign's condition (who) could not be answered for this order",
    )
    JOINED = "joined", Scope.ENROLMENT, "Another order, placed within two hours of it, speaks for both"

    # later, or when the cause ends
    PLANNED = "planned", Scope.WAIT, "Its planned moment has not come yet"
    FREQUENCY_CAP = "frequency_cap", Scope.WAIT, "The customer has had enough messages for now"
    IN_FLIGHT = "in_flight", Scope.WAIT, "Another message to the same customer is just leaving"
    SHOP_UNREACHABLE = (
        "shop_unreachable",
        Scope.WAIT,
        "The shop cannot be asked whether the order still stands",
    )
    TRY_AGAIN = "try_again", Scope.WAIT, "The receiving side asked to try again later"
    CASE_OPEN = "case_open", Scope.WAIT, "The customer has an open complaint"
    PAUSED = "paused", Scope.WAIT, "The campaign is paused"
    APPROVAL = "approval", Scope.WAIT, "A person has to approve it first"
    TEMPLATE_FAULT = "template_fault", Scope.WAIT, "Its text cannot be filled in for this order"
    CONDITION_FAULT = (
        "condition_fault",
        Scope.WAIT,
        "The step's condition (when) could not be answered for this order",
    )
    UNFORESEEN = "unforeseen", Scope.WAIT, "Something unforeseen went wrong with it; the log says what"
    UNUSUAL_VOLUME = "unusual_volume", Scope.WAIT, "Unusually many late messages: a person should look first"
    RESTORED = "restored", Scope.WAIT, "The database was restored or copied: a person should look first"
    AFTER_SILENCE = (
        "after_silence",
        Scope.WAIT,
        "It was due while paldies did not run, and nobody knows why: a person should look first",
    )
