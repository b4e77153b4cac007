"""One incident as a message: title, body and SMS, for one reader.

The order is that of need: what is new and what it is, which truck, where, since when, how sure,
what to do first, how to answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from sealproof.wording import words
from tracker.domain.alert import Alert
from tracker.domain.notice import Update
from tracker.messages import parts
from tracker.messages.parts import Telling
from tracker.messages.playbooks import Playbook
from tracker.messages.short import Piece, fit
from tracker.ports import Place, Text

TITLE = 100
"""Characters of a title. Source: ours: what a telephone's notification shows on two lines."""
LINK_SEPTETS = 64
"""A link that is longer leaves an SMS no room: it carries the code instead. Source: ours."""
HEAD_SEPTETS, WHO_SEPTETS, WHERE_SEPTETS = 64, 40, 60
"""No more of each in an SMS, so that each has room beside the others. Source: ours."""
LEAST_SEPTETS = 10
"""A piece that is cut shorter says nothing. Source: ours."""
LEAST_WORDS = 20
"""Nor does a sentence that is cut shorter. Source: ours."""

SNOOZE = "snooze_"
"""So begin the codes that say why what was snoozed calls again."""


def letter(alert: Alert, telling: Telling, playbook: Playbook | None) -> Text:
    """The message of one alert."""
    calls = telling.update.calls
    late = parts.behind(alert, telling)
    return Text(
        title=title(head(alert, telling), parts.who(alert, telling)),
        body="\n".join(_body(alert, telling, playbook if calls else None)),
        short=_short(alert, telling, playbook if calls else None),
        links=_links(alert, telling),
        late=late is not None,
    )


def head(alert: Alert, telling: Telling) -> str:
    """The first words: late, what is new (of what is raised: how grave), what it is."""
    frame, context = telling.frame, telling.context
    new = frame.updates[telling.update] or frame.severities[alert.severity]
    if telling.update is Update.GRAVER:
        new = f"{new} ({frame.severities[alert.severity]})"
    elif context.by and not telling.update.calls:
        new = f"{new} ({context.by})"
    behind = parts.behind(alert, telling)
    late = "" if behind is None else frame.late.format(ago=parts.while_(behind, frame)) + ". "
    return f"{late}{new}: {parts.what(alert, telling)}"


def title(first: str, who: str) -> str:
    """On one line; a name that is too long is cut, not what happened."""
    whole = " ".join(f"{first} - {who}".split() if who else first.split())
    return whole if len(whole) <= TITLE else whole[: TITLE - 1].rstrip() + "…"


def _body(alert: Alert, telling: Telling, playbook: Playbook | None) -> Iterator[str]:
    frame = telling.frame
    yield head(alert, telling)
    yield parts.happened(alert, telling)
    yield from _news(telling)
    yield ""
    yield from _truck(alert, telling)
    yield from _where(alert, telling)
    yield f"{frame.since}: {parts.moment(alert.occurred_at, telling)}"
    yield f"{frame.sure}: {parts.evidence(alert, telling)}"
    yield f"{frame.severity}: {frame.severities[alert.severity]}"
    yield f"{frame.alert}: {alert.id}"
    if playbook is not None:
        yield ""
        yield f"{frame.first}:"
        for number, step in enumerate((playbook.first, *playbook.then), start=1):
            yield f"{number}. {step}"
    if telling.update.calls:
        yield from answer(telling)


def _news(telling: Telling) -> Iterator[str]:
    """Who is asked now; what somebody said of it, and what it turned out to be."""
    frame, context = telling.frame, telling.context
    if context.step and telling.update is Update.ESCALATED:
        yield _asked(telling)
    if context.by and not telling.update.calls:
        yield f"{frame.did_by}: {context.by}"
    if context.cause and (not telling.update.calls or context.cause.startswith(SNOOZE)):
        noted = words(context.cause, context.facts, telling.language)
        if noted:
            yield f"{frame.note}: {noted}"


def _truck(alert: Alert, telling: Telling) -> Iterator[str]:
    frame, context = telling.frame, telling.context
    plates, trailer = parts.plates(telling), parts.trailer(telling)
    named = [frame.plates.format(plates=plates)] if plates else []
    named += [frame.trailer.format(plates=trailer)] if trailer else []
    if named:
        yield f"{frame.truck}: {', '.join(named)}"
    if alert.shipment:
        yield f"{frame.shipment}: {alert.shipment}"
    if alert.device:
        yield f"{frame.device}: {alert.device}"
    if context.seal or context.sealed:
        state = frame.seals.get(context.sealed or "", context.sealed or "")
        yield f"{frame.seal}: {', '.join(one for one in (context.seal, state) if one)}"


def _where(alert: Alert, telling: Telling) -> Iterator[str]:
    frame, context = telling.frame, telling.context
    there, now = parts.happened_at(alert, telling), parts.moved_to(alert, telling)
    if there is None and now is None:
        yield f"{frame.where}: {frame.unplaced}"
    if there is not None:
        yield from _place(frame.where, there, telling)
    if now is not None:
        seen = f" ({parts.clock(context.seen_at, telling)})" if context.seen_at else ""
        yield from _place(f"{frame.now}{seen}", now, telling)


def _place(label: str, place: Place, telling: Telling) -> Iterator[str]:
    urls = parts.links(place, telling.context.map_link)
    yield f"{label}: {parts.in_words(place, telling.frame) or ', '.join(parts.degrees(place))}"
    yield f"  {urls['geo']}"
    if "map" in urls:
        yield f"  {telling.frame.map}: {urls['map']}"


def answer(telling: Telling) -> Iterator[str]:
    """How the reader acknowledges."""
    frame, context = telling.frame, telling.context
    if context.link is not None:
        yield ""
        yield frame.answer_link.format(link=context.link)
    elif context.code is not None:
        yield ""
        yield frame.answer_code.format(code=context.code)


def _asked(telling: Telling) -> str:
    """Who of the ladder this reader is, and for which time it is gone through."""
    frame, step, steps = telling.frame, telling.context.step, telling.context.steps or 1
    round_, place = divmod(step - 1, steps)
    words = frame.asked_again if round_ else frame.asked
    return words.format(step=place + 1, steps=steps, round=round_ + 1)


def _short(alert: Alert, telling: Telling, playbook: Playbook | None) -> str:
    there, now = parts.happened_at(alert, telling), parts.moved_to(alert, telling)
    place = now or there
    where = parts.in_words(place, telling.frame) if place else ""
    if where and now is not None:
        where = f"{telling.frame.now}: {where}"
    pieces = [
        Piece(head(alert, telling), 0, LEAST_SEPTETS, HEAD_SEPTETS),
        Piece(parts.who(alert, telling), 2, LEAST_SEPTETS, WHO_SEPTETS),
        Piece(parts.clock(alert.occurred_at, telling), 3),
        Piece(where, 5, LEAST_SEPTETS, WHERE_SEPTETS),
        Piece(",".join(parts.degrees(place)) if place else "", 4),
        Piece(playbook.first if playbook else "", 6),
        Piece(parts.happened(alert, telling), 7, LEAST_WORDS),
        *answer_pieces(telling),
    ]
    return fit(pieces)


def answer_pieces(telling: Telling) -> tuple[Piece, ...]:
    """The link, if an SMS has room for it, else the code; whole, before all but the first words."""
    context = telling.context
    if not telling.update.calls:
        return ()
    if context.link is not None and len(context.link) <= LINK_SEPTETS:
        return (Piece(context.link, 1),)
    return (Piece(f"{telling.frame.code} {context.code}", 1),) if context.code else ()


def _links(alert: Alert, telling: Telling) -> dict[str, str]:
    """Of where it happened, and of where the truck is by now (`_now`) if that is elsewhere."""
    context = telling.context
    there, now = parts.happened_at(alert, telling), parts.moved_to(alert, telling)
    named = {} if there is None else parts.links(there, context.map_link)
    if now is not None:
        named |= {f"{name}_now": url for name, url in parts.links(now, context.map_link).items()}
    if telling.update.calls and context.link is not None:
        named["acknowledge"] = context.link
    return named
