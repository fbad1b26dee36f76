"""What a text message from a customer means, in English, Latvian and Russian: only what is plain counts."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class Said(StrEnum):
    """What is to be done about it."""

    STOP = "stop"  # the word by which machines are told to be silent
    REFUSAL = "refusal"  # a person wants to be left alone, in words of their own
    START = "start"
    HELP = "help"
    DOUBTFUL = "doubtful"  # perhaps a refusal: a person has to read it
    OTHER = "other"


# https://help.twilio.com/articles/223134027, and the words that customers here use for the same
_KEYWORDS = {
    Said.STOP: "stop|stopall|stop all|unsubscribe|end|quit|optout|opt out|revoke|stop sms|sms stop"
    "|atteikties|atrakstities|beigt|stop visu|izslegt"
    "|стоп|отписаться|отписка|отмена рассылки|выкл",
    Said.START: "start|unstop|yes start|sakt|atsakt|pieteikties|старт|начать|возобновить",
    Said.HELP: "help|info|palidziba|informacija|помощь|справка|инфо",
}
_POLITE = re.compile(
    r"\b(please|pls|thanks|thank you|hi|hello|sorry|ok|okay|no|kindly|just|ever|again|any ?more|at all"
    r"|from now on|really"
    r"|ludzu|paldies|sveiki|labdien|ne|vairs|vairak|nekad|man|mani"
    r"|пожалуйста|спасибо|здравствуйте|добрый день|нет|мне|меня|больше|никогда|уже)\b"
)
_REFUSALS = (
    r"(do not|don ?t|dont|never|stop|quit) (text|texting|message|messaging|write|writing|contact"
    r"|contacting|call|calling"
    r"|sms|spamming|bothering|bother|send|sending)( to)?( me| us| this number)?( any| more| these| your"
    r"| such)*"
    r"( texts?| messages?| sms| calls?| spam| stuff)?",
    r"unsubscribe (me|us)|(remove|delete|take) (me|my (phone )?number)( off| from)?( your| the"
    r"| this)?( list| database)?",
    r"leave me alone|more (texts?|messages?|sms|calls?)|go away",
    r"(i )?(do not|don ?t|dont) (want|wish)( to (get|receive|have))?( any| more| your| these)*( texts?"
    r"| messages?| sms| calls?)",
    r"(nesutiet|nesuti|nerakstiet|neraksti|nezvaniet|nezvani|netraucejiet|netrauce)( (sms|zinas"
    r"|iszinas|reklamas))?",
    r"(beidziet|partrauciet|izbeidziet)( (rakstit|sutit|zvanit|traucet))?( (sms|zinas|iszinas|reklamas))?",
    r"lieciet(ies)? mier[au]|atstajiet miera|atrakstiet|(izdzesiet"
    r"|iznemiet)( manu)?( numuru)?( no (saraksta|datubazes))?",
    r"(negribu|nevelos)( sanemt)?( (jusu|sis|sadas|sms|zinas|iszinas|zvanus|reklamas))*",
    r"не (пишите|пиши|звоните|звони|присылайте|шлите|беспокойте|отправляйте)( (смс|сообщения|рекламу"
    r"|на этот номер))?",
    r"(хватит|прекратите|перестаньте)( (писать|звонить|слать|присылать|спамить))?( (смс|сообщения|рекламу))?",
    r"отпишите|отстаньте|(удалите|уберите|вычеркните)( мой)?( номер)?( (из|с) (базы|списка|рассылки))?"
    r"|оставьте в покое",
    r"не хочу( (получать|ваши|эти|смс|сообщения|рассылку|звонки))+",
)
_PERHAPS = re.compile(
    r"\b(stop|unsubscribe|do not|don ?t|dont|spam|leave me|remove|refuse|complain|cancel"
    r"|nesut\w*|nerakst\w*|nezvan\w*|beidz\w*|partrauc\w*|mier\w|atrakst\w*|atteik\w*|nevelos|negribu"
    r"|netrauce\w*"
    r"|не (пишите|звоните|присыл\w*|шлите|беспок\w*|хочу|надо|нужно)|стоп|отпи\w*|отста\w*|хватит"
    r"|прекрат\w*|спам)\b"
)
_WHOLE = re.compile("|".join(f"(?:{one})" for one in _REFUSALS))


def understood(text: str) -> Said:
    """A word for machines counts if it stands alone; a refusal, if the text says nothing else."""
    words = _plain(text)
    for said, keywords in _KEYWORDS.items():
        if words in keywords.split("|"):
            return said
    rest = " ".join(_POLITE.sub(" ", words).split())
    if rest and _is_refusal(rest.split(" and ")):
        return Said.REFUSAL
    return Said.DOUBTFUL if _PERHAPS.search(words) else Said.OTHER


def _is_refusal(parts: Sequence[str]) -> bool:
    return all(_WHOLE.fullmatch(part.strip()) for part in parts)


def _plain(text: str) -> str:
    """Small letters without accents, as people type them on a telephone, and no punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char) or char == "\u0306")
    words = unicodedata.normalize("NFC", bare)
    return " ".join(re.sub(r"[^\w]+", " ", words.replace("'", "").replace("’", "")).split())
