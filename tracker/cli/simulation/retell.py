"""`tracker replay` without a track: the journal told again, and what would be different."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from tracker.cli.shared import render
from tracker.cli.shared.choice import period
from tracker.cli.shared.session import load_config, session

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from tracker.app.replay.difference import Difference
    from tracker.app.replay.retelling import Outcome, Retelling


class Asked(NamedTuple):
    """What the options say."""

    since: str | None = None
    until: str | None = None
    policy: Path | None = None
    zones: tuple[Path, ...] = ()
    shipments: tuple[str, ...] = ()
    diff: bool = False


NOTHING_ASKED = Asked()


def retell(ctx: typer.Context, asked: Asked, *, as_json: bool) -> None:
    """Prints the alerts that would be, or what differs; how much was judged on stderr."""
    from tracker import wiring

    config = load_config(ctx)
    since, until = period(ctx, asked.since, asked.until)
    policy, layers = wiring.policy_of(asked.policy, config)
    zones = wiring.zones_of(asked.zones, config, policy, layers)
    with (
        wiring.retelling(config, since=since, until=until, shipments=asked.shipments) as retelling,
        render.progress("replay", as_json=as_json) as progress,
    ):
        began = time.monotonic()
        outcome = retelling.tell(policy, layers, zones=zones, progress=progress)
        took = time.monotonic() - began
    _tell(retelling, outcome, took)
    zone = session(ctx).zone
    if not asked.diff:
        render.alerts(outcome.after, zone, as_json=as_json)
    elif as_json:
        for one in outcome.found:
            render.json_line(document(one))
    else:
        _show(outcome, zone)


def document(one: Difference) -> dict[str, Any]:
    """As `--json` prints it (docs/json.md)."""
    from tracker import wording

    alert = one.alert
    return {
        "change": one.change,
        "kind": alert.kind,
        "shipment": alert.shipment,
        "device": alert.device,
        "moved": one.moved,
        "before": None if one.before is None else wording.document(one.before),
        "after": None if one.after is None else wording.document(one.after),
    }


def _tell(retelling: Retelling, outcome: Outcome, took: float) -> None:
    from tracker.rules import VERSION

    readings = outcome.readings
    render.warn(
        f"{readings:,} readings and {len(retelling.record.judged):,} shipments judged anew in "
        f"{took:.1f} s ({readings / took:,.0f} readings a second), by rules of version {VERSION}"
    )
    others = [version for version in retelling.record.rules if version != VERSION]
    if others:
        render.warn(f"of the record some was concluded by rules of version {', '.join(others)}")


def _show(outcome: Outcome, zone: ZoneInfo) -> None:
    render.table(
        ("KIND", "ON RECORD", "REPLAYED", "APPEAR", "VANISH", "MOVE"),
        (
            (one.kind, one.recorded, one.replayed, one.appears, one.vanishes, one.moves)
            for one in outcome.kinds
        ),
        empty="no alerts, neither on record nor in the replay",
    )
    if not outcome.found:
        render.say("\nno difference: every alert is as it is on record")
        return
    render.say("")
    render.table(
        ("CHANGE", "SHIPMENT", "KIND", "OCCURRED", "WHY"),
        (
            (
                one.change,
                one.alert.shipment or f"(device {one.alert.device})",
                one.alert.kind,
                render.moment(one.alert.occurred_at, zone),
                _why(one, zone),
            )
            for one in outcome.found
        ),
        empty="",
    )


def _why(one: Difference, zone: ZoneInfo) -> str:
    """What the alert tells; of one that moves, what about it is different."""
    from tracker import wording

    told = f"{one.alert.severity}: {wording.of_alert(one.alert)}"
    if one.before is None or one.after is None:
        return told
    words = {"occurred_at": "began", "count": "counted"}
    changes = [
        f"{words.get(name, name)} {_value(one.before, name, zone)} -> "
        f"{_value(one.after, name, zone)}"
        for name in one.moved
    ]
    return f"{'; '.join(changes)} ({told})"


def _value(alert: Any, name: str, zone: ZoneInfo) -> str:
    value = getattr(alert, name)
    return render.moment(value, zone) or "" if name == "occurred_at" else str(value)
