"""An SMS of whatever kind, in either language, with names of whatever length, is one SMS."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.messages.scenes import NOON, YARD, alert, context, plan, told
from tracker.domain.alert import AlertKind, Chapter, Severity
from tracker.domain.codes import Code
from tracker.domain.notice import Update
from tracker.messages import FRAMES
from tracker.messages.gsm import SHORT, septets
from tracker.ports import Context

NAMES = st.text(min_size=1, max_size=120)
LINK = "https://tracker.example.com/a/0123456789AB"
CODE = "0123456789AB"
LANGUAGES = pytest.mark.parametrize("language", FRAMES)


@LANGUAGES
@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("update", Update)
def test_every_kind_and_update_fits(kind: AlertKind, update: Update, language: str) -> None:
    for late_h in (0, 5, 300):
        now = NOON + timedelta(hours=late_h, minutes=1)
        for known in (context(), context(link=LINK), context(by="eva", step=4, steps=3)):
            text = told(alert(kind), known, update, language=language, now=now)
            assert septets(text.short) <= SHORT
            assert len(text.title) <= 100
            assert (LINK in text.short or CODE in text.short) == update.calls


@LANGUAGES
@settings(deadline=None, max_examples=60)
@given(
    plates=st.text(min_size=1, max_size=17),
    zone=NAMES,
    corridor=NAMES,
    device=NAMES,
    by=NAMES,
    note=NAMES,
    link=st.none() | st.just(LINK) | st.just(LINK * 4),
    kind=st.sampled_from(AlertKind),
    update=st.sampled_from(Update),
    severity=st.sampled_from(Severity),
    ago_min=st.integers(0, 10**6),
)
def test_names_of_any_length_and_script_fit(
    language: str, plates: str, zone: str, corridor: str, device: str, by: str, note: str,
    link: str | None, kind: AlertKind, update: Update, severity: Severity, ago_min: int,
) -> None:  # fmt: skip
    place = replace(YARD, zone=zone, corridor=corridor)
    known = context(
        plan=plan(plates=plates),
        place=place,
        now_at=replace(place, lat=28.0),
        seen_at=NOON,
        by=by,
        facts={"note": note},
        link=link,
    )
    what = alert(
        kind,
        device=device,
        severity=severity,
        chapters=(Chapter(Code.LIKELY_THEFT, {"signals": note, "alerts": by, "minutes": 3}),),
    )
    text = told(what, known, update, language=language, now=NOON + timedelta(minutes=ago_min))
    assert septets(text.short) <= SHORT
    assert "\n" not in text.title
    if update.calls:
        assert LINK in text.short or CODE in text.short


@LANGUAGES
@given(names=st.lists(NAMES, min_size=1, max_size=60), update=st.sampled_from(Update))
@settings(deadline=None, max_examples=30)
def test_a_digest_fits(language: str, names: list[str], update: Update) -> None:
    covers = [alert(AlertKind.SILENCE, number, shipment=name) for number, name in enumerate(names)]
    known = Context(covers=covers, code=CODE, plates={names[0]: "ñ" * 17})
    text = told(None, known, update, language=language)
    assert septets(text.short) <= SHORT
    assert (CODE in text.short) == update.calls
    assert len(text.title) <= 100


@LANGUAGES
@pytest.mark.parametrize("update", Update)
def test_what_belongs_to_no_alert_fits(update: Update, language: str) -> None:
    text = told(None, Context(facts={"minutes": 7}), update, language=language)
    assert text.title
    assert septets(text.short) <= SHORT
