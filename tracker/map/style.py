"""How each sort of thing looks, for both drawings. Whatever a colour says, a word or a hatch says
too: some people see no colours, and some printers have none."""

from __future__ import annotations

from msgspec import Struct

from geofences.kinds import ZoneKind
from tracker.domain.alert import Severity
from tracker.domain.seal import SealState


class LayerStyle(Struct, frozen=True):
    """`tag`: up to two letters that stand in a zone too small for its name; or a mark's symbol.
    hatch: "", "lines" or "dots"."""

    label: str
    tag: str
    colour: str
    ink: str = "#ffffff"
    hatch: str = ""


ZONES = {
    ZoneKind.PLANT: LayerStyle("Plant", "PL", "#2f7d4f"),
    ZoneKind.YARD: LayerStyle("Yard", "YD", "#4f8f1f"),
    ZoneKind.CONSIGNEE: LayerStyle("Consignee", "CO", "#0f8b78"),
    ZoneKind.APPROACH_QUEUE: LayerStyle("Approach, queue", "Q", "#a8730a"),
    ZoneKind.CUSTOMS_COMPOUND: LayerStyle("Mexican customs compound", "MX", "#b3541e"),
    ZoneKind.BRIDGE: LayerStyle("Bridge", "BR", "#5b6b7b"),
    ZoneKind.CBP_PRIMARY: LayerStyle("CBP primary", "P1", "#2b62c4"),
    ZoneKind.CBP_SECONDARY: LayerStyle("CBP secondary", "P2", "#6a4fc9"),
    ZoneKind.STATE_INSPECTION: LayerStyle("State inspection", "SI", "#0b7fab"),
    ZoneKind.CHECKPOINT_MILITARY: LayerStyle("Military checkpoint", "CP", "#6b6f1d"),
    ZoneKind.REST_STOP: LayerStyle("Rest stop", "RS", "#8a5a83"),
    ZoneKind.WAYPOINT: LayerStyle("Waypoint", "WP", "#7a7a7a"),
    ZoneKind.RESTRICTED: LayerStyle("Restricted", "X", "#c01f3a", hatch="lines"),
    ZoneKind.HIGH_RISK: LayerStyle("High risk", "HR", "#d1493f", hatch="lines"),
    ZoneKind.DEAD_ZONE: LayerStyle("No coverage", "NC", "#555555", hatch="dots"),
    ZoneKind.OTHER: LayerStyle("Other zone", "Z", "#8c8c8c"),
}

ALERTS = {
    Severity.CRITICAL: LayerStyle("Critical alert", "!!", "#b00020"),
    Severity.WARNING: LayerStyle("Warning", "!", "#ffb300", "#1a1a1a"),
    Severity.INFO: LayerStyle("Note", "i", "#1565c0"),
}

SEALS = {
    "issued": LayerStyle("Seal issued", "\u25cb", "#5f6b76"),
    "sealed": LayerStyle("Sealed", "\u25cf", "#1b6b3a"),
    "resealed": LayerStyle("Resealed", "\u25cf", "#0b6f8f"),
    "opened": LayerStyle("Opened with leave", "\u25cb", "#7a5c00"),
    "opened without leave": LayerStyle("Opened without leave", "\u25cb", "#b00020"),
    "cut": LayerStyle("Cut", "\u00d7", "#7b0016"),
    "tampered": LayerStyle("Tampered with", "\u00d7", "#7b0016"),
    "state unknown": LayerStyle("Seal's state unknown", "?", "#5f6b76"),
    "fault": LayerStyle("Lock at fault", "?", "#5f6b76"),
    "released": LayerStyle("Released", "\u25cb", "#2d4f9e"),
}

SEAL_WORDS = {
    SealState.UNASSIGNED: "released",
    SealState.ARMED: "issued",
    SealState.SEALED: "sealed",
    SealState.OPEN_AUTHORISED: "opened",
    SealState.OPEN_UNAUTHORISED: "opened without leave",
    SealState.TAMPERED: "tampered",
    SealState.UNKNOWN: "state unknown",
    SealState.FAULT: "fault",
    SealState.RELEASED: "released",
}
"""By the state that the seal went to; `happenings` knows when "sealed" was "resealed", and
"tampered" was "cut"."""

ROUTE = "#3a6ea5"
TRACKS = ("#101820", "#8e24aa", "#00695c", "#bf360c")
"""By device, in the order of the shipment; the first is drawn in white on a dark ground."""
