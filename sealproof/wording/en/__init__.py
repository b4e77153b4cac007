"""English: a phrase for each code of `tracker.domain.codes`."""

from __future__ import annotations

from sealproof.wording.en import parts as p
from sealproof.wording.phrase import Phrases

PHRASES: Phrases = {
    # The record
    "shipment_opened": "the shipment is opened",
    "shipment_amended": "{changed} amended: {reason}",
    "delivered": lambda f: f["reason"] or "delivered",
    "given_up": lambda f: f"given up: {p.reason(f['reason'])}",
    "closing_corrected": lambda f: (
        f"its closing is corrected{', the number read was ' + f['number'] if f['number'] else ''}: "
        f"{f['reason']}"
    ),
    "record_handed_out": "the record was handed out, {entries} entries",
    "readings_bound": "{fresh} readings since the last entry, {readings} in all",
    "zones_in_force": "{zones} zones and {corridors} corridors, version {version}",
    "zones_redrawn": p.redrawn,
    "key_rotated": "the log is signed with another key from here on",
    "host_clock_stepped": p.stepped,
    "data_erased": "{values} personal values were erased: {reason}",
    "rule_failed": "rule {rule} failed: {error}",
    "record_shared": "the record is shared with {reader} until {until}",
    "share_withdrawn": "the record is no longer shared with {reader}",
    "record_read": "the record was read: {what}",
    "user_changed": "user {user} ({role}): {change}",
    # The journey
    "zone_entered": "enters {name}",
    "zone_left": lambda f: f"leaves {f['name']}{p.minutes(f, 'after')}",
    "zone_passed": lambda f: f"passes {f['name']} {p.passed(f)}",
    "leg_completed": "leg {leg} of {legs} is complete",
    "leg_overdue": p.overdue,
    "delay_excused": lambda f: (
        f"leg {f['leg']} is excused until {f['until']}: {p.reason(f['reason'])}"
    ),
    "delay_is_excused": "is excused until {until}",
    "arrived": "has arrived",
    "off_corridor": lambda f: f"{f['offset_m']:,} m off the corridor{p.minutes(f, 'for')}",
    "back_on_corridor": "back on the corridor",
    "standing_unplanned": "stands for {minutes} min where no stop is planned",
    "standing_asleep": (
        "stands for {minutes} min where no stop is planned, as far as its device, which is asleep, "
        "has told"
    ),
    "standing_first_mile": "stands for {minutes} min, so near its origin that no stop is expected",
    "standing_last_mile": (
        "stands for {minutes} min, so near its destination that no stop is expected"
    ),
    "moves_on": "moves on",
    "restricted_zone_entered": "enters the restricted zone {name}",
    "restricted_zone_passed": lambda f: f"passes the restricted zone {f['name']} {p.passed(f)}",
    "restricted_zone_left": "has left it",
    "wrong_crossing_approached": "commits to {place}",
    "crossed_elsewhere": p.crossed,
    "fell_back": lambda f: p.back("has fallen back", f),
    "turned_back": lambda f: p.back("has turned back", f),
    "heading_home": lambda f: p.back("is heading home sealed", f),
    "came_home": lambda f: p.back("has come home sealed", f),
    "on_its_way_again": "is on its way again",
    "waypoint_missed": "passes {name} without entering it",
    "waypoint_out_of_order": "enters {name} before {before}",
    "waypoint_reached": "enters it after all",
    "devices_apart": lambda f: (
        f"{f['device']} is {f['distance_m']:,} m from {f['other']}{p.between(f)}"
    ),
    "devices_together": "they are together again",
    "likely_theft": lambda f: (
        f"likely theft: {f['signals'].replace('_', ' ')} within {f['minutes']} min ({f['alerts']})"
    ),
    # Coverage
    "coverage_gap": lambda f: f"nothing was heard of the {f['seconds'] / 60:.0f} min before",
    "never_heard": "never heard in the {minutes} min since it was assigned",
    "silent_moving": "no word for {minutes} min, last heard moving",
    "silent_parked": "no word for {minutes} min, last heard parked",
    "silent_after_jamming": "no word for {minutes} min since it was jammed",
    "silent_in_collapse": "no word for {minutes} min since its satellites collapsed under way",
    "heard_again": "heard again",
    "reports_slowly": lambda f: (
        f"reports every {f['every_s'] / 60:.0f} min under way; asked is every "
        f"{f['asked_s'] / 60:g} min"
    ),
    "reports_as_asked": "reports as often as asked again",
    "jamming_reported": "the device reports jamming",
    "satellites_collapsed": "satellites collapse under a strong cell",
    "still_jammed": "no reception since it was jammed",
    "reception_back": "reception is back",
    "position_not_credible": p.incredible,
    "course_against_movement": (
        "tells a course of {told_deg}° and moves towards {moved_deg}°, {metres} m in {seconds} s"
    ),
    "speed_against_movement": (
        "tells a speed of {told_kmh} km/h and moves at {kmh} km/h, {metres} m in {seconds} s"
    ),
    "far_from_cell": lambda f: (
        f"its cell does not reach there: {f['metres'] / 1000:,.1f} km beyond the cell's range"
    ),
    "track_replayed": (
        "{positions} positions in a row came before, in this order and to the last digit"
    ),
    "device_id_twice": lambda f: (
        "two devices under one number: its positions came back to a second way "
        f"{f['returns']} times, {f['metres'] / 1000:,.1f} km from the first"
    ),
    "satellites_few": "{satellites} satellites while the cell is strong ({cell_dbm} dBm)",
    "hdop_poor": lambda f: f"HDOP {f['hdop_tenths'] / 10:.1f}: the satellites stand badly",
    "altitude_jumped": "its altitude jumps from {before_m} m to {told_m} m",
    "position_credible": "the position is credible again",
    "position_lost": "speaks, and has had no position for {minutes} min",
    "position_frozen": "reports speed, and its position has not changed for {minutes} min",
    "position_back": "its position is known again",
    "clock_ahead": "its clock is {minutes} min ahead",
    "clock_behind": "its clock is {minutes} min behind, or its line always takes as long",
    "clock_rolled_over": "its clock has lost {weeks} weeks",
    "clock_unset": "its clock is not set",
    "clock_in_zone": lambda f: f"its clock shows the time of {p.utc(f['offset_min'])}",
    "clock_learnt": lambda f: (
        f"its clock shows the time of {p.utc(f['offset_min'])}, as {f['reports']} reports in a row "
        "tell: set right from here on"
    ),
    "clock_right": "its clock is right again",
    "battery_low": "the battery is at {percent} %, at or below {threshold} %",
    "battery_low_told": "the device says that its battery is low",
    "battery_recovered": "the battery is at {percent} % again",
    "unknown_device": "{device} reports, and no open shipment names it",
    "not_understood": lambda f: (
        f"what it sent cannot be read{': ' + f['place'] if f['place'] else ''}"
    ),
    "understood_again": "it is understood again",
    "broken_before_shipment": p.broken_before,
    # Custody
    "custody_offered": "{from} offers custody to {to}, seal {number} {state}",
    "custody_accepted": "{to} takes custody from {from}, read seal {number}",
    "declared_number_not_in_force": "{releaser} declares seal {declared}, in force is {in_force}",
    "read_number_differs": "{releaser} declared seal {declared}, {receiver} read {read}",
    "custody_not_accepted": "{receiver} has not accepted custody from {releaser}",
    "offer_replaced": "offered anew",
    "handover_completed": "custody was accepted",
    # What people record of seals, and tell locks
    "seals_issued": p.issued,
    "seal_voided": "seal {number} is void: {reason}",
    "seal_recorded": lambda f: f"seal {f['number']} recorded: {p.reason(f['reason'])}",
    "opening_authorised": lambda f: f"{f['agency']} may open the seal: {p.reason(f['reason'])}",
    "command_sent": lambda f: f"{f['command']} for {f['device']}: {p.reason(f['reason'])}",
    "command_result": p.result,
    # Seals from the issue to the sealing
    "issued_to_shipment": "issued to the shipment",
    "issued_number_active": "seal {number} was issued, but it is active on {elsewhere}",
    "issued_number_retired": "seal {number} was issued, but it was retired with {elsewhere}",
    "sealed_without_shipment": lambda f: (
        f"seal {f['number'] or '(no number)'} is sealed without a shipment"
    ),
    "sealed": lambda f: f"sealed with {p.number(f['named'])}",
    "sealed_in_doubt": p.in_doubt,
    "number_void": "seal {number} is void or lost, and appears",
    "number_never_issued": "seal {number} was never issued",
    "number_on_other_shipment": "seal {number} is on another shipment, {elsewhere}",
    "lock_carries_other_number": "the lock carries {read}, in force is {in_force}",
    "number_written_otherwise": "the lock writes {read}, which is {in_force}",
    "recorded_other_number": "somebody recorded {read}, in force is {in_force}",
    # Seals that are opened
    "opened_where_forbidden": lambda f: f"{p.opened(f)}, where nobody may",
    "found_open_after_silence": "found open after a silence",
    "opened_while_moving": "opened while moving",
    "opened_with_leave": lambda f: (
        f"{p.opened(f)} by leave of {f['agency']}: {p.reason(f['reason'])}"
    ),
    "opened_off_route": "opened off the route",
    "opened_without_credential": lambda f: f"{p.opened(f)} without a known credential",
    "opened_where_unusual": lambda f: f"{p.opened(f)}, where it is unusual",
    "opened_leave_owed": p.opened,
    "opened_at_unplanned_stop": lambda f: f"{p.opened(f)}, at an unplanned stop",
    "still_open": "still open",
    "opening_word_awaited": lambda f: f"found {p.opened(f)}; who opened it is to come",
    "opening_proven": "who opened it has come meanwhile: it was by leave",
    "opening_not_recorded": "opened, and nobody recorded an authorisation within {within_min} min",
    "opening_recorded": "the authorisation was recorded",
    "unlock_refused": p.refused,
    # Seals that are violated, or fail
    "rope_cut": "the rope was cut",
    "shell_opened": "the lock's shell was opened",
    "cover_opened_then_moved": "the back cover was opened, and then the truck moved",
    "cover_opened": "the back cover was opened",
    "vibration": "vibration at the lock, while the truck stands",
    "vibration_with_sign": lambda f: (
        f"vibration at the lock, and {p.SIGNS.get(f['sign'], f['sign'])}"
    ),
    "motor_stuck": "the lock's motor is stuck",
    "lock_fault": "the lock reports a fault",
    "fault_over": "the fault is over",
    "seal_unheard": "its device speaks, and has had no word of the seal for {minutes} min",
    "seal_heard_again": "its device has word of the seal again: continuity is unproven",
    # Seals that are sealed again, heard again, inspected, released
    "resealed": lambda f: f"resealed with {p.number(f['named'])}",
    "resealed_old_number": "resealed with the old number {number}",
    "resealed_over_limit": "resealed {times} times, the limit is {limit}",
    "reseal_incomplete": "the reseal was recorded without {missing}",
    "reseal_not_recorded": "resealed, and nobody recorded number, officer, agency and reason",
    "reseal_recorded": "the reseal was recorded",
    "resealed_silently": "resealed silently, without incident report or sign-off",
    "incident_signed_off": "incident signed off: {reason}",
    "inspected": "inspected and signed off",
    "left_unsealed": "leaves {place} unsealed",
    "never_sealed": "under way, and was never sealed",
    "sealed_again": "sealed again",
    "serials_unbroken": "heard again: serials unbroken",
    "serials_absent": "heard again: it has no serials: continuity is unproven",
    "serials_began_anew": "heard again: its serials began anew: continuity is unproven",
    "serials_filled": "heard again: the backlog filled the gap",
    "serials_still_missing": "heard again: with a gap in the serials",
    "serials_missing": ("{missing} of its reports between serials {after} and {before} never came"),
    "lock_count_changed": "its lock count went from {had} to {has} unseen",
    "reappeared_off_route": "reappears off the route after a silence",
    "released_in_other_yard": "released in another yard than the destination",
    "released_before_last_leg": "released before the last leg",
    "released_away_from_destination": "released away from the destination",
    "released_without_reading": "released without the consignee's reading of the seal number",
    "released_number_differs": "the consignee read {read}, in force was {in_force}",
    # What people do about an alert: their own words
    "notice_accepted": lambda f: (
        f"{f['update']} of {f['notice']} told over {f['channel']}"
        f"{p.contact(f)} after {f['milliseconds'] / 1000:.1f} s{p.attempts(f)}"
    ),
    "notice_dead": lambda f: (
        f"{f['update']} of {f['notice']} not told over {f['channel']}"
        f"{p.contact(f)}{p.attempts(f)}: {f['reason']}"
    ),
    "notice_undelivered": lambda f: f"nobody could be told over {f['channel']}: {f['reason']}",
    "channel_delivers_again": lambda f: f"{f['channel']} delivers again",
    "alert_not_acknowledged": "nobody acknowledged it in time",
    "alert_folded": "a part of {into}",
    "alert_acknowledged": "{note}",
    "alert_acknowledged_before": p.acknowledged_before,
    "alert_assigned": p.assigned,
    "alert_commented": "{text}",
    "alert_snoozed": p.snoozed,
    "snooze_time_over": "snoozed until {until}, which is over",
    "snooze_left_place": "snoozed within {limit_m:,} m, and is {distance_m:,} m from there",
    "snooze_left_zone": "snoozed in {in_zone}, which it has left",
    "alert_closed": p.closed,
    "alert_accepted": p.accepted,
}
