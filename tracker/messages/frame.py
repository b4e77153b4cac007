"""What a language needs to frame a message: the words around what happened."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tracker.domain.alert import Severity
from tracker.domain.notice import Update


class Frame(Struct, frozen=True, kw_only=True):
    """One language. Words in braces are filled in.

    severities: before the kind in a title. updates: what is new, the first words of a title; where
    it is "", the severity is. late: before all else. ago: how long, by unit.
    seals: states of a seal. verdicts are `sealproof.wording`'s.
    """

    severities: Mapping[Severity, str]
    updates: Mapping[Update, str]
    late: str
    minutes: str
    hours: str
    days: str

    many: str
    more: str
    test: str
    watchdog: str

    severity: str
    alert: str
    shipment: str
    truck: str
    plates: str
    trailer: str
    device: str
    seal: str
    seals: Mapping[str, str]
    where: str
    now: str
    inside: str
    near: str
    km: str
    unplaced: str
    since: str
    sure: str
    evidence: str
    evidence_until: str
    backlog: str
    parts: str
    did_by: str
    note: str
    asked: str
    asked_again: str
    first: str
    map: str
    answer_link: str
    answer_code: str
    answer_all: str
    code: str
