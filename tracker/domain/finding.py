"""Findings: what the engine concluded. Each becomes one entry of the custody log.

A finding is a code and facts. Words are made of them when somebody reads it (`tracker.wording`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from tracker.domain.codes import Code, Fact, FactType, MaybeInt, MaybeText


class FindingType(enum.StrEnum):
    SHIPMENT_OPENED = "shipment_opened"
    SHIPMENT_AMENDED = "shipment_amended"
    SHIPMENT_CLOSED = "shipment_closed"
    CLOSING_CORRECTED = "closing_corrected"
    SHIPMENT_HEAD = "shipment_head"
    SEAL_STATE = "seal_state"
    SEAL_RECORDED = "seal_recorded"
    SEAL_NUMBER_READ = "seal_number_read"
    OPENING_AUTHORISED = "opening_authorised"
    DELAY_EXCUSED = "delay_excused"
    CUSTODY_OFFERED = "custody_offered"
    CUSTODY_ACCEPTED = "custody_accepted"
    ZONE_ENTERED = "zone_entered"
    ZONE_LEFT = "zone_left"
    ZONE_PASSED = "zone_passed"
    ZONES_IN_FORCE = "zones_in_force"
    ZONES_REDRAWN = "zones_redrawn"
    LEG_COMPLETED = "leg_completed"
    COVERAGE_GAP = "coverage_gap"
    READINGS_BOUND = "readings_bound"
    DEVICE_SEEN = "device_seen"
    CLOCK_LEARNT = "clock_learnt"
    CLOCK_STEPPED = "clock_stepped"
    COMMAND_SENT = "command_sent"
    COMMAND_RESULT = "command_result"
    ALERT_RAISED = "alert_raised"
    ALERT_CHANGED = "alert_changed"
    ALERT_ENDED = "alert_ended"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_ESCALATED = "alert_escalated"
    ALERT_ASSIGNED = "alert_assigned"
    ALERT_COMMENTED = "alert_commented"
    ALERT_SNOOZED = "alert_snoozed"
    ALERT_WOKEN = "alert_woken"
    ALERT_CLOSED = "alert_closed"
    NOTIFIED = "notified"
    RULE_FAILED = "rule_failed"
    KEY_ROTATED = "key_rotated"
    SEALS_ISSUED = "seals_issued"
    SEAL_VOIDED = "seal_voided"
    DATA_ERASED = "data_erased"
    RECORD_SHARED = "record_shared"
    SHARE_WITHDRAWN = "share_withdrawn"
    RECORD_READ = "record_read"
    USER_CHANGED = "user_changed"


_ALERT: Mapping[str, FactType] = {
    "alert": str,
    "kind": str,
    "severity": str,
    "status": str,
    "count": int,
}
OF_TYPE: Mapping[FindingType, Mapping[str, FactType]] = {
    FindingType.SEAL_STATE: {"from": str, "to": str, "number": MaybeText, "lock_count": MaybeInt},
    FindingType.SHIPMENT_CLOSED: {"entries": int, "number": MaybeText},
    **{type_: _ALERT for type_ in FindingType if type_.value.startswith("alert_")},
}
"""Facts that every finding of a type has, besides those of its code; no name is in both."""

OF_ANY: Mapping[str, FactType] = {"clock": str}
"""Facts that any finding may have: how the time of the reading it rests on was found, where it is
not the device's own (`devices.reading.Clock`)."""

PERSONAL_FACTS = frozenset({"officer", "argument.user", "contact", "assignee", "reader", "user"})
"""Facts that name a person: they enter the log as commitments, as `actor` does."""
SYSTEM_ACTOR = "tracker"
"""The tracker itself acts under this name, which is nobody's."""


class Finding(Struct, frozen=True, kw_only=True):
    """One conclusion. `scope` is the shipment's id, "device:<id>" for a device without a shipment,
    or "tracker:zones" for what concerns all of them.

    occurred_at: by the device's clock (or the actor's statement); recorded_at: when the tracker
    took the input it came from. evidence: the identity of the reading it rests on.
    facts: those of its type (`OF_TYPE`) and of its code; no floats (they enter the log as
    canonical JSON).
    """

    type: FindingType
    scope: str
    occurred_at: datetime
    recorded_at: datetime
    device: str | None = None
    late: bool = False
    lat: float | None = None
    lon: float | None = None
    zone: str | None = None
    actor: str | None = None
    code: Code
    evidence: str | None = None
    facts: dict[str, Fact] = {}

    def personal(self) -> dict[str, str]:
        """What names a person, by its place in the leaf: {"payload.actor": "ana"}."""
        found = {
            f"payload.facts.{name}": str(self.facts[name])
            for name in PERSONAL_FACTS & self.facts.keys()
            if self.facts[name] is not None
        }
        if self.actor is not None and self.actor != SYSTEM_ACTOR:
            found["payload.actor"] = self.actor
        return found
