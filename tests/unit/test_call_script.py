"""What is said on the telephone, by whom, and for how long."""

import pytest

from paldies.channels.base import DeliveryError
from paldies.channels.call.script import left_on_a_machine, spoken
from paldies.channels.call.speaking import objection, seconds
from paldies.channels.call.voices import Voice, Voices
from paldies.demo.telephone import twiml
from paldies.demo.telephone.voices import is_pair

LATVIAN = Voice("Google.lv-LV-Standard-B", "lv-LV")


def test_a_text_is_said_paragraph_by_paragraph_and_the_line_is_hung_up() -> None:
    script = spoken("Labdien!\nŠis ir automātisks zvans.\n\n\nPaldies & <uz> redzēšanos.", LATVIAN)

    assert script == (
        '<?xml version="1.0" encoding="UTF-8"?><Response><Pause length="1" />'
        '<Say language="lv-LV" voice="Google.lv-LV-Standard-B">Labdien! Šis ir automātisks zvans.</Say>'
        '<Pause length="1" />'
        '<Say language="lv-LV" voice="Google.lv-LV-Standard-B">Paldies &amp; &lt;uz&gt; redzēšanos.</Say>'
        "<Hangup /></Response>"
    )


def test_a_key_may_be_pressed_while_the_text_is_said() -> None:
    read = twiml.read(spoken("Press 9.", LATVIAN, keys_to="https://shop.example/twilio/a.1/keys?x=1&y=2"))

    (menu,) = read.menus
    (line,) = read.lines
    assert menu.action == "https://shop.example/twilio/a.1/keys?x=1&y=2"
    assert menu.opens <= line.begins < menu.asked < menu.closes == read.lasts


def test_a_machine_is_told_at_once() -> None:
    read = twiml.read(left_on_a_machine("Lins & Bērzs.\n\nPaldies.", LATVIAN))

    assert [line.text for line in read.lines] == ["Lins & Bērzs.", "Paldies."]
    assert read.lines[0].begins == 0


def test_a_character_that_xml_cannot_hold_is_not_spoken() -> None:
    read = twiml.read(spoken("Hello\x0b Carla\x00.", Voice("Polly.Joanna-Neural", "en-US")))

    assert read.lines[0].text == "Hello Carla ."


def test_a_text_that_twilio_would_not_take_is_not_placed() -> None:
    with pytest.raises(DeliveryError, match=r"too long to be spoken: 4[0-9]{3} of 4000") as error:
        spoken("a" * 4000, LATVIAN)

    assert (error.value.fault, error.value.permanent) == ("us", True)


@pytest.mark.parametrize(
    ("locale", "name", "language"),
    [
        ("lv", "Google.lv-LV-Standard-B", "lv-LV"),
        ("lv-LV", "Google.lv-LV-Standard-B", "lv-LV"),
        ("ru", "Google.ru-RU-Standard-A", "ru-RU"),
        ("en", "Polly.Joanna-Neural", "en-US"),
        ("en_GB", "Polly.Amy-Neural", "en-GB"),
        ("en-AU", "Polly.Joanna-Neural", "en-US"),
    ],
)
def test_each_language_has_its_voice(locale: str, name: str, language: str) -> None:
    assert Voices({}).for_locale(locale) == Voice(name, language)


def test_the_shop_may_choose_other_voices() -> None:
    voices = Voices({"lv": "Google.lv-LV-Standard-A", "en": "Polly.Brian", "is": "Polly.Dora"})

    assert voices.for_locale("lv-LV") == Voice("Google.lv-LV-Standard-A", "lv-LV")
    assert voices.for_locale("en-GB") == Voice("Polly.Brian")  # whatever is usual for British English
    assert voices.for_locale("is") == Voice("Polly.Dora")


def test_a_language_without_a_voice_says_what_to_set() -> None:
    with pytest.raises(DeliveryError) as error:
        Voices({}).for_locale("ka-GE")

    assert 'voices = { ka = "…" }' in str(error.value)
    assert (error.value.fault, error.value.permanent) == ("us", True)


@pytest.mark.parametrize("locale", ["da", "de", "en", "en-gb", "es", "et", "fi", "fr", "it", "lt", "lv", "nb",
                                    "nl", "pl", "ru", "sv", "uk"])  # fmt: skip
def test_every_usual_voice_speaks_its_own_language(locale: str) -> None:
    voice = Voices({}).for_locale(locale)

    assert is_pair(voice.name, voice.language)
    assert voice.language.lower().startswith(locale)


@pytest.mark.parametrize("locale", ["en", "lv", "ru", "is"])
def test_a_text_takes_as_long_as_its_letters_digits_and_pauses(locale: str) -> None:
    short, long = "Thank you, Alice. " * 3, "Thank you, Alice. " * 60

    assert seconds("", locale) == 0
    assert seconds(short, locale) < seconds(short + "20000000", locale)
    assert seconds("One.\n\nTwo.", locale) == pytest.approx(seconds("One.Two.", locale) + 1.5)
    assert objection(short, locale) == ""
    assert "for more than 45" in objection(long, locale)
