"""The words by which mail servers say the same few things, where their codes say too little."""

import re
from collections.abc import Sequence

# Links and names of hosts: "spam.example.com" is no word about spam.
_NAMES = re.compile(r"\S+://\S+|\b(?![245]\.\d{1,3}\.\d)[\w-]+(?:\.[\w-]+)+\b")
_ADDRESSES = re.compile(r"[^\s<>\"'()\[\]]*@[^\s<>\"'()\[\]:;,]+")


def _any(alternatives: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


FULL = _any(
    (
        r"quota",
        r"\b(mail ?box|mail ?folder|inbox|maildir|account|storage|disk)('s)?( storage| size)?"
        r"( is| has)?( already| currently| too)? (full|exceed\w*|over)\b",
        r"\b(exceed\w*|over) .{0,40}(storage|limit|allocat\w*|space)",
        r"(insufficient|not enough|out of|no) .{0,20}(storage|space|disk)",
        r"no space left",
        r"mail ?box .{0,40}\bfull\b|\bfull mail ?box",
    )
)
FOR_NOW = _any(
    (
        r"temporar\w+|try(ing)? again|try later|retry time|retries",
        r"tim(ed|e)[ -]?out|too long|not responding|unreachable|no route",
        r"(could not|couldn't|cannot|can't|unable to) connect|connection (was )?(refused|lost|reset"
        r"|closed|dropped)",
        r"server (is )?(too )?busy|servfail|lookup fail\w*|dns (error|failure)",
        r"deferr\w*|gr[ea]y-?list\w*|expired in|message (has )?expired|too quickly|at a rate",
    )
)
ABOUT_US = _any(
    (
        r"\brelaying|(unable|not|refuse\w*) (to )?relay|relay\w* (access|denied|not|is|through"
        r"|operation|prohibited)",
        r"\b(rcpthosts|authenticat\w*|authori[sz]\w*|spf|dkim|dmarc|[rd]?n?s?bl|spam\w*|junk|virus\w*"
        r"|malware|phishing"
        r"|suspicious|unsolicited|bulk|reputation|abuse|ptr|reverse (dns|host ?name)|client (host|ip)"
        r"|firewall|h?elo (command|name"
        r"|rejected))\b",
        r"\b(block(ed|ing|s|list\w*)|(black|deny)-?list\w*|banned|prohibit\w*|restrict\w*|throttl\w*"
        r"|rate.?limit\w*)\b",
        r"access (is )?denied|permission|not (permitted|allowed)|administrative\w* prohib|(by|local"
        r"|site|of) polic(y|ies)",
        r"\bpolicy (reasons?|violation|restriction)|content (rejected|filter\w*|not accept\w*)",
        r"(banned|dangerous|prohibited|forbidden|illegal) attachment|attachments? .{0,30}(not|reject"
        r"|block|denied|prohib)",
        r"too (large|big|many)|size (limit|exceed\w*)|maximum .{0,20}size|fixed maximum|line length"
        r"|\bloops?\b|\bhops?\b",
        r"sender('s)? (e-?mail )?(address|domain|verif\w*|id\b|is |not |denied|rejected)|verify sender"
        r"|domain of sender",
        r"\b(return[ .-]path|envelope.(from|sender)|mail from|your (ip|host|domain|server))\b",
    )
)
_SOMEBODY = (
    r"(users?|recipients?|mail ?box|(e-?mail |recipient )?address(es)?|account|e-?mail|alias|person|addressee"
    r"|customer|subscriber|userid|username|local.?part|mail.?drop|in-?box)"
)
NO_MAILBOX = _any(
    (
        rf"\b{_SOMEBODY}( name| id)?['\"<>()\[\]:;,.]*( \S*)?( is| are| was| has( been)?)?( currently"
        rf"| either)?"
        r" (unknown|invalid|wrong|incorrect|unrecogni[sz]ed|undefined|non-?exist\w*|not (a )?(known"
        r"|valid|recogni[sz]ed"
        r"|registered|found|listed|exist\w*|defined|local)|could not be found|cannot be found)\b",
        rf"\b{_SOMEBODY}\b.{{0,60}}(do(es)? ?n[o']t exist|not exist|doesn't exist|no longer exists?"
        rf"|not ?found)",
        r"\b(unknown|no such|invalid|bad|non-?existent|incorrect|illegal|unrecogni[sz]ed|undefined"
        r"|not a valid)"
        r"( \S+)?( local| virtual| final| delivery| destination| e-?mail| mail| recipient)* "
        rf"{_SOMEBODY}\b",
        r"\b(no|not an?) (local |valid |active )?(mail ?box|account|user|recipients?|person"
        r"|subscriber)( by| with| named"
        r"| matching| here| found| of that| on this| at this)",
        r"\b(isn't|is not|not|aren't) (an? |in |one of |listed in |our |on |known at )?(an? |the "
        r"|our )?(local |valid |known )?"
        r"(user|mail ?box|directory|customer|list of valid|recipients?|domino|address ?book|account here)",
        r"(doesn't|does not|don't) have an? .{0,40}account|there is no (such|one|user|account|mail ?box)",
        r"no one (here )?by that name|\bno such (person|one)|\bwho are you looking for|badrcptto",
        r"mail ?box (is )?(unavailable|not available)|user(name)? unavailable|recipnotfound",
        r"user\b.{0,60}\bnot listed|not listed in (public|domino|the)",
        r"@[>)\"']*[:,]? (is |was )?(does not exist|doesn't exist|not found|not known|unknown|invalid)",
        r"undeliverable address|address(ee)? unknown|unknown to (us|this)|unknown in (local|virtual"
        r"|relay|my)",
        r"destinatario (sconosciuto|desconocido|inexistente)|usuario (desconocido|inexistente|no existe)"
        r"|utilisateur inconnu|(empf.{1,2}nger|benutzer|adresse|postfach) (unbekannt|existiert nicht"
        r"|nicht gefunden)"
        r"|n'existe pas|no existe|n[aã]o existe|non esiste|inesistente|nie istnieje|не (существует"
        r"|найден)|нет такого|недейств",
    )
)
MOVED = _any(
    (
        rf"\b({_SOMEBODY}|employee|who|s?he)\b.{{0,40}}\b(no longer|not active|inactive|been closed"
        rf"|is closed|deleted|removed"
        r"|terminated|disabled|deactivated|discontinued|expired|cancell?ed|has moved|left the (company"
        r"|organi[sz]ation))",
        r"\bno longer (a )?(valid|active|employed|available|in use|works?|accept\w*|on server|exists?"
        r"|at |with |here)",
    )
)
UNUSED = _any((r"\b(mailbox|account|address)\b.{0,40}\b(blocked|closed|disabled|suspended) .{0,20}inactiv",))
NO_HOST = _any(
    (
        r"\b(host|domain|mail server|mail exchanger)( or domain)?( name)?[:;,]*( \S*)?( is| was| has)?"
        r" (not found|unknown|invalid|could not be found|does not exist|doesn't exist|non-?existent"
        r"|not valid)",
        r"\b(unknown|no such|invalid|bad|illegal|non-?existent) (host|domain|mail server|destination)",
        r"\bnxdomain\b|unrout(e?)able|null ?mx|domain .{0,60}(does ?n[o']t exist|doesn't exist"
        r"|not found|not exist)",
        r"(does not|doesn't|never) accepts? (any )?e?-?mail\b|point to non-?existent hosts?"
        r"|no mail hosts? for",
        r"couldn't find any host|can(not|'t) find .{0,20}host|no mx (record|host)",
    )
)
EVIDENCE = _any(
    (
        r"deliver|return(ed|ing)|reject|fail|bounce|could not|couldn't|cannot|can't|unable|error|refus"
        r"|unknown|no such",
        r"not (found|exist|accept)|quota|exceed|disabled|non remis|zustell"
        r"|entrega|consegn|доставл|配信|送信|退信",
    )
)
PERHAPS = _any((r"\b(may|might|perhaps|possibl\w+|please (check|verify|make sure)|if the)\b",))
DELAYED = _any(
    (
        r"(has|have|was|were|been|is|message) (been )?(temporarily )?delayed|delivery (is )?delayed"
        r"|not yet been delivered",
        r"(will|we'll|shall) (be re-?tried|keep trying|continue|retry|try again|be attempted)"
        r"|still (be )?(trying|being)",
        r"(do not|don't|no) need to re-?send|delay(ed)? notification|warning: (message|could not)"
        r"|no action is required",
        r"delivery attempts will continue|delayed for",
    )
)


def plain(text: str) -> str:
    """The words alone, in one line: without names of hosts, and with a bare @ for every address."""
    return " ".join(_NAMES.sub(" ", _ADDRESSES.sub("@", text)).split())
