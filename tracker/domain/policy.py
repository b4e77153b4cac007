"""Every threshold, with its default, its unit and where the number comes from.

No customs programme publishes numeric stop, deviation or battery limits, so a source of "ours"
means a default chosen here, to be overridden for a lane (configuration, `[policy]`) or for one
shipment (its file, `policy`). Times are minutes unless the name says otherwise.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from tracker.domain.threshold import meta


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    # Motion and credibility
    moving_kmh: Annotated[
        float,
        meta("faster than this is moving", "km/h", "ours: above GNSS speed noise at rest"),
    ] = 5.0
    speed_alone_kmh: Annotated[
        float,
        meta(
            "a speed that one fix claims counts without others to bear it out beyond this",
            "km/h",
            "ours: parked receivers were measured claiming 9 km/h",
        ),
    ] = 15.0
    moving_known_min: Annotated[
        float,
        meta(
            "a fix no older than this still tells whether the truck moves, and where it is",
            "min",
            "TAPA TSR 2020 asks a report at least every 5 min",
        ),
    ] = 5.5
    stop_radius_m: Annotated[
        float,
        meta(
            "a truck within this of where it halted still stands",
            "m",
            "ours: parked devices were measured drifting 90 m and jumping 200 m",
        ),
    ] = 150.0
    jump_m: Annotated[
        float,
        meta(
            "no further than this, a receiver jumps by itself: no zone is left, no place of "
            "standing, no speed is impossible",
            "m",
            "ours: parked devices were measured jumping 200 m",
        ),
    ] = 300.0
    standing_min: Annotated[
        float,
        meta(
            "after this at one place a truck stands: what its receiver says near it is drift",
            "min",
            "ours: longer than a traffic light",
        ),
    ] = 3.0
    shunted_min: Annotated[
        float,
        meta(
            "a standing truck seen elsewhere for this long has moved, though no further than a "
            "receiver jumps",
            "min",
            "ours: a crawl from the gate to the dock ends there, jumps and drift come back",
        ),
    ] = 10.0
    credible_kmh: Annotated[
        float,
        meta(
            "a fix that implies more than this since the last believed one is not believed",
            "km/h",
            "ours: no truck exceeds it",
        ),
    ] = 200.0
    from_rest_kmh: Annotated[
        float,
        meta(
            "a fix that implies more than this since one at which it stood, within compare_most_s, "
            "is not believed",
            "km/h",
            "ours: a loaded truck takes a minute to 80 km/h",
        ),
    ] = 80.0
    zero_deg: Annotated[
        float,
        meta(
            "a coordinate within this of zero is one that the receiver did not have",
            "degrees",
            "ours: 446 of 762 messages of one maker said 0, and halves of that occur",
        ),
    ] = 0.001
    satellites_least: Annotated[
        int,
        meta(
            "a fix from fewer satellites is no fix (0: what the device counts is not looked at)",
            "satellites",
            "receivers repeat their last position with 0 satellites",
        ),
    ] = 1
    hdop_useless: Annotated[
        float, meta("a fix with this HDOP or more is no fix", "", "receivers send 99 for none")
    ] = 99.0
    incredible_fixes: Annotated[
        int,
        meta(
            "so many fixes no further off than a receiver jumps while driving, and not believed, "
            "are told",
            "fixes",
            "ours: two jumps that agree were measured",
            least=1,
        ),
    ] = 3
    jump_most_m: Annotated[
        float,
        meta(
            "no further than this a receiver jumps by itself while it drives",
            "m",
            "public tracks: single jumps of 9.5 km",
        ),
    ] = 10_000.0
    compare_least_s: Annotated[
        float,
        meta(
            "fixes closer in time than this are not compared with the speed and course they tell",
            "s",
            "ours: noise outweighs the way between them",
        ),
    ] = 25.0
    compare_most_s: Annotated[
        float,
        meta(
            "nor are fixes further apart in time than this",
            "s",
            "trucks on mountain roads (Portal Tajo): the chord then leaves the mean course",
        ),
    ] = 130.0
    borne_fixes: Annotated[
        int,
        meta(
            "a receiver is held to its word of speed and course after so many fixes that bore it "
            "out",
            "fixes",
            "ours: many send a speed or a course of 0 for ever",
        ),
    ] = 5
    contrary_share: Annotated[
        float,
        meta(
            "a way contradicts the speed and course told if they differ by jump_m and by more than "
            "this part of the longer, up to twice that after two minutes",
            "",
            "trucks on mountain roads (Portal Tajo): 1 of 30 steps of a minute do"
            ", never two in a row",
        ),
    ] = 0.35
    contrary_fixes: Annotated[
        int,
        meta("so many in a row that contradict it are told", "fixes", "ours", least=1),
    ] = 4
    contrary_min: Annotated[
        float,
        meta(
            "a receiver that contradicts itself for longer is believed its position again, and not "
            "held to its word",
            "min",
            "ours: a compass breaks, and the truck must still be followed",
        ),
    ] = 30.0
    aside_deg: Annotated[
        float,
        meta(
            "a way that leaves the mean course told by more than this goes aside",
            "degrees",
            "ours: a drag of 25 km/h beside 75 km/h is 18 degrees",
        ),
    ] = 10.0
    aside_fixes: Annotated[
        int,
        meta(
            "so many in a row that go aside to the same hand are dragged off",
            "fixes",
            "trucks on mountain roads (Portal Tajo): never more than 3",
            least=2,
        ),
    ] = 6
    creeping_fixes: Annotated[
        int,
        meta(
            "so many in a row that say they stand, and move faster than speed_alone_kmh, are "
            "dragged off",
            "fixes",
            "ours: stop and go is met standing now and then, not always",
            least=2,
        ),
    ] = 8
    replayed_fixes: Annotated[
        int,
        meta(
            "so many positions in a row that come again to the last digit, in the same order, are "
            "an old track told again",
            "fixes",
            "ours: no receiver meets its own positions to 0.1 m",
            least=2,
        ),
    ] = 4
    twin_fixes: Annotated[
        int,
        meta(
            "so many returns to a second way that is credible in itself are two devices with one "
            "number",
            "returns",
            "ours",
            least=2,
        ),
    ] = 3
    cell_beyond_m: Annotated[
        float,
        meta(
            "a fix further than this beyond the range of its serving cell is not believed",
            "m",
            "the domain's default",
        ),
    ] = 10_000.0
    hdop_poor: Annotated[
        float,
        meta(
            "a fix with this HDOP or more that is not believed is said to be poor",
            "",
            "receivers call 10 and more poor",
        ),
    ] = 10.0
    altitude_jump_m: Annotated[
        float,
        meta(
            "so much higher or lower than the last believed fix, one that is not believed has "
            "jumped",
            "m",
            "ours: spoofers often tell one altitude for all",
        ),
    ] = 300.0
    passage_min: Annotated[
        float,
        meta(
            "between fixes no further apart than this, a zone on the straight way was passed",
            "min",
            "ours: at 100 km/h and a fix every 2 minutes a bridge is jumped over; a device that "
            "reports every 5 min does so up to a minute late",
        ),
    ] = 6.0
    confirm_fixes: Annotated[
        int,
        meta(
            "fixes in a row that must agree before a zone or a deviation counts",
            "fixes",
            "Tracelet issue 294: single-fix hysteresis fails",
            least=1,
        ),
    ] = 2

    # Stays
    stay_yard_min: Annotated[
        float,
        meta(
            "a shorter stay in a plant, a yard or a consignee's zone is a passage",
            "min",
            "ours: what lies beside the road is driven through in less",
        ),
    ] = 1.0
    stay_rest_min: Annotated[
        float,
        meta("a shorter stay in a rest stop's zone is a passage", "min", "ours: as in a yard"),
    ] = 1.0
    stay_border_min: Annotated[
        float,
        meta(
            "a shorter stay in a crossing's zones or a checkpoint is a passage",
            "min",
            "ours: one drives over a bridge",
        ),
    ] = 0.0
    stay_guarded_min: Annotated[
        float,
        meta(
            "a shorter stay in a restricted or high-risk zone is a passage",
            "min",
            "ours: two fixes inside are enough",
        ),
    ] = 0.0
    stay_other_min: Annotated[
        float,
        meta("a shorter stay in any other zone is a passage", "min", "ours: two fixes inside"),
    ] = 0.0

    # Route
    corridor_half_width_m: Annotated[
        float,
        meta(
            "how far from the centre line is still on the route, if the corridor does not say",
            "m",
            "ours",
        ),
    ] = 500.0
    deviation_critical_m: Annotated[
        float, meta("a deviation further beyond the corridor's edge is critical", "m", "ours")
    ] = 2_000.0
    deviation_critical_min: Annotated[
        float, meta("a deviation longer than this is critical", "min", "ours")
    ] = 10.0

    progress_every_min: Annotated[
        float,
        meta(
            "how far along its corridor a truck is, is measured anew after this",
            "min",
            "ours: at 90 km/h it is 3 km further",
        ),
    ] = 2.0
    backtracking_m: Annotated[
        float,
        meta("a truck that falls back along its route by more than this warns", "m", "ours"),
    ] = 5_000.0
    turning_back_m: Annotated[
        float,
        meta(
            "a truck that falls back along its route by more than this turns back, critically",
            "m",
            "ours",
        ),
    ] = 20_000.0
    heading_home_min: Annotated[
        float,
        meta(
            "a sealed truck that has fallen back so far, and goes on back for this long, is "
            "heading home",
            "min",
            "ours: the way to a fuel station that was missed is shorter",
        ),
    ] = 10.0
    home_m: Annotated[
        float,
        meta(
            "a sealed truck that was so far along, and is where its leg began, has come home",
            "m",
            "ours: the lanes over a bridge to the next yard are 10 km long",
        ),
    ] = 2_000.0

    waypoint_missed_m: Annotated[
        float,
        meta(
            "a waypoint that lies this far behind, and was not entered, was missed",
            "m",
            "ours: further than the yard's second gate",
        ),
    ] = 2_000.0

    # Devices of one shipment
    apart_m: Annotated[
        float,
        meta(
            "devices of one shipment further from each other than this are apart",
            "m",
            "the domain's default: longer than any truck, and both receivers jump",
        ),
    ] = 500.0
    apart_kmh: Annotated[
        float,
        meta(
            "between the fixes of two devices a truck may have driven so fast",
            "km/h",
            "ours: above every truck's limit in either country",
        ),
    ] = 120.0
    same_incident_min: Annotated[
        float,
        meta(
            "what is told of one lock within this of each other is one incident, and one alert",
            "min",
            "ours: as long as a record of it may take (`opening_record_min`)",
        ),
    ] = 15.0
    likely_theft_min: Annotated[
        float,
        meta(
            "independent signs within this of each other are likely theft",
            "min",
            "the domain's default",
        ),
    ] = 15.0

    # Stops
    stop_warning_min: Annotated[
        float, meta("an unplanned stop of this length warns", "min", "ours")
    ] = 15.0
    stop_critical_min: Annotated[
        float, meta("an unplanned stop of this length is critical", "min", "ours")
    ] = 30.0
    stop_team_warning_min: Annotated[
        float,
        meta("the same warning for a truck with two drivers", "min", "ours: one may always drive"),
    ] = 10.0
    stop_team_critical_min: Annotated[
        float, meta("so long a stop of a truck with two drivers is critical", "min", "ours")
    ] = 20.0
    first_mile_km: Annotated[
        float,
        meta(
            "within this of the origin no stop is expected (0: stops there are like others)",
            "km",
            "ours: trucks are followed from the plant, and a lawful stop is made before it",
        ),
    ] = 30.0
    first_mile_team_km: Annotated[
        float,
        meta(
            "the same for a truck with two drivers",
            "km",
            "ours: two drivers need no rest for longer",
        ),
    ] = 80.0
    last_mile_km: Annotated[
        float,
        meta(
            "within this of the destination no stop is expected (0: stops there are like others)",
            "km",
            "ours",
        ),
    ] = 5.0
    mile_stop_min: Annotated[
        float,
        meta("a stop on the first or the last mile warns after this", "min", "ours: as for fuel"),
    ] = 12.0
    mile_stop_critical_min: Annotated[float, meta("and is critical after this", "min", "ours")] = (
        20.0
    )
    mile_stop_team_min: Annotated[
        float, meta("the same warning for a truck with two drivers", "min", "ours")
    ] = 8.0
    stop_short_min: Annotated[
        float,
        meta(
            "a stop that a sleeping device has proven but for this is told when its time is up",
            "min",
            "ours: it stood before the first fix there, and a heartbeat of 15 min wavers",
        ),
    ] = 1.5
    asleep_most_min: Annotated[
        float,
        meta(
            "a device at rest whose rhythm is not known reports after this at the latest",
            "min",
            "locks asleep report every 15 to 20 min",
        ),
    ] = 20.0
    authorised_stop_min: Annotated[
        float,
        meta("where an opening is authorised, it may stand this long", "min", "ours"),
    ] = 60.0
    checkpoint_stop_min: Annotated[
        float,
        meta(
            "at a military checkpoint on its way it may stand so much longer",
            "min",
            "ours: soldiers wave most on, and look into some for half an hour",
        ),
    ] = 15.0
    border_stop_min: Annotated[
        float,
        meta(
            "a stop within the crossing's own zones warns only after this",
            "min",
            "freightwaves: border queues of 4 to 8 h happen",
        ),
    ] = 480.0
    border_queue_km: Annotated[
        float,
        meta(
            "so far before the crossing's first zone its queue may reach back along the corridor",
            "km",
            "ours: the library's queue zones are 1 to 2 km long, and queues longer",
        ),
    ] = 5.0

    # Silence and jamming
    silence_moving_min: Annotated[
        float,
        meta(
            "no word from a moving device for this long",
            "min",
            "ours; TAPA TSR 2020 asks a report at least every 5 min",
        ),
    ] = 10.0
    silence_moving_most_min: Annotated[
        float,
        meta(
            "no word from a moving device for this long, however seldom it reports",
            "min",
            "ours: a stolen truck is 40 km away by then",
        ),
    ] = 30.0
    silence_reports: Annotated[
        int,
        meta(
            "so many of a device's own reporting intervals without a word, if that is longer",
            "intervals",
            "ours: two reports in a row get lost, or come late",
            least=1,
        ),
    ] = 3
    receipt_lag_min: Annotated[
        float,
        meta(
            "what a device sent may be under way for so long",
            "min",
            "measured on a truck's tracker: p95 128 s",
        ),
    ] = 2.0
    dead_zone_stop_min: Annotated[
        float,
        meta(
            "a truck may stop in a dead zone and not be heard so much longer than is usual there",
            "min",
            "ours: as long as a stop that is not told",
        ),
    ] = 15.0
    dead_zone_reports: Annotated[
        int,
        meta(
            "a dead zone ahead explains a silence if so many reports later the truck can be there",
            "intervals",
            "ours: the last report before it may get lost",
        ),
    ] = 2
    road_kmh: Annotated[
        float,
        meta("a truck on the road comes to what lies ahead at least so fast", "km/h", "ours"),
    ] = 60.0
    silence_arrived_min: Annotated[
        float,
        meta("silence limit once all legs are complete and it stands at its goal", "min", "ours"),
    ] = 720.0
    silence_parked_min: Annotated[
        float, meta("no word from a parked device for this long", "min", "ours")
    ] = 30.0
    silence_parked_most_min: Annotated[
        float,
        meta(
            "no word from a parked device for this long, however seldom it reports", "min", "ours"
        ),
    ] = 90.0
    silence_after_jamming_min: Annotated[
        float,
        meta(
            "no word for this long after jamming is critical (and for `jamming_reports` of its "
            "intervals)",
            "min",
            "ours",
        ),
    ] = 2.0
    report_every_min: Annotated[
        float,
        meta(
            "under way a device must report at least so often (0: it need not)",
            "min",
            "TAPA TSR 2020",
        ),
    ] = 5.0
    report_slack: Annotated[
        float,
        meta(
            "a report is slow that takes longer than so many of the intervals asked for",
            "intervals",
            "ours: devices waver",
            least=1,
        ),
    ] = 1.5
    report_slow_reports: Annotated[
        int,
        meta("so many slow reports in a row warn", "reports", "ours: some get lost", least=1),
    ] = 6
    backlog_gap_min: Annotated[
        float,
        meta(
            "a device's readings further apart than this leave a gap that its backlog may fill",
            "min",
            "TAPA TSR 2020 asks a report at least every 5 min",
        ),
    ] = 5.0
    clock_skew_min: Annotated[
        float,
        meta(
            "a device's time further ahead of receipt than this is not the present",
            "min",
            "ours",
        ),
    ] = 2.0
    clock_off_warning_min: Annotated[
        float,
        meta("a clock that is off by this warns; by less, it is for information", "min", "ours"),
    ] = 15.0
    clock_steady_s: Annotated[
        float,
        meta(
            "what comes late by the same again and again, give or take so much, has a clock behind",
            "s",
            "ours: a slow link's delays differ by minutes",
        ),
    ] = 30.0
    clock_steady_reports: Annotated[
        int,
        meta(
            "so many readings in a row that are late by the same show a clock behind",
            "readings",
            "ours",
            least=2,
        ),
    ] = 5
    clock_reports: Annotated[
        int,
        meta(
            "so many live reports in a row, always as old, are of a clock that is behind",
            "reports",
            "ours: a backlog that drains is not always as old",
            least=2,
        ),
    ] = 3
    clock_watch_min: Annotated[
        float, meta("over so long at least", "min", "ours: a backlog drains in seconds")
    ] = 1.0
    backlog_grace_min: Annotated[
        float,
        meta("how long a device that reappears may take to send what it stored", "min", "ours"),
    ] = 30.0
    jamming_satellites: Annotated[
        int,
        meta("so few satellites or fewer, with a strong cell, is a collapse", "satellites", "ours"),
    ] = 2
    jamming_collapse_min: Annotated[
        float,
        meta(
            "a collapse under way that lasts so long, outside roofs and dead zones, is jamming",
            "min",
            "ours: a stop under a canopy takes up to 15 min",
        ),
    ] = 16.0
    jamming_parked_min: Annotated[
        float,
        meta(
            "a collapse at rest, outside roofs and dead zones, that lasts so long is jamming",
            "min",
            "ours: a truck fuels under a canopy",
        ),
    ] = 20.0
    jamming_tunnel_min: Annotated[
        float,
        meta(
            "a silence after a collapse of so long under way is one after jamming",
            "min",
            "ours: tunnels that nobody listed take 1 to 3 min",
        ),
    ] = 4.0
    jamming_reports: Annotated[
        int,
        meta(
            "a collapse spans so many reporting intervals at least, and a silence after jamming "
            "takes as many",
            "intervals",
            "ours: one report under a roof, and one that is late, are nothing",
            least=1,
        ),
    ] = 2
    jamming_cell_dbm: Annotated[
        float,
        Meta(
            le=0,
            description="a cell stronger than this is strong (dBm; source: ours)",
            extra={"text": "a cell stronger than this is strong", "unit": "dBm", "source": "ours"},
        ),
    ] = -85.0

    position_roofed_min: Annotated[
        float,
        meta(
            "a device in a plant, yard or inspection area may stand under a roof this long",
            "min",
            "ours: as long as a stop in the crossing's own zones",
        ),
    ] = 480.0
    roof_ahead_min: Annotated[
        float,
        meta(
            "a device last seen just before a planned stop may stand under its roof this long",
            "min",
            "ours: unloading at a dock takes an hour or so; a truck taken there is told then",
        ),
    ] = 90.0

    # Batteries
    battery_low_pct: Annotated[
        float, meta("a battery at or below this warns", "%", "the domain's default")
    ] = 30.0
    battery_critical_pct: Annotated[
        float, meta("a battery at or below this is critical", "%", "the domain's default")
    ] = 15.0
    battery_recovered_pct: Annotated[
        float,
        meta("so much above the threshold a battery has recovered", "%", "ours: gauges waver"),
    ] = 5.0

    # Seals
    sealing_late_min: Annotated[
        float, meta("sealing this long after loading is suspicious", "min", "ours")
    ] = 120.0
    delivered_shut_min: Annotated[
        float,
        meta(
            "a lock that stays as it was delivered is no seal without a shipment for so long",
            "min",
            "ours: a consignee unloads within a day",
        ),
    ] = 1440.0
    opening_record_min: Annotated[
        float,
        meta(
            "an opening in the right place must be recorded within this",
            "min",
            "ours",
        ),
    ] = 15.0
    opening_evidence_min: Annotated[
        float,
        meta(
            "a lock that is found open where it may be opened has this long to say who opened it",
            "min",
            "a truck tracker's readings were measured up to 565 s late, some out of order",
        ),
    ] = 10.0
    opening_evidence_s: Annotated[
        float,
        meta(
            "a credential that was shown no later than this after the opening is the opening's",
            "s",
            "ours: a lock tells one act in several messages; a card shown later excuses nothing",
        ),
    ] = 5.0
    vibration_sign_min: Annotated[
        float,
        meta(
            "vibration within this of another sign of tampering is tampering",
            "min",
            "ours: as near as two signals of a theft are",
        ),
    ] = 15.0
    seal_unheard_reports: Annotated[
        int,
        meta(
            "so many reports in a row without a word of the seal, and as long as a silence, warn",
            "reports",
            "ours: not every heartbeat speaks of the seal",
            least=1,
        ),
    ] = 3
    reseal_limit: Annotated[
        int, meta("more reseals than this on one trip are suspicious", "reseals", "ours")
    ] = 3
    refused_critical: Annotated[
        int,
        meta(
            "so many refused unlocks within the window are critical",
            "refusals",
            "ours",
            least=1,
        ),
    ] = 3
    refused_window_min: Annotated[float, meta("the window for refused unlocks", "min", "ours")] = (
        10.0
    )

    # Shipments
    before_opening_min: Annotated[
        float,
        meta(
            "of so long before the opening a sealing, and where the device was, are the shipment's",
            "min",
            "ours: a seal is often put on before somebody opens the shipment",
        ),
    ] = 60.0

    # Custody and alerts
    acceptance_min: Annotated[
        float, meta("a handover must be accepted within this", "min", "ours")
    ] = 30.0
    readings_bound_min: Annotated[
        float,
        meta(
            "raw readings that no custody entry speaks of yet are bound by one after this",
            "min",
            "ours: as long as a critical alert may wait for its acknowledgement",
        ),
    ] = 5.0
    closed_again_min: Annotated[
        float,
        meta(
            "a condition whose alert was closed, and that goes on for so long, raises again",
            "min",
            "ours",
        ),
    ] = 60.0
    closed_again_m: Annotated[
        float,
        meta(
            "a condition whose alert was closed, and that is met so far from there, raises again",
            "m",
            "ours",
        ),
    ] = 5_000.0
    reject_over_min: Annotated[
        float,
        meta(
            "a device that was not understood is understood again after so long without a reject",
            "min",
            "ours",
        ),
    ] = 10.0
    snooze_longest_min: Annotated[
        float,
        meta(
            "no alert is snoozed for longer, whatever its other limits",
            "min",
            "ours: a day, so that each of a desk's shifts sees it; what may last is accepted",
            least=1,
        ),
    ] = 1_440.0
    escalate_critical_min: Annotated[
        float,
        meta(
            "a critical alert nobody acknowledged escalates after this",
            "min",
            "ours",
        ),
    ] = 5.0

    # Audits
    record_late_min: Annotated[
        float,
        meta("what people declare this long after it happened was recorded late", "min", "ours"),
    ] = 60.0
    closing_late_min: Annotated[
        float,
        meta("a trip that is over this long, and was not closed, is overdue", "min", "ours"),
    ] = 720.0
    seal_on_hand_days: Annotated[
        float,
        meta(
            "a seal on hand for longer than this is to be looked for",
            "days",
            "ours: as often as CTPAT asks for a review of the seal procedure, yearly",
        ),
    ] = 365.0

    def overridden(self, changes: dict[str, float]) -> Policy:
        """This policy with some thresholds replaced.

        Raises msgspec.ValidationError if a name is unknown or a value out of range.
        """
        merged: dict[str, Any] = msgspec.structs.asdict(self)
        for (
            name,
            value,
        ) in changes.items():  # a shipment's file knows only floats, a count is an int
            merged[name] = int(value) if float(value).is_integer() else value
        return msgspec.convert(merged, Policy)


@functools.cache
def notes() -> Mapping[str, Mapping[str, str]]:
    """Of each threshold what is noted of it: `text`, `unit`, `source`."""
    return {
        field.name: msgspec.inspect.type_info(field.type).extra  # type: ignore[attr-defined]
        for field in msgspec.structs.fields(Policy)
    }


@functools.lru_cache(maxsize=256)
def minutes(value: float) -> timedelta:
    """Kept, since every reading asks for the same few."""
    return timedelta(minutes=value)


def whole_minutes(span: timedelta) -> int:
    """As facts state it; half a minute goes to the even one."""
    return round(span.total_seconds() / 60)
