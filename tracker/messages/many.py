"""Many incidents as one message, and messages of none: a test, the tracker's own silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sealproof.wording import kind
from tracker.domain.alert import Alert
from tracker.domain.notice import Update
from tracker.messages import parts
from tracker.messages.letters import HEAD_SEPTETS, LEAST_SEPTETS, answer, answer_pieces, title
from tracker.messages.parts import Telling
from tracker.messages.short import Piece, fit
from tracker.ports import Text

SHOWN = 40
"""So many of a digest have a line each. Source: ours: more is read in `tracker alerts list`."""


def digest(telling: Telling) -> Text:
    """All the alerts that the context covers."""
    alerts = list(telling.context.covers)
    first, trucks = _head(alerts, telling), _trucks(alerts, telling)
    pieces = [
        Piece(first, 0, LEAST_SEPTETS, HEAD_SEPTETS),
        Piece(trucks, 2, LEAST_SEPTETS),
        *answer_pieces(telling),
    ]
    link = telling.context.link if telling.update.calls else None
    return Text(
        title=title(first, trucks),
        body="\n".join(_body(first, alerts, telling)),
        short=fit(pieces),
        links={} if link is None else {"acknowledge": link},
        late=_late(alerts, telling) != "",
    )


def _head(alerts: list[Alert], telling: Telling) -> str:
    """How many of which kind, the most frequent first."""
    frame = telling.frame
    grave = max((one.severity for one in alerts), key=lambda severity: severity.rank)
    new = frame.updates[telling.update] or frame.severities[grave]
    if telling.context.by and not telling.update.calls:
        new = f"{new} ({telling.context.by})"
    kinds = Counter(kind(one.kind, telling.language) for one in alerts)
    named = [name if len(kinds) == 1 else f"{n} {name}" for name, n in kinds.most_common()]
    many = frame.many.format(n=len(alerts))
    return f"{_late(alerts, telling)}{new}: {many}: {', '.join(named)}"


def _late(alerts: list[Alert], telling: Telling) -> str:
    """Late are all of them, or none is said to be; the newest says by how much."""
    spans = [parts.behind(one, telling) for one in alerts]
    late = [span for span in spans if span is not None]
    if not late or len(late) < len(spans):
        return ""
    return telling.frame.late.format(ago=parts.while_(min(late), telling.frame)) + ". "


def _trucks(alerts: list[Alert], telling: Telling) -> str:
    named = (_truck(one, telling) for one in reversed(alerts))
    return ", ".join(dict.fromkeys(one for one in named if one))


def _truck(alert: Alert, telling: Telling) -> str:
    """Its plates where they are known, else the shipment, else the device."""
    shipment = alert.shipment or ""
    return telling.context.plates.get(shipment) or shipment or alert.device or ""


def _body(first: str, alerts: list[Alert], telling: Telling) -> Iterator[str]:
    frame = telling.frame
    yield first
    if telling.update.calls:
        yield from answer(telling)
        if telling.context.code or telling.context.link:
            yield frame.answer_all
    yield ""
    newest = list(reversed(alerts))
    for alert in newest[:SHOWN]:
        yield _line(alert, telling)
    if len(newest) > SHOWN:
        yield frame.more.format(n=len(newest) - SHOWN)


def _line(alert: Alert, telling: Telling) -> str:
    truck = _truck(alert, telling)
    named = truck if truck in (alert.shipment, alert.device) else f"{truck} ({alert.shipment})"
    name = kind(alert.kind, telling.language)
    return f"{parts.clock(alert.occurred_at, telling)}  {named}  {name}  {alert.id}"


def of_none(telling: Telling) -> Text:
    """A test of a channel, or that the tracker itself is silent."""
    frame = telling.frame
    first = frame.updates[telling.update] or frame.many.format(n=0)
    says = {Update.TEST: frame.test, Update.WATCHDOG: frame.watchdog}.get(telling.update, "")
    told = [f"{name}: {value}" for name, value in telling.context.facts.items()]
    at = parts.moment(telling.now, telling)
    pieces = [
        Piece(first, 0, LEAST_SEPTETS, HEAD_SEPTETS),
        Piece(says, 1, LEAST_SEPTETS),
        Piece(parts.clock(telling.now, telling), 2),
    ]
    body = "\n".join(one for one in (first, says, *told, at) if one)
    return Text(title=title(first, ""), body=body, short=fit(pieces))
