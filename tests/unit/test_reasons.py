"""Every reason says something of its own to a shop assistant."""

from paldies.campaigns.reasons import Reason, Scope


def test_every_reason_has_a_sentence_of_its_own():
    sentences = [reason.sentence for reason in Reason]

    assert len(set(sentences)) == len(sentences)


def test_every_sentence_reads_on_after_a_colon():
    for reason in Reason:
        assert reason.sentence[0].isupper() and reason.sentence[-1] not in ".!?…", reason
        assert len(reason.sentence) <= 90, reason


def test_every_reason_reaches_somewhere_and_every_scope_is_used():
    assert {reason.scope for reason in Reason} == set(Scope)


def test_a_reason_is_its_word_in_the_database():
    assert Reason.ORDER_REFUNDED == "order_refunded"
    assert Reason("order_refunded") is Reason.ORDER_REFUNDED
    assert all(reason.value == reason.name.lower() for reason in Reason)


def test_the_next_channel_is_tried_only_after_what_concerns_one_channel():
    assert {reason for reason in Reason if reason.scope is Scope.LEG} == {
        Reason.NO_ADDRESS,
        Reason.BAD_ADDRESS,
        Reason.NO_CONSENT,
        Reason.SUPPRESSED,
        Reason.NO_WAY_OUT,
        Reason.NO_ZONE,
        Reason.NO_WINDOW,
        Reason.OUTSIDE_WINDOW,
        Reason.REFUSED,
        Reason.BOUNCED,
        Reason.NOT_REACHED,
        Reason.ANSWERED_BY_MACHINE,
        Reason.NOT_DONE,
        Reason.BUDGET_SPENT,
        Reason.GAVE_UP,
        Reason.NO_CHANNEL,
    }
