"""The parts of the report that tell what happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sealproof.history import HistoryEntry
from sealproof.story import AlertLife, SealBreak, ShipmentStory, StoryLine
from tracker.evidence.markup import Cell, Safe, element, moment, paragraph, table, text

NOT_BOUND = (
    "The shipment's file as it was opened can no longer be reproduced from the records, so it is "
    "not in the bundle; its hash is in the first entry."
)


def parties(declared: Mapping[str, Any] | None, names: Mapping[str, str]) -> Iterator[Safe]:
    if declared is None:
        yield paragraph(NOT_BOUND)
        return
    yield paragraph(
        "As declared when the shipment was opened; the first entry holds the hash of it "
        "(shipment.json). Names of people are left out unless they were disclosed."
    )
    yield table(
        ("Custodian", "Role", "Name"),
        (
            (one["id"], one.get("role", "other"), names.get(one["id"]))
            for one in declared.get("custodians", ())
        ),
        empty="No custodians were declared.",
    )
    yield table(("Declared", ""), _declared(declared), empty="")


def _declared(declared: Mapping[str, Any]) -> Iterator[tuple[Cell, Cell]]:
    for name in ("vehicle", "trailer"):
        if name in declared:
            yield name.capitalize(), ", ".join(f"{k} {v}" for k, v in declared[name].items())
    for document in declared.get("documents", ()):
        yield str(document["kind"]).replace("_", " ").capitalize(), document["number"]
    for device in declared.get("devices", ()):
        yield "Device", f"{device['id']} ({device.get('role', 'lock')})"
    for seal in declared.get("seals", ()):
        on = f" on {seal['device']}" if seal.get("device") else ", a bolt seal"
        yield "Seal", f"{seal['number']}{on}"
    if declared.get("crossing"):
        yield "Crossing", declared["crossing"]
    for number, leg in enumerate(declared.get("legs", ()), 1):
        ends = (_place(leg.get(end)) for end in ("from", "to"))
        yield f"Leg {number}", " to ".join(ends) + f", custodian {leg.get('custodian', '-')}"


def _place(place: Any) -> str:
    return "a place drawn in the file" if isinstance(place, dict) else str(place or "-")


def seals(told: ShipmentStory) -> Iterator[Safe]:
    yield table(
        ("Time", "Lock", "From", "To", "Number", "Zone", "Why", "Entry"),
        (
            (one.at, one.device, one.before, one.after, one.number, one.zone, one.detail, one.entry)
            for one in told.seals
        ),
        empty="No seal changed its state.",
    )
    yield element("h3", "Continuity of numbers")
    yield table(
        ("Lock", "Opened", "How", "Number before", "Closed", "Number after", "Paired with"),
        (
            (one.device, one.start, one.state, one.before, one.end, one.after, _paired(one))
            for one in told.breaks
        ),
        empty="From the first number to the last no opening of a seal was recorded.",
    )


def _paired(one: SealBreak) -> Safe:
    if one.end is None:
        return element("span", "not closed again", "critical")
    if one.incident:
        return element("span", "an incident, signed off", "warning")
    if one.paired:
        return element("span", "a recorded reseal")
    return element("span", "no record of the number", "critical")


def custody(told: ShipmentStory) -> Iterator[Safe]:
    yield table(
        ("Time", "What", "From", "To", "Seal read", "Zone", "Declared by"),
        (
            (
                one.at,
                "accepted" if one.accepted else "offered",
                one.giver,
                one.taker,
                one.number,
                one.zone,
                one.by,
            )
            for one in told.handovers
        ),
        empty="No handover was declared.",
    )


def alerts(told: ShipmentStory) -> Iterator[Safe]:
    yield table(
        ("Alert", "Happened", "What", "What was done"),
        (
            (
                one.id,
                one.raised_at,
                Safe(
                    f"{element('span', one.severity, _look(one.severity))} "
                    f"{element('span', one.kind.replace('_', ' '))}: {element('span', one.detail)}"
                ),
                _done(one),
            )
            for one in told.alerts
        ),
        empty="No alert was raised.",
    )


def _done(alert: AlertLife) -> Safe:
    steps = [
        f"{moment(at)} {what.removeprefix('alert_')}{f' by {by}' if by else ''}: {note}"
        for at, what, by, note in alert.done
    ]
    lines = "".join(element("div", step) for step in steps)
    return Safe(lines + ("" if alert.closed else element("div", "never closed", "critical")))


def _look(severity: str) -> str:
    return severity if severity in ("critical", "warning") else ""


def coverage(told: ShipmentStory, readings: int, with_readings: bool) -> Iterator[Safe]:
    where = "in readings.jsonl" if with_readings else "left out of this bundle"
    yield paragraph(
        f"The entries bind {readings:,} readings of the shipment's devices, {where}. "
        f"{told.late} entries rest on readings that came late, from a device's own store."
    )
    yield table(
        ("Device", "Nothing heard from", "Until", "Minutes"),
        ((one.device, one.start, one.end, round(one.seconds / 60)) for one in told.gaps),
        empty="No gap longer than the policy allows was found.",
    )
    silent = [one for one in told.alerts if one.kind == "silence"]
    yield paragraph(f"Alerts of silence: {', '.join(one.id for one in silent) or 'none'}.")
    yield paragraph(
        "Between readings nothing is known. What no device reported and nobody declared is not in "
        "the log, and no proof can show it missing."
    )


def timeline(told: ShipmentStory, entries: Sequence[HistoryEntry]) -> Iterator[Safe]:
    rules = ", ".join(sorted({str(one.said["rules"]) for one in entries}))
    zones = ", ".join(sorted({str(one.said["zones"]) for one in entries}))
    yield paragraph(f"Rules in force: {rules}. Zones in force: {zones}.", "soft")
    yield table(
        ("Entry", "Device or actor says", "Recorded", "What", "Where", "By"),
        (
            (
                one.entry.rpartition("#")[2],
                one.occurred_at,
                one.recorded_at,
                Safe(
                    f"{element('b', one.type.replace('_', ' '))} "
                    f"{element('span', one.detail, _look(one.severity))}"
                    f"{element('span', ' (came late)', 'soft') if one.late else ''}"
                    f"{_facts(one)}"
                ),
                Safe(f"{text(one.zone)}{element('small', one.place) if one.place else ''}"),
                one.by or one.device,
            )
            for one in told.timeline
        ),
        empty="",
    )


def _facts(line: StoryLine) -> Safe:
    if not line.facts:
        return Safe("")
    return element("small", "; ".join(f"{name} {value}" for name, value in line.facts))
