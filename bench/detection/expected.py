"""What should be told of each incident: the one table to change when an alert is named anew.

A name that the product does not have (yet) is no error; it is never told, that is all.
"""

from __future__ import annotations

from dataclasses import dataclass

SEAL, DIVERSION, OTHER = "seal", "diversion", "other"
TARGETS = {SEAL: 1.0, DIVERSION: 0.99, OTHER: 0.95}
"""Recall by family: the part of its incidents that is named rightly."""

OPENED = ("seal_opened",)
TAMPERED = ("seal_tampered",)
BREACH = ("seal_opened", "seal_tampered")
NUMBER = ("seal_number", "seal_resealed", "seal_sealing")
UNSEALED = ("seal_unsealed_departure", "seal_sealing")
AWAY = ("route_deviation", "likely_theft")
BACK = ("turning_back", "backtracking")
APART = ("devices_apart",)
THEFT = ("likely_theft",)
WAYPOINT = ("waypoint",)
STOP = ("unplanned_stop",)
LOOK = frozenset({
    "route_deviation", "unplanned_stop", "silence", "jamming", "likely_theft", "turning_back",
    "devices_apart", "wrong_crossing", "backtracking", "position_not_credible",
    "seal_opened", "seal_tampered", "restricted_zone",
})  # fmt: skip
"""Whichever of these is told, somebody looks at this truck now."""


@dataclass(frozen=True)
class Expected:
    """title: for people. names: the kinds of alert that name it rightly. gravest: what severity
    is right, any of these words. takes_min: the policy's own duration before it may be told.
    """

    title: str
    family: str
    names: tuple[str, ...]
    gravest: str = "critical"
    takes_min: float = 0.0


EXPECTED: dict[str, Expected] = {
    # seals: cut and tampered with
    "cut_moving": Expected("cut while moving", SEAL, TAMPERED),
    "cut_short_stop": Expected("cut at a short stop", SEAL, TAMPERED),
    "cut_unheard": Expected("cut without coverage", SEAL, TAMPERED),
    "cut_dead_zone": Expected("cut in a listed dead zone", SEAL, TAMPERED),
    "cut_in_queue": Expected("cut in the border queue", SEAL, TAMPERED),
    "cut_newest_first": Expected("cut, told newest first", SEAL, TAMPERED),
    "cut_after_reseal": Expected("cut right after a lawful reseal", SEAL, TAMPERED),
    "cut_resealed": Expected("cut and quietly resealed", SEAL, TAMPERED),
    "cut_fixless": Expected("cut, and no position with it", SEAL, TAMPERED),
    "rope_pulled": Expected("rope pulled out", SEAL, BREACH),
    "shell_opened": Expected("shell opened at rest", SEAL, TAMPERED),
    "motor_stuck": Expected("motor stuck", SEAL, ("seal_tampered", "seal_fault"), "any"),
    "lock_count_changed": Expected(
        "lock count changed in a gap", SEAL, ("seal_continuity", "seal_resealed", *BREACH)
    ),
    # what is opened by whom
    "opened_roadside": Expected("opened at the roadside", SEAL, OPENED),
    "opened_rolling": Expected("opened while rolling", SEAL, OPENED),
    "opened_without_card": Expected("opened without a credential", SEAL, OPENED),
    "opened_state_inspection": Expected("opened at state inspection", SEAL, OPENED),
    "opened_in_queue": Expected("opened in the queue", SEAL, OPENED, "any"),
    "opened_without_leave": Expected("opened in customs, no leave recorded", SEAL, OPENED, "any"),
    "opened_strange_card": Expected("opened by a card that is nobody's", SEAL, OPENED, "any"),
    "opened_dead_zone": Expected("opened and closed in a dead zone", SEAL, OPENED),
    "wrong_cards": Expected("three wrong cards", SEAL, ("unlock_refused",)),
    "wrong_cards_two_locks": Expected("wrong cards over two locks", SEAL, ("unlock_refused",)),
    # seals: numbers, sealing, release
    "left_unsealed": Expected("left the plant unsealed", SEAL, UNSEALED, "any"),
    "left_unsealed_mute": Expected(
        "left the plant with a mute lock", SEAL, (*UNSEALED, "seal_silent"), "any"
    ),
    "left_customs_open": Expected("left customs open", SEAL, (*UNSEALED, *BREACH)),
    "wrong_number": Expected("sealed with another number", SEAL, NUMBER),
    "told_then_recorded": Expected("told one number, recorded another", SEAL, NUMBER),
    "recorded_then_told": Expected("recorded one number, told another", SEAL, NUMBER),
    "old_number_again": Expected("resealed with the old number", SEAL, NUMBER),
    "released_elsewhere": Expected("released on the road", SEAL, ("seal_release",), "any"),
    # diversions
    "far_off": Expected("leaves for a warehouse", DIVERSION, AWAY),
    "off_unheard": Expected("leaves the road without coverage", DIVERSION, AWAY),
    "beside_the_road": Expected("parallel road 600 m off", DIVERSION, AWAY, "any"),
    "ramp_and_stop": Expected("off by a ramp, and stands", DIVERSION, (*AWAY, *STOP)),
    "turns_back": Expected("turns round, drives home", DIVERSION, BACK, takes_min=20),
    "turns_back_late": Expected("turns round near the border", DIVERSION, BACK, takes_min=20),
    "another_crossing": Expected("over another bridge", DIVERSION, ("wrong_crossing",)),
    "restricted": Expected(
        "enters a restricted zone", DIVERSION, ("restricted_zone", "likely_theft")
    ),
    "jammed_and_gone": Expected("jammed, and off the route", DIVERSION, THEFT),
    "opened_and_stopped": Expected("opened, and stands on", DIVERSION, THEFT, takes_min=15),
    "tractor_left": Expected("trailer goes on, tractor stays", DIVERSION, APART),
    "trailer_left": Expected("tractor goes on, trailer stays", DIVERSION, APART),
    "trailer_swapped": Expected("lock on another truck, same road", DIVERSION, APART),
    "reappears": Expected(
        "reappears far off the road", DIVERSION, (*AWAY, "silence", "seal_silent")
    ),
    # the rest: route
    "backtracks": Expected("drives back 8 km", OTHER, BACK, "any", 5),
    "waypoint_missed": Expected("passes by a waypoint", OTHER, WAYPOINT, "any"),
    "waypoint_order": Expected("waypoints out of order", OTHER, WAYPOINT, "any"),
    "late": Expected("later than promised", OTHER, ("overdue",), "any"),
    # the rest: stops
    "stands_too_long": Expected("stands 45 min where none is planned", OTHER, STOP, "any", 15),
    "stands_a_while": Expected("stands 22 min", OTHER, STOP, "any", 15),
    "sleeps_too_long": Expected("stands 70 min, asleep", OTHER, STOP, "any", 15),
    "first_mile": Expected("stops on the first mile", OTHER, STOP, "any", 15),
    "last_mile": Expected("stops on the last mile", OTHER, STOP, "any", 15),
    "high_risk": Expected("stops in a high-risk zone", OTHER, STOP, "any"),
    # the rest: silence, jamming
    "silent_moving": Expected("falls silent while moving", OTHER, ("silence",), "any", 10),
    "silent_parked": Expected("falls silent while parked", OTHER, ("silence",), "any", 30),
    "silent_after_dead_zone": Expected("stays in a dead zone", OTHER, ("silence",), "any", 20),
    "silent_after_jamming": Expected(
        "jammed, then silent", OTHER, ("silence", "jamming", "likely_theft")
    ),
    "jammed": Expected("jammed while driving", OTHER, ("jamming", "likely_theft")),
    "jammed_quietly": Expected(
        "jammed, and does not say so", OTHER, ("jamming", "likely_theft", "position_lost"), "any"
    ),
    "slow_reporting": Expected("reports slower than asked", OTHER, ("slow_reporting",), "any", 20),
    "seal_mute": Expected("says no more of the seal", OTHER, ("seal_silent",), "any", 10),
    # the rest: positions
    "dragged_slowly": Expected(
        "dragged off at walking pace", OTHER, ("position_not_credible", *AWAY), "any"
    ),
    "dragged_fast": Expected(
        "dragged off at 60 km/h", OTHER, ("position_not_credible", *AWAY), "any"
    ),
    "spoofed_beside_tracker": Expected(
        "shown on the road, tracker is off it", OTHER, (*APART, *AWAY, "position_not_credible"),
        "any",
    ),
    "replayed": Expected(
        "replays an old track", OTHER, ("position_not_credible", *BACK), "any"
    ),
    "frozen": Expected(
        "position frozen while driving", OTHER, ("position_frozen", "position_not_credible"), "any"
    ),
    "position_lost": Expected("no position for hours", OTHER, ("position_lost",), "any", 60),
    # the rest: device and people
    "battery_low": Expected("battery runs to 25 %", OTHER, ("battery",), "any"),
    "battery_ends": Expected("battery runs to 10 %", OTHER, ("battery",)),
    "clock_off": Expected("clock shows local time", OTHER, ("clock_off",), "any"),
    "lock_fault": Expected("lock reports a fault", OTHER, ("seal_fault",), "any"),
    "not_accepted": Expected(
        "handed over, never accepted", OTHER, ("handover_not_accepted",), "any", 30
    ),
    "other_number_accepted": Expected(
        "handed over, another number read", OTHER, ("handover_mismatch",)
    ),
}  # fmt: skip
