"""What a finding says, as a code with the facts that belong to it. Words are made elsewhere, when
somebody reads them (`sealproof.wording`); nothing is decided by them.

A code is stable: it stands in custody entries for good. Its facts are typed, and no floats: numbers
are integers with their unit in the name. Where one is a list, it is its items joined by ", ".
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType, UnionType

Fact = str | int | bool | None
FactType = type | UnionType
MaybeText, MaybeInt = str | None, int | None


class Code(enum.StrEnum):
    """Each with what its facts are called, and their types. A name that ends in "*" stands for all
    that begin so.
    """

    facts: Mapping[str, FactType]

    def __new__(cls, value: str, facts: Mapping[str, FactType] = MappingProxyType({})) -> Code:
        code = str.__new__(cls, value)
        code._value_, code.facts = value, facts
        return code

    # The record: shipments, zones, the log itself

    SHIPMENT_OPENED = "shipment_opened", {"document_sha256": str}
    SHIPMENT_AMENDED = (
        "shipment_amended",
        {"changed": str, "reason": str, "document_sha256": str},
    )
    DELIVERED = "delivered", {"reason": str}
    GIVEN_UP = "given_up", {"reason": str}
    CLOSING_CORRECTED = "closing_corrected", {"reason": str, "number": MaybeText}
    RECORD_HANDED_OUT = "record_handed_out", {"entries": int}
    READINGS_BOUND = "readings_bound", {"readings": int, "fresh": int}
    ZONES_IN_FORCE = (
        "zones_in_force",
        {"version": str, "previous": MaybeText, "zones": int, "corridors": int},
    )
    ZONES_REDRAWN = (
        "zones_redrawn",
        {"version": str, "now_in": MaybeText, "no_longer_in": MaybeText},
    )
    KEY_ROTATED = "key_rotated", {"key": str, "previous": str}
    HOST_CLOCK_STEPPED = "host_clock_stepped", {"seconds": int, "restarted": bool}
    DATA_ERASED = "data_erased", {"values": int, "reason": str, "*": int}
    RULE_FAILED = "rule_failed", {"rule": str, "error": str}
    RECORD_SHARED = "record_shared", {"share": str, "reader": str, "until": str}
    SHARE_WITHDRAWN = "share_withdrawn", {"share": str, "reader": str}
    RECORD_READ = (
        "record_read",
        {"what": str, "share": MaybeText, "role": MaybeText, "request": str},
    )
    USER_CHANGED = "user_changed", {"user": str, "change": str, "role": str, "request": str}

    # The journey

    ZONE_ENTERED = "zone_entered", {"kind": MaybeText, "name": str}
    ZONE_LEFT = "zone_left", {"kind": MaybeText, "name": str, "minutes": MaybeInt}
    ZONE_PASSED = "zone_passed", {"kind": MaybeText, "name": str, "since": str, "fixes": int}
    LEG_COMPLETED = "leg_completed", {"leg": int, "legs": int}
    LEG_OVERDUE = "leg_overdue", {"leg": int, "goal": MaybeText, "latest": str}
    DELAY_EXCUSED = "delay_excused", {"leg": int, "until": str, "reason": str}
    DELAY_IS_EXCUSED = "delay_is_excused", {"until": str}
    ARRIVED = "arrived"
    OFF_CORRIDOR = "off_corridor", {"offset_m": int, "minutes": MaybeInt}
    BACK_ON_CORRIDOR = "back_on_corridor"
    STANDING_UNPLANNED = "standing_unplanned", {"minutes": int}
    STANDING_ASLEEP = "standing_asleep", {"minutes": int}
    STANDING_FIRST_MILE = "standing_first_mile", {"minutes": int}
    STANDING_LAST_MILE = "standing_last_mile", {"minutes": int}
    MOVES_ON = "moves_on"
    RESTRICTED_ZONE_ENTERED = "restricted_zone_entered", {"name": str}
    RESTRICTED_ZONE_PASSED = "restricted_zone_passed", {"name": str, "fixes": int}
    RESTRICTED_ZONE_LEFT = "restricted_zone_left"
    WRONG_CROSSING_APPROACHED = "wrong_crossing_approached", {"place": str}
    CROSSED_ELSEWHERE = (
        "crossed_elsewhere",
        {"country": str, "planned": str, "bridge": MaybeText},
    )

    FELL_BACK = "fell_back", {"back_m": int, "minutes": int}
    TURNED_BACK = "turned_back", {"back_m": int, "minutes": int}
    HEADING_HOME = "heading_home", {"back_m": int, "minutes": int}
    CAME_HOME = "came_home", {"back_m": int, "minutes": int}
    ON_ITS_WAY_AGAIN = "on_its_way_again"
    WAYPOINT_MISSED = "waypoint_missed", {"name": str}
    WAYPOINT_OUT_OF_ORDER = "waypoint_out_of_order", {"name": str, "before": str}
    WAYPOINT_REACHED = "waypoint_reached"
    DEVICES_APART = (
        "devices_apart",
        {"device": str, "other": str, "distance_m": int, "seconds_between": int},
    )
    DEVICES_TOGETHER = "devices_together"
    LIKELY_THEFT = "likely_theft", {"signals": str, "alerts": str, "minutes": int}

    # Coverage

    COVERAGE_GAP = "coverage_gap", {"from": str, "seconds": int}
    NEVER_HEARD = "never_heard", {"minutes": int}
    SILENT_MOVING = "silent_moving", {"minutes": int}
    SILENT_PARKED = "silent_parked", {"minutes": int}
    SILENT_AFTER_JAMMING = "silent_after_jamming", {"minutes": int}
    SILENT_IN_COLLAPSE = "silent_in_collapse", {"minutes": int}
    HEARD_AGAIN = "heard_again"
    REPORTS_SLOWLY = "reports_slowly", {"every_s": int, "asked_s": int}
    REPORTS_AS_ASKED = "reports_as_asked"
    JAMMING_REPORTED = "jamming_reported"
    SATELLITES_COLLAPSED = "satellites_collapsed"
    STILL_JAMMED = "still_jammed"
    RECEPTION_BACK = "reception_back"
    POSITION_NOT_CREDIBLE = (
        "position_not_credible",
        {
            "fault": str,
            "coordinate": MaybeText,
            "told_lat": str,
            "told_lon": str,
            "metres": MaybeInt,
            "seconds": MaybeInt,
            "kmh": MaybeInt,
        },
    )
    COURSE_AGAINST_MOVEMENT = (
        "course_against_movement",
        {"told_deg": int, "moved_deg": int, "metres": int, "seconds": int},
    )
    SPEED_AGAINST_MOVEMENT = (
        "speed_against_movement",
        {"told_kmh": int, "kmh": int, "metres": int, "seconds": int},
    )
    FAR_FROM_CELL = "far_from_cell", {"metres": int}
    TRACK_REPLAYED = "track_replayed", {"positions": int}
    DEVICE_ID_TWICE = "device_id_twice", {"returns": int, "metres": int}
    SATELLITES_FEW = "satellites_few", {"satellites": int, "cell_dbm": int}
    HDOP_POOR = "hdop_poor", {"hdop_tenths": int}
    ALTITUDE_JUMPED = "altitude_jumped", {"before_m": int, "told_m": int}
    POSITION_CREDIBLE = "position_credible"
    POSITION_LOST = "position_lost", {"minutes": int}
    POSITION_FROZEN = "position_frozen", {"minutes": int}
    POSITION_BACK = "position_back"
    CLOCK_AHEAD = "clock_ahead", {"minutes": int}
    CLOCK_BEHIND = "clock_behind", {"minutes": int}
    CLOCK_ROLLED_OVER = "clock_rolled_over", {"weeks": int}
    CLOCK_UNSET = "clock_unset"
    CLOCK_IN_ZONE = "clock_in_zone", {"offset_min": int}
    CLOCK_LEARNT = "clock_learnt", {"offset_min": int, "reports": int}
    CLOCK_RIGHT = "clock_right"
    BATTERY_LOW = "battery_low", {"percent": int, "threshold": int}
    BATTERY_LOW_TOLD = "battery_low_told"
    BATTERY_RECOVERED = "battery_recovered", {"percent": int}
    UNKNOWN_DEVICE = "unknown_device", {"device": str}
    NOT_UNDERSTOOD = "not_understood", {"place": str, "sha256": str}
    UNDERSTOOD_AGAIN = "understood_again"
    BROKEN_BEFORE_SHIPMENT = (
        "broken_before_shipment",
        {"number": MaybeText, "state": MaybeText, "events": MaybeText},
    )

    # Custody

    CUSTODY_OFFERED = "custody_offered", {"from": str, "to": str, "number": str, "state": str}
    CUSTODY_ACCEPTED = "custody_accepted", {"from": str, "to": str, "number": str}
    DECLARED_NUMBER_NOT_IN_FORCE = (
        "declared_number_not_in_force",
        {"releaser": str, "declared": str, "in_force": str},
    )
    READ_NUMBER_DIFFERS = (
        "read_number_differs",
        {"releaser": str, "declared": str, "receiver": str, "read": str},
    )
    CUSTODY_NOT_ACCEPTED = "custody_not_accepted", {"releaser": str, "receiver": str}
    OFFER_REPLACED = "offer_replaced"
    HANDOVER_COMPLETED = "handover_completed"

    # What people record of seals, and tell locks

    SEALS_ISSUED = "seals_issued", {"first": str, "last": str, "count": int, "to": MaybeText}
    SEAL_VOIDED = "seal_voided", {"number": str, "reason": str}
    SEAL_RECORDED = (
        "seal_recorded",
        {
            "number": str,
            "lock": MaybeText,
            "officer": MaybeText,
            "agency": MaybeText,
            "reason": str,
            "verified": bool,
            "incident": bool,
        },
    )
    OPENING_AUTHORISED = (
        "opening_authorised",
        {
            "agency": str,
            "officer": MaybeText,
            "credential": MaybeText,
            "from": MaybeText,
            "until": MaybeText,
            "reason": str,
        },
    )
    COMMAND_SENT = (
        "command_sent",
        {
            "device": str,
            "dialect": str,
            "command": str,
            "order": str,
            "reason": str,
            "leave_agency": MaybeText,
            "leave_zone": MaybeText,
            "leave_reason": MaybeText,
            "argument.*": str,
        },
    )
    COMMAND_RESULT = (
        "command_result",
        {"device": str, "command": str, "order": str, "status": str, "refusal": MaybeText},
    )

    # Seals from the issue to the sealing

    ISSUED_TO_SHIPMENT = "issued_to_shipment"
    ISSUED_NUMBER_ACTIVE = "issued_number_active", {"number": str, "elsewhere": str}
    ISSUED_NUMBER_RETIRED = "issued_number_retired", {"number": str, "elsewhere": str}
    SEALED_WITHOUT_SHIPMENT = "sealed_without_shipment", {"number": MaybeText}
    SEALED = "sealed", {"named": MaybeText}
    SEALED_IN_DOUBT = (
        "sealed_in_doubt",
        {"outside_loading": bool, "moving": bool, "minutes_after_loading": MaybeInt},
    )
    NUMBER_VOID = "number_void", {"number": str}
    NUMBER_NEVER_ISSUED = "number_never_issued", {"number": str}
    NUMBER_ON_OTHER_SHIPMENT = "number_on_other_shipment", {"number": str, "elsewhere": str}
    LOCK_CARRIES_OTHER_NUMBER = "lock_carries_other_number", {"read": str, "in_force": str}
    NUMBER_WRITTEN_OTHERWISE = "number_written_otherwise", {"read": str, "in_force": str}
    RECORDED_OTHER_NUMBER = "recorded_other_number", {"read": str, "in_force": str}

    # Seals that are opened

    OPENED_WHERE_FORBIDDEN = "opened_where_forbidden", {"places": MaybeText}
    FOUND_OPEN_AFTER_SILENCE = "found_open_after_silence"
    OPENED_WHILE_MOVING = "opened_while_moving"
    OPENED_WITH_LEAVE = "opened_with_leave", {"places": MaybeText, "agency": str, "reason": str}
    OPENED_OFF_ROUTE = "opened_off_route"
    OPENED_WITHOUT_CREDENTIAL = "opened_without_credential", {"places": MaybeText}
    OPENED_WHERE_UNUSUAL = "opened_where_unusual", {"places": MaybeText}
    OPENED_LEAVE_OWED = "opened_leave_owed", {"places": MaybeText}
    OPENED_AT_UNPLANNED_STOP = "opened_at_unplanned_stop", {"places": MaybeText}
    STILL_OPEN = "still_open"
    OPENING_WORD_AWAITED = "opening_word_awaited", {"places": MaybeText}
    OPENING_PROVEN = "opening_proven"
    OPENING_NOT_RECORDED = "opening_not_recorded", {"within_min": int}
    OPENING_RECORDED = "opening_recorded"
    UNLOCK_REFUSED = (
        "unlock_refused",
        {
            "events": str,
            "times": MaybeInt,
            "within_min": int,
            "off_route": bool,
            "credential_kind": MaybeText,
            "credential": MaybeText,
        },
    )

    # Seals that are violated, or fail

    ROPE_CUT = "rope_cut"
    SHELL_OPENED = "shell_opened"
    COVER_OPENED_THEN_MOVED = "cover_opened_then_moved"
    COVER_OPENED = "cover_opened"
    VIBRATION = "vibration"
    VIBRATION_WITH_SIGN = "vibration_with_sign", {"sign": str}
    MOTOR_STUCK = "motor_stuck"
    LOCK_FAULT = "lock_fault"
    FAULT_OVER = "fault_over"
    SEAL_UNHEARD = "seal_unheard", {"minutes": int}
    SEAL_HEARD_AGAIN = "seal_heard_again"

    # Seals that are sealed again, heard again, inspected, released

    RESEALED = "resealed", {"named": MaybeText}
    RESEALED_OLD_NUMBER = "resealed_old_number", {"number": str}
    RESEALED_OVER_LIMIT = "resealed_over_limit", {"times": int, "limit": int}
    RESEAL_INCOMPLETE = "reseal_incomplete", {"missing": str}
    RESEAL_NOT_RECORDED = "reseal_not_recorded"
    RESEAL_RECORDED = "reseal_recorded"
    RESEALED_SILENTLY = "resealed_silently"
    INCIDENT_SIGNED_OFF = "incident_signed_off", {"reason": str}
    INSPECTED = "inspected"
    LEFT_UNSEALED = "left_unsealed", {"place": str}
    NEVER_SEALED = "never_sealed"
    SEALED_AGAIN = "sealed_again"
    SERIALS_UNBROKEN = "serials_unbroken"
    SERIALS_ABSENT = "serials_absent"
    SERIALS_BEGAN_ANEW = "serials_began_anew"
    SERIALS_FILLED = "serials_filled"
    SERIALS_STILL_MISSING = "serials_still_missing"
    SERIALS_MISSING = "serials_missing", {"missing": int, "after": int, "before": int}
    LOCK_COUNT_CHANGED = "lock_count_changed", {"had": int, "has": int}
    REAPPEARED_OFF_ROUTE = "reappeared_off_route"
    RELEASED_IN_OTHER_YARD = "released_in_other_yard"
    RELEASED_BEFORE_LAST_LEG = "released_before_last_leg"
    RELEASED_AWAY_FROM_DESTINATION = "released_away_from_destination"
    RELEASED_WITHOUT_READING = "released_without_reading"
    RELEASED_NUMBER_DIFFERS = "released_number_differs", {"read": str, "in_force": str}

    # Who was told

    NOTICE_ACCEPTED = (
        "notice_accepted",
        {
            "notice": str,
            "update": str,
            "delivery": str,
            "channel": str,
            "contact": MaybeText,
            "milliseconds": int,
            "attempts": int,
        },
    )
    NOTICE_DEAD = (
        "notice_dead",
        {
            "notice": str,
            "update": str,
            "delivery": str,
            "channel": str,
            "contact": MaybeText,
            "attempts": int,
            "reason": str,
        },
    )
    NOTICE_UNDELIVERED = "notice_undelivered", {"channel": str, "reason": str}
    CHANNEL_DELIVERS_AGAIN = "channel_delivers_again", {"channel": str}

    # What people do about an alert

    ALERT_NOT_ACKNOWLEDGED = "alert_not_acknowledged"
    ALERT_FOLDED = "alert_folded", {"into": str}
    ALERT_ACKNOWLEDGED = "alert_acknowledged", {"note": str}
    ALERT_ACKNOWLEDGED_BEFORE = "alert_acknowledged_before", {"note": str, "first_at": str}
    ALERT_ASSIGNED = "alert_assigned", {"assignee": str, "note": str}
    ALERT_COMMENTED = "alert_commented", {"text": str}
    ALERT_SNOOZED = (
        "alert_snoozed",
        {"reason": str, "until": str, "distance_m": MaybeInt, "in_zone": MaybeText},
    )
    SNOOZE_TIME_OVER = "snooze_time_over", {"until": str}
    SNOOZE_LEFT_PLACE = "snooze_left_place", {"distance_m": int, "limit_m": int}
    SNOOZE_LEFT_ZONE = "snooze_left_zone", {"in_zone": str}
    ALERT_CLOSED = "alert_closed", {"reason": str, "verdict": MaybeText}
    ALERT_ACCEPTED = (
        "alert_accepted",
        {
            "reason": str,
            "verdict": MaybeText,
            "until": MaybeText,
            "distance_m": MaybeInt,
            "in_zone": MaybeText,
        },
    )
