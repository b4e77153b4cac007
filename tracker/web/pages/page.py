"""One page: who reads it, in which language and zone, and the template that makes it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from tracker.app.people.entering import Entered
from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.web.faults import Fault
from tracker.web.words import LANGUAGES, Words, preferred

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
LANGUAGE_COOKIE, ZONE_COOKIE = "tracker_language", "tracker_zone"


class Reader:
    """Who reads: its language, and the zone in which it is shown times."""

    def __init__(self, request: Request, entered: Entered | None, config: Config) -> None:
        self.entered = entered
        user = entered.user if entered else None
        asked = (user and user.language) or request.cookies.get(LANGUAGE_COOKIE)
        usual = config.display.language
        heard = preferred(request.headers.get("accept-language", ""), usual)
        self.words = Words(asked if asked in LANGUAGES else heard)
        named = (user and user.time_zone) or request.cookies.get(ZONE_COOKIE)
        self.zone = _zone(named) or _zone(config.display.timezone) or ZoneInfo("UTC")

    def moment_of(self, text: str) -> datetime:
        """What a form's field says: without a zone it is of the reader's. Raises UsageError."""
        try:
            at = datetime.fromisoformat(text)
        except ValueError as error:
            raise UsageError(f"{text!r} is no time", mend="2026-03-01T08:00") from error
        return at if at.tzinfo is not None else at.replace(tzinfo=self.zone)

    def moment(self, at: datetime | None, *, day: bool = True) -> Markup:
        """A `time` element: in the reader's zone, with the zone; UTC where one points at it."""
        if at is None:
            return Markup("")
        there = at.astimezone(self.zone)
        text = there.strftime("%Y-%m-%d %H:%M:%S %Z" if day else "%H:%M %Z")
        utc = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        stamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return Markup('<time datetime="{}" title="{}">{}</time>').format(
            stamp, escape(utc), escape(text)
        )


def _zone(name: str | None) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def page(
    request: Request,
    template: str,
    entered: Entered | None = None,
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    """Rendered for whoever asks. Every template has `words`, `moment`, `viewer`, `csrf`, `path`."""
    reader = Reader(request, entered, request.app.state.office.config)
    session = entered.session if entered else None
    text = TEMPLATES.get_template(template).render(
        words=reader.words,
        language=reader.words.language,
        zone=reader.zone.key,
        moment=reader.moment,
        viewer=entered.viewer if entered else None,
        shared=entered is not None and entered.share is not None,
        csrf=session.csrf if session else "",
        path=request.url.path,
        now_s=request.app.state.office.now().timestamp(),
        request_query=request.url.query,
        **values,
    )
    return Response(text, status, media_type="text/html; charset=utf-8")


def fault_page(request: Request, fault: Fault) -> Response:
    answer = page(request, "fault.html", status=fault.status, fault=fault)
    answer.headers.update(fault.headers)
    return answer
