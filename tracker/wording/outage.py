"""What the watchdog says, in words: that nobody is watching, and that somebody is again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

from tracker.domain.dead_man import DeadMan, Ill, Wrong
from tracker.ports import Text

WHAT: Mapping[str, Mapping[Ill, str]] = {
    "en": {
        Ill.SILENT: "no sign of life from the tracker since {since}",
        Ill.ENDED: "the tracker was ended at {since}, and has not been started again",
        Ill.GONE: "the tracker's connection broke; its last sign of life is of {since}",
        Ill.DEAF: "the tracker runs and hears nothing since {since} ({why})",
        Ill.NEVER: "no tracker has shown a sign of life since {since}",
        Ill.BROKER: "the broker is out of reach since {since} ({why})",
    },
    "es": {
        Ill.SILENT: "el rastreador no da señales de vida desde {since}",
        Ill.ENDED: "el rastreador se detuvo a las {since} y nadie lo ha vuelto a arrancar",
        Ill.GONE: "se cortó la conexión del rastreador; su última señal de vida es de {since}",
        Ill.DEAF: "el rastreador funciona, pero no oye nada desde {since} ({why})",
        Ill.NEVER: "ningún rastreador ha dado señales de vida desde {since}",
        Ill.BROKER: "no se alcanza el broker desde {since} ({why})",
    },
}
OUTAGE = {
    "en": (
        "NOBODY IS WATCHING the trucks",
        "Start it: `tracker doctor` says what is wrong.",
    ),
    "es": ("NADIE VIGILA los camiones", "Arránquelo: `tracker doctor` dice qué falla."),
}
OVER = {
    "en": ("the trucks are watched again", "It was an outage from {since} to {until}: {what}."),
    "es": ("los camiones se vigilan de nuevo", "Hubo una falla de {since} a {until}: {what}."),
}
SHORT = 160
"""Characters of an SMS."""
_PLAIN = str.maketrans("áíóúÁÍÓÚ", "aiouAIOU")
"""Letters that GSM 03.38 has not."""


def what_is_wrong(ills: Sequence[Wrong], *, language: str, zone: tzinfo) -> str:
    return "; ".join(
        WHAT[language][one.what].format(since=_moment(one.since, zone), why=one.why) for one in ills
    )


def outage(state: DeadMan, *, language: str, zone: tzinfo) -> Text:
    """Begun or, once `over_at` is set, over."""
    told = what_is_wrong(state.wrong, language=language, zone=zone)
    if state.over_at is None or state.outage_at is None:
        title, mend = OUTAGE[language]
        return _text(title, f"{told}.\n{mend}", f"{title}: {told}")
    title, sentence = OVER[language]
    since = min((one.since for one in state.wrong), default=state.outage_at)
    until = _moment(state.over_at, zone)
    body = sentence.format(since=_moment(since, zone), until=until, what=told)
    return _text(title, body, f"{title} ({until})")


def _text(title: str, body: str, short: str) -> Text:
    return Text(title=title, body=body, short=short.translate(_PLAIN)[:SHORT])


def _moment(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
