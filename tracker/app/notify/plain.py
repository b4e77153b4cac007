"""The plainest messages, in English: a `tracker.ports.Composer` for pipes and a first look."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from tracker import wording
from tracker.domain.alert import Alert
from tracker.domain.notice import Update
from tracker.ports import Context, Text

SHORT = 160
"""Characters of an SMS."""
SHOWN = 5
"""So many of a digest are named."""


def compose(
    alert: Alert | None,
    context: Context,
    update: Update,
    *,
    language: str,
    zone: tzinfo,
    now: datetime,
) -> Text:
    """See `tracker.ports.Composer`."""
    if alert is None:
        return _of_many(context, update)
    late = update.calls and now - alert.occurred_at > timedelta(minutes=context.late_min)
    at = f"{alert.occurred_at.astimezone(zone):%Y-%m-%d %H:%M %Z}"
    where = alert.shipment or alert.device or "the tracker"
    title = f"{'LATE: ' if late else ''}{update} {alert.severity} {alert.kind} {where}"
    body = f"{wording.of_alert(alert)}\nsince {at}"
    links = {}
    if alert.lat is not None and alert.lon is not None:
        lat, lon = f"{alert.lat:.5f}", f"{alert.lon:.5f}"
        links["geo"] = f"geo:{lat},{lon}"
        if context.map_link is not None:
            links["map"] = context.map_link.format(lat=lat, lon=lon)
    return Text(title=title, body=body, short=_short(f"{title} {at}"), links=links, late=late)


def _of_many(context: Context, update: Update) -> Text:
    covers = context.covers
    title = f"{update}: {len(covers)} alerts" if covers else f"{update} of the tracker"
    lines = [f"{one.severity} {one.kind} {one.shipment or one.device}" for one in covers[-SHOWN:]]
    return Text(title=title, body="\n".join([title, *lines]), short=_short(title))


def _short(text: str) -> str:
    ascii_only = text.encode("ascii", "replace").decode()
    return ascii_only[:SHORT]
