"""How things are worded: JSON lines for machines, plain tables for people.

Nothing here decides anything. Without a terminal there is no colour and no cutting to its width.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from tracker import wording
from tracker.cli.shared.output import UNCUT, console, exact, json_line, lines, say, warn
from tracker.cli.shared.tables import pairs, table
from tracker.domain.alert import Alert, Severity, Snooze
from tracker.domain.errors import TrackerError
from tracker.domain.finding import Finding

if TYPE_CHECKING:
    from rich.text import Text

    from tracker.app.queries.shipment_view import DeviceNow, ShipmentView

__all__ = ["UNCUT", "console", "exact", "json_line", "lines", "pairs", "say", "table", "warn"]

STYLES = {Severity.CRITICAL: "bold red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


@contextmanager
def progress(label: str, *, as_json: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, where that is a terminal; call what is given with (done, in all)."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    shown = console(stderr=True)
    columns = ("[progress.description]{task.description}", BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=shown,
        disable=as_json or not shown.is_terminal,
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def fault(error: TrackerError) -> None:
    """The one way an error reaches its reader: what, where, mend."""
    style = "red" if sys.stderr.isatty() else None
    console(stderr=True).print(lines(str(error)), style=style)


def moment(when: datetime | None, zone: ZoneInfo) -> str | None:
    """To the second, with the zone's name: 2025-03-01 08:00:00 CST."""
    return None if when is None else when.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def place(lat: float | None, lon: float | None) -> str | None:
    return None if lat is None or lon is None else f"{lat:.5f},{lon:.5f}"


def severity(alert: Alert) -> Any:
    from rich.text import Text

    return Text(alert.severity.value, style=STYLES[alert.severity])


ALERT_COLUMNS = ("ALERT", "SEVERITY", "STATUS", "KIND", "SHIPMENT", "OCCURRED", "ZONE", "DETAIL")


def alert_row(alert: Alert, zone: ZoneInfo, language: str = "en") -> tuple[Any, ...]:
    shown, told = moment(alert.occurred_at, zone), wording.of_alert(alert, language)
    return (
        alert.id,
        severity(alert),
        alert.status.value,
        alert.kind.value,
        alert.shipment or f"(device {alert.device})",
        f"{shown} late" if alert.late else shown,
        alert.zone,
        _marked(alert, told if alert.count == 1 else f"{told} (x{alert.count})"),
    )


def _marked(alert: Alert, told: str) -> str:
    marks = [] if alert.part_of is None else [f"part of {alert.part_of}"]
    marks += [] if alert.assigned_to is None else [f"for {alert.assigned_to}"]
    marks += ["snoozed"] if alert.snooze is not None else []
    return f"({', '.join(marks)}) {told}" if marks else told


def alerts(found: Sequence[Alert], zone: ZoneInfo, *, as_json: bool, language: str = "en") -> None:
    """A list of alerts, wherever one is printed."""
    documents(
        found,
        as_json=as_json,
        columns=ALERT_COLUMNS,
        row=lambda alert: alert_row(alert, zone, language),
        empty="no alerts",
    )


def folded(found: Sequence[Alert], *, parts: bool) -> list[Alert]:
    """Without the parts of those that are there; or with them, each below its whole."""
    ids = {alert.id for alert in found}
    shown = list[Alert]()
    for alert in found:
        if alert.part_of in ids:
            continue
        shown.append(alert)
        if parts:
            shown += [part for part in found if part.part_of == alert.id]
    return shown


def alert_line(alert: Alert, zone: ZoneInfo, language: str = "en") -> None:
    """One alert in one line, for whoever follows."""
    from rich.text import Text

    head = Text(f"{alert.severity.value:<8}", style=STYLES[alert.severity])
    cells = [cell(cell) for cell in alert_row(alert, zone, language)]
    if alert.ended_at is not None and alert.closed_at is None:
        cells[2] += ", over"
    body = "  ".join((cells[5], cells[0], cells[3], cells[2], cells[4], cells[7]))
    console().print(head.append(Text(f"  {body}", style="")), soft_wrap=True)


def alert_pairs(alert: Alert, zone: ZoneInfo, language: str = "en") -> None:
    """Every field of an alert that has a value."""
    values = wording.document(alert)
    for coded in ("code", "facts", "chapters"):  # `detail` says it in words
        del values[coded]
    values["detail"] = wording.of_alert(alert, language)
    if alert.snooze is not None:
        values["snooze"] = _snoozed(alert.snooze, zone)
    pairs(
        (name, moment(value, zone) if isinstance(value, datetime) else value)
        for name, value in values.items()
        if value != ""
    )


def _snoozed(snooze: Snooze, zone: ZoneInfo) -> str:
    limits = [f"until {moment(snooze.until, zone)}"]
    limits += [] if snooze.distance_m is None else [f"within {snooze.distance_m:,} m"]
    limits += [] if snooze.zone is None else [f"in {snooze.zone}"]
    return ", ".join(limits)


def findings(found: Sequence[Finding], zone: ZoneInfo, *, as_json: bool) -> None:
    """What a declaration led to."""
    if as_json:
        for finding in found:
            json_line(finding)
        return
    columns = ("RECORDED", "WHAT", "ZONE", "DETAIL")
    rows = (
        (moment(one.recorded_at, zone), one.type.value, one.zone, wording.of_finding(one))
        for one in found
    )
    table(columns, rows, empty="nothing changed")


def documents(
    found: Iterable[Any],
    *,
    as_json: bool,
    columns: Sequence[str],
    row: Callable[[Any], Sequence[Any]],
    empty: str,
) -> None:
    """Any list: a document a line, or a table."""
    if as_json:
        for one in found:
            json_line(one)
    else:
        table(columns, map(row, found), empty=empty)


def hex_lines(payload: bytes, most: int = 4096) -> Iterable[str]:
    """Offset, sixteen bytes, and what of them is ASCII; the first `most` bytes."""
    for start in range(0, min(len(payload), most), 16):
        chunk = payload[start : start + 16]
        ascii_ = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in chunk)
        yield f"{start:08x}  {chunk.hex(' '):<47}  {ascii_}"
    if len(payload) > most:
        yield f"... {len(payload) - most} bytes more (--json has them all)"


SHIPMENT_COLUMNS = ("SHIPMENT", "STATUS", "OPENED", "CUSTODIAN", "SEALS", "ZONES", "OPEN ALERTS")


def shipment_row(one: ShipmentView, zone: ZoneInfo) -> tuple[Any, ...]:
    seals = ", ".join(f"{d.device} {d.seal_number or ''} {_seal(one, d)}" for d in one.devices)
    zones = ", ".join(sorted({place for device in one.devices for place in device.zones}))
    opened = moment(one.opened_at, zone)
    return (one.id, one.status, opened, one.custodian, seals, zones, one.open_alerts)


def shipment_view(one: ShipmentView, alerts: Sequence[Alert], zone: ZoneInfo) -> None:
    """A shipment, and below it its devices and its open `alerts`."""
    pairs(
        (
            ("shipment", one.id),
            ("status", one.status),
            ("opened", moment(one.opened_at, zone)),
            ("closed", moment(one.closed_at, zone)),
            ("custodian", one.custodian),
            ("leg", _leg(one)),
            ("alerts", f"{one.open_alerts} open of {one.alerts}"),
        )
    )
    columns = ("DEVICE", "SEAL", "STATE", "POSITION", "AT", "ZONES")
    rows = (
        (
            device.device,
            device.seal_number,
            _seal(one, device),
            _position(device),
            moment(device.event_time, zone),
            ", ".join(device.zones),
        )
        for device in one.devices
    )
    table(columns, rows, empty="no devices")
    if alerts:
        say("")
        table(ALERT_COLUMNS, (alert_row(alert, zone) for alert in alerts), empty="")


def _position(device: DeviceNow) -> str | None:
    shown = place(device.lat, device.lon)
    shown = f"lost, last {shown}" if device.position_lost else shown
    if not device.positions_not_believed:
        return shown
    return f"{shown or 'none'} ({device.positions_not_believed:,} not believed)"


def _seal(one: ShipmentView, device: DeviceNow) -> str:
    state, breach = device.seal_state.value, one.breaches.get(device.device)
    return f"{state}, breached: {breach}" if breach else state


def _leg(one: ShipmentView) -> str | None:
    if not one.legs:
        return None
    return f"{one.leg + 1} of {one.legs}" if one.leg < one.legs else f"all {one.legs} complete"


def finding_line(finding: Finding, zone: ZoneInfo) -> Text:
    """When, whose, what; coloured by the severity of the alert that it tells of."""
    from rich.text import Text

    severity = finding.facts.get("severity")
    style = STYLES[Severity(severity)] if isinstance(severity, str) else ""
    whose, what, rest = finding_parts(finding, zone)
    return Text(whose).append(what, style=style).append(rest)


def finding_parts(finding: Finding, zone: ZoneInfo) -> tuple[str, str, str]:
    """Its line in three parts: when and whose, what, and the rest. Only the second has a colour.
    What would act on a terminal is shown as it is written.
    """
    late = " (late)" if finding.late else ""
    where = f" in {finding.zone}" if finding.zone else ""
    return (
        lines(f"{moment(finding.occurred_at, zone)}  {finding.scope}  "),
        finding.type.value.replace("_", " "),
        lines(f"{late}{where}  {wording.of_finding(finding)}".rstrip()),
    )
