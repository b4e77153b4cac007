"""What a message says, and in which order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.messages.scenes import NOON, YARD, alert, context, told
from tracker.domain.alert import Alert, AlertKind, Chapter, Severity
from tracker.domain.codes import Code, Fact
from tracker.domain.notice import Update
from tracker.domain.seal import SealState
from tracker.messages import FRAMES
from tracker.messages.frame import Frame
from tracker.ports import Context


def theft() -> Alert:
    facts: dict[str, Fact] = {
        "signals": "seal_opened, jamming",
        "alerts": "S1-2, S1-3",
        "minutes": 14,
    }
    return alert(AlertKind.LIKELY_THEFT, chapters=(Chapter(Code.LIKELY_THEFT, facts),))


def test_it_says_what_a_person_needs() -> None:
    text = told(alert())
    assert text.title == "CRITICAL: seal tampered - 12-AB-3C, S1"
    for line in (
        "the rope was cut",
        "Truck: plates 12-AB-3C, trailer 55-XY-1Z",
        "Shipment: S1",
        "Seal: MXL0001, tampered with",
        "Where: 12 km from Patio Sabinas, km 103.4 of Monterrey - Laredo",
        "  geo:26.50000,-100.20000",
        "  Map: https://maps.example/?q=26.50000,-100.20000",
        "Since: 2025-03-03 12:00 CST (America/Monterrey)",
        "1. Call the driver; no answer in 2 min: 911.",
        "Acknowledge: tracker alerts ack --code 0123456789AB",
    ):
        assert line in text.body.splitlines()
    assert text.links == {
        "geo": "geo:26.50000,-100.20000",
        "map": "https://maps.example/?q=26.50000,-100.20000",
    }
    assert text.short.startswith("CRITICAL: seal tampered. 12-AB-3C, S1. 12:00 CST. ")


def test_it_says_it_in_spanish() -> None:
    text = told(alert(), language="es")
    assert text.title == "CRÍTICA: sello violado - 12-AB-3C, S1"
    assert "cortaron el cable" in text.body
    assert "Dónde: a 12 km de Patio Sabinas, km 103.4 de Monterrey - Laredo" in text.body
    assert text.short.endswith("Clave 0123456789AB")


def test_what_is_not_known_is_left_out() -> None:
    bare = alert(shipment=None, device="L9", lat=None, lon=None)
    text = told(bare, Context())
    assert text.title == "CRITICAL: seal tampered - L9"
    assert "Where: not known" in text.body
    assert "None" not in text.body + text.short + text.title
    assert text.links == {}


@pytest.mark.parametrize(
    ("update", "first"),
    [
        (Update.GRAVER, "NOW GRAVER (CRITICAL): seal tampered"),
        (Update.AGAIN, "AGAIN: seal tampered"),
        (Update.ESCALATED, "NOBODY ANSWERED: seal tampered"),
        (Update.MORE, "More (eva): seal tampered"),
        (Update.ACKNOWLEDGED, "Acknowledged (eva): seal tampered"),
        (Update.OVER, "Over (eva): seal tampered"),
        (Update.CLOSED, "Closed (eva): seal tampered"),
    ],
)
def test_what_is_new_comes_first(update: Update, first: str) -> None:
    assert told(alert(), context(by="eva"), update).title.startswith(first)


def test_who_closed_it_as_what_and_why() -> None:
    facts = {"verdict": "false-detour", "reason": "workshop"}
    known = context(by="eva", cause="alert_closed", facts=facts)
    text = told(alert(), known, Update.CLOSED, language="es")
    assert "Por: eva" in text.body
    assert "Nota: falsa, un desvío justificado: workshop" in text.body
    assert "Qué hacer primero" not in text.body
    assert "0123456789AB" not in text.body


@pytest.mark.parametrize(
    ("update", "cause", "facts", "note"),
    [
        (Update.ACKNOWLEDGED, "alert_acknowledged", {"note": "calling"}, "calling"),
        (Update.ASSIGNED, "alert_assigned", {"assignee": "eva", "note": ""}, "assigned to eva"),
        (Update.COMMENT, "alert_commented", {"text": "calls me"}, "calls me"),
        (Update.OVER, "heard_again", {}, "heard again"),
        (Update.AGAIN, "snooze_time_over", {"until": "20:00Z"}, "snoozed until 20:00Z, which is"),
    ],
)
def test_what_is_new_is_told_in_the_words_of_its_entry(
    update: Update, cause: str, facts: dict[str, Fact], note: str
) -> None:
    assert f"Note: {note}" in told(alert(), context(cause=cause, facts=facts), update).body


def test_nothing_is_noted_where_nobody_said_anything() -> None:
    silent = context(cause="alert_acknowledged", facts={"note": ""})
    assert "Note" not in told(alert(), silent, Update.ACKNOWLEDGED).body
    assert "Note" not in told(alert(), context(cause="rope_cut")).body


def test_who_is_asked_of_the_ladder() -> None:
    def body(step: int) -> str:
        return told(alert(), context(step=step, steps=3), Update.ESCALATED).body

    assert "person 2 of 3 on the list\n" in body(2)
    assert "person 1 of 3 on the list, round 2\n" in body(4)


def test_a_likely_theft_names_its_parts() -> None:
    assert told(theft()).title == "CRITICAL: likely theft (seal opened, jamming) - 12-AB-3C, S1"
    assert "probable robo (sello abierto, inhibidor" in told(theft(), language="es").title


def test_a_truck_that_is_elsewhere_by_now_is_told_with_both_places() -> None:
    gone = replace(YARD, lat=27.0, near="Aduana Nuevo Laredo", near_m=800)
    text = told(alert(), context(now_at=gone, seen_at=NOON + timedelta(minutes=20)))
    assert "Where: 12 km from Patio Sabinas" in text.body
    assert "Last seen (12:20 CST): 800 m from Aduana Nuevo Laredo" in text.body
    assert text.links["geo_now"] == "geo:27.00000,-100.20000"
    assert "27.00000,-100.20000" in text.short
    here = told(alert(), context(now_at=replace(YARD, lat=26.501)))
    assert "Last seen" not in here.body


@pytest.mark.parametrize(
    ("update", "more", "ago"),
    [
        (Update.RAISED, {}, "5 h"),
        (Update.RAISED, {"last_seen": NOON + timedelta(hours=5)}, "5 h"),
        (Update.GRAVER, {"last_seen": NOON + timedelta(hours=5)}, None),
        (Update.GRAVER, {}, "5 h"),
        (Update.ESCALATED, {}, None),
        (Update.ESCALATED, {"raised_at": NOON + timedelta(minutes=45)}, "45 min"),
        (Update.OVER, {}, None),
    ],
)
def test_what_is_told_late_says_so_first(
    update: Update, more: dict[str, object], ago: str | None
) -> None:
    what = replace(alert(), **more)
    text = told(what, update=update, now=NOON + timedelta(hours=5))
    assert text.late == (ago is not None)
    assert text.title.startswith(f"LATE ({ago}). ") == text.late
    assert text.short.startswith("LATE") == text.late


def test_days_are_told_by_their_date() -> None:
    text = told(alert(), now=NOON + timedelta(days=3), language="es")
    assert text.title.startswith("AVISO TARDÍO (3 días). ")
    assert "2025-03-03 12:00 CST" in text.short


def test_a_link_stands_in_place_of_the_code() -> None:
    link = "https://tracker.example.com/a/0123456789AB"
    text = told(alert(), context(link=link))
    assert f"Acknowledge: {link}" in text.body
    assert text.links["acknowledge"] == link
    assert text.short.endswith(link)
    long = told(alert(), context(link=link * 3))
    assert long.short.endswith("Code 0123456789AB")


def test_a_digest_lists_trucks_compactly() -> None:
    many = [alert(AlertKind.SILENCE, number, severity=Severity.WARNING) for number in range(1, 45)]
    known = Context(covers=many, plates={"S44": "44-AA-1B"}, code="0123456789AB")
    text = told(None, known, Update.DIGEST, language="es")
    assert text.title.startswith("Advertencia: 44 alertas: sin señal - 44-AA-1B, S43, S42")
    lines = text.body.splitlines()
    assert "12:00 CST  44-AA-1B (S44)  sin señal  S44-1" in lines
    assert lines[-1] == "y 4 más"
    assert text.short.endswith("Clave 0123456789AB")


def test_a_digest_of_several_kinds_counts_them() -> None:
    kinds = (AlertKind.SILENCE, AlertKind.SILENCE, AlertKind.BATTERY)
    covers = [alert(kind, number) for number, kind in enumerate(kinds)]
    text = told(None, Context(covers=covers), Update.DIGEST, now=NOON + timedelta(hours=9))
    assert text.title == "LATE (9 h). CRITICAL: 3 alerts: 2 silence, 1 battery - S2, S1, S0"
    assert text.late


def test_the_tracker_s_own_silence() -> None:
    text = told(None, Context(facts={"minutes": 7}), Update.WATCHDOG)
    assert text.title == "THE TRACKER IS SILENT"
    assert "minutes: 7" in text.body


@pytest.mark.parametrize("language", FRAMES)
def test_a_language_has_all_words(language: str) -> None:
    frame = FRAMES[language]
    assert set(frame.updates) == set(Update)
    assert set(frame.severities) == set(Severity)
    assert set(frame.seals) == set(map(str, SealState))


def test_no_words_of_one_language_stand_in_another() -> None:
    same = {"minutes", "hours", "km", "trailer"}
    for name in Frame.__struct_fields__:
        english, spanish = (getattr(FRAMES[language], name) for language in ("en", "es"))
        if name not in same:
            assert english != spanish, name
