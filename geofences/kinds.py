"""What kinds of place there are. No geometry here: rules may import it without shapely."""

from __future__ import annotations

import enum


class ZoneKind(enum.StrEnum):
    """What a place is for. The border kinds follow a northbound truck."""

    PLANT = "plant"
    """Shipper's plant or warehouse: loading happens here."""
    YARD = "yard"
    """A yard where a trailer changes tractor or driver."""
    CONSIGNEE = "consignee"
    APPROACH_QUEUE = "approach_queue"
    CUSTOMS_COMPOUND = "customs_compound"
    """Mexican export or import compound (modulación)."""
    BRIDGE = "bridge"
    CBP_PRIMARY = "cbp_primary"
    CBP_SECONDARY = "cbp_secondary"
    STATE_INSPECTION = "state_inspection"
    """Texas DPS and its like: may not open a sealed load."""
    CHECKPOINT_MILITARY = "checkpoint_military"
    REST_STOP = "rest_stop"
    WAYPOINT = "waypoint"
    RESTRICTED = "restricted"
    HIGH_RISK = "high_risk"
    DEAD_ZONE = "dead_zone"
    """Listed lack of coverage; `usual_minutes` in its properties says up to how long."""
    OTHER = "other"


class Precision(enum.StrEnum):
    SURVEYED = "surveyed"
    APPROXIMATE = "approximate"
