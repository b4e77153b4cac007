"""The rules, in the order in which one input meets them.

The order matters only among the seal rules: each sees the seal as those before it left it, so that
a cut outranks an opening and a reappearance is judged before it counts as sealed. The others see
the same view whatever their place.
"""

from __future__ import annotations

from tracker.rules import (
    battery,
    custody,
    device_clock,
    devices_apart,
    jamming,
    legs,
    likely_theft,
    not_understood,
    notice_delivery,
    overdue,
    position_loss,
    position_not_credible,
    restricted_zone,
    route_deviation,
    same_incident,
    seal_continuity,
    seal_departure,
    seal_incident,
    seal_inventory,
    seal_issue,
    seal_opening,
    seal_overtaken,
    seal_refusals,
    seal_release,
    seal_reseal,
    seal_sealing,
    seal_silence,
    seal_tampering,
    seal_vibration,
    silence,
    slow_reporting,
    turning_back,
    unknown_device,
    unplanned_stop,
    waypoints,
    wrong_crossing,
    zone_visits,
    zones_redrawn,
)
from tracker.rules.base import Rule

VERSION = "5"
"""Stands in every custody entry; raised whenever a rule concludes anything else than before."""

ORDER: tuple[Rule, ...] = (
    device_clock.RULE,
    zones_redrawn.RULE,
    position_loss.RULE,
    zone_visits.RULE,
    legs.RULE,
    seal_issue.RULE,
    seal_tampering.RULE,
    seal_vibration.RULE,
    seal_opening.RULE,
    seal_silence.RULE,
    seal_overtaken.RULE,
    seal_continuity.RULE,
    seal_incident.RULE,
    seal_reseal.RULE,
    seal_sealing.RULE,
    seal_departure.RULE,
    seal_refusals.RULE,
    seal_release.RULE,
    route_deviation.RULE,
    wrong_crossing.RULE,
    turning_back.RULE,
    waypoints.RULE,
    devices_apart.RULE,
    unplanned_stop.RULE,
    restricted_zone.RULE,
    jamming.RULE,
    position_not_credible.RULE,
    silence.RULE,
    slow_reporting.RULE,
    battery.RULE,
    overdue.RULE,
    custody.RULE,
    unknown_device.RULE,
    not_understood.RULE,
    notice_delivery.RULE,
    seal_inventory.RULE,
    same_incident.RULE,
    likely_theft.RULE,
)
