"""A refusal is obeyed in whatever words it comes; a wish that only sounds like one is read by a person."""

import pytest

from paldies.replies.refusals import Said, understood

STOP, REFUSAL, DOUBTFUL, OTHER = Said.STOP, Said.REFUSAL, Said.DOUBTFUL, Said.OTHER


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("STOP", STOP),
        (" stop. ", STOP),
        ("Stop all", STOP),
        ("Unsubscribe!", STOP),
        ("Atteikties", STOP),
        ("СТОП", STOP),
        ("отписаться", STOP),
        ("Please stop texting me", REFUSAL),
        ("Don't text me anymore", REFUSAL),
        ("Do not call me again, thanks", REFUSAL),
        ("dont contact me ever again", REFUSAL),
        ("No more texts please", REFUSAL),
        ("Remove me from your list", REFUSAL),
        ("I don’t want to receive any more messages", REFUSAL),
        ("leave me alone!!!", REFUSAL),
        ("Lūdzu, vairs nerakstiet man", REFUSAL),
        ("Nesūtiet man vairs SMS", REFUSAL),
        ("nezvaniet!", REFUSAL),
        ("Lieciet mani mierā", REFUSAL),
        ("Nevēlos saņemt jūsu īsziņas", REFUSAL),
        ("Beidziet rakstīt", REFUSAL),
        ("Не пишите мне больше", REFUSAL),
        ("Больше не звоните, пожалуйста", REFUSAL),
        ("Отпишите меня", REFUSAL),
        ("Хватит слать смс", REFUSAL),
        ("Удалите мой номер из базы", REFUSAL),
        ("Оставьте меня в покое", REFUSAL),
        ("Please don't send it by DPD, I prefer Omniva", DOUBTFUL),
        ("Don't call before ten, I work at night", DOUBTFUL),
        ("Can you stop by tomorrow?", DOUBTFUL),
        ("I want to cancel my order", DOUBTFUL),
        ("Nezvaniet pirms desmitiem", DOUBTFUL),
        ("Не звоните до десяти, я на работе", DOUBTFUL),
        ("this is spam", DOUBTFUL),
        ("Thank you!", OTHER),
        ("When will it arrive?", OTHER),
        ("Paldies, viss kārtībā", OTHER),
        ("Спасибо, всё хорошо", OTHER),
        ("👍", OTHER),
        ("", OTHER),
        ("START", Said.START),
        ("Atsākt", Said.START),
        ("старт", Said.START),
        ("help", Said.HELP),
        ("Palīdzība", Said.HELP),
        ("Помощь", Said.HELP),
    ],
)
def test_only_what_is_plain_is_acted_on(text: str, said: Said) -> None:
    assert understood(text) is said


def test_a_long_text_takes_no_time() -> None:
    assert understood("don't send me " * 2000) in (DOUBTFUL, REFUSAL)
