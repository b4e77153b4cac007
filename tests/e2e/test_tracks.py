"""Recorded tracks of real vehicles: `tracker replay`, a real broker, `tracker run`, its database.

What must come out is computed here from the files alone: how many readings, how many late, and
where two fixes in a row are truly further from the route than its half-width. Run with -s to see
the counts.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geofences.formats import from_features
from tests.support.chain import assert_whole
from tests.support.product import Product
from tracker import wiring

pytestmark = [pytest.mark.e2e, pytest.mark.shared_data]

YESTERDAY = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
"""When the tracks end: what is half a year old dates nothing (`devices.common.clocks`)."""
HALF_WIDTH_M = 200.0
TRACKS = {"00000011": 2828, "00000025": 1179, "00000033": 5844, "00000042": 7739, "00000079": 689,
          "00000096": 3271}  # fmt: skip
"""Rows of each. 11 and 42 have gaps of 11 to 15 min, 79 a jump of 651 km/h, and 33 is a parked
vehicle up to 135 m off its route."""
NARROW = ("00000096", 50.0)
"""A track and a half-width that it truly exceeds, by up to 103 m: there the alert must come."""


@dataclass(frozen=True)
class Recording:
    """One track on its true route, with the half-width of the corridor."""

    file: Path
    half_width_m: float
    device: str

    @property
    def route(self) -> Any:
        return json.loads(self.file.with_suffix(".route.geojson").read_text())

    def document(self) -> bytes:
        leg = {"corridor": self.route, "corridor_half_width_m": self.half_width_m}
        leg["earliest"] = "2020-01-01T00:00:00Z"  # the track ends now
        said = {"id": self.device, "devices": [{"id": self.device}], "legs": [leg]}
        return json.dumps(said).encode()

    def rows(self) -> list[dict[str, float]]:
        with self.file.open() as text:
            return [{k: float(v) for k, v in row.items()} for row in csv.DictReader(text)]

    def deviates_at_s(self) -> float | None:
        """When the first of two fixes in a row beyond the half-width was made, if any were."""
        (corridor,) = from_features(self.route, where=self.device).corridors
        rows = self.rows()
        offsets, _ = corridor.offsets([r["lat"] for r in rows], [r["lon"] for r in rows])
        out = np.flatnonzero((offsets[:-1] > self.half_width_m) & (offsets[1:] > self.half_width_m))
        return rows[out[0]]["t_s"] if len(out) else None


@pytest.fixture(scope="module")
def recordings(shared_data: Path) -> list[Recording]:
    folder = shared_data / "tracks"
    wide = [Recording(folder / f"{name}.csv", HALF_WIDTH_M, name) for name in TRACKS]
    name, half_width_m = NARROW
    return [*wide, Recording(folder / f"{name}.csv", half_width_m, f"{name}-narrow")]


def test_deviation_is_told_where_a_track_truly_leaves_its_route_and_nowhere_else(
    recordings: list[Recording], tmp_path: Path
) -> None:
    due = {one.device: one.deviates_at_s() for one in recordings}
    assert [device for device, at in due.items() if at is not None] == ["00000096-narrow"]
    ends = YESTERDAY
    with Product(tmp_path).running() as product:
        with wiring.commands(product.config) as commands:
            for one in recordings:
                commands.open(one.document(), by="tester")

        def replay(one: Recording) -> None:
            (sent,) = product.documents(
                "replay", str(one.file), "--device", one.device, "--seal", "sealed",
                "--end", ends.isoformat(),
            )  # fmt: skip
            assert sent["published"] == TRACKS[one.file.stem]

        with ThreadPoolExecutor(2) as two_at_once:
            list(two_at_once.map(replay, recordings))
        with product.journal() as journal:
            total = sum(TRACKS[one.file.stem] for one in recordings)
            product.wait(lambda: journal.counts()["readings"] == total)
            assert_whole(journal)
            alerts, counts = journal.alerts(), journal.counts()
        devices = {one["device"]: one for one in product.documents("devices", "list")}
    report(recordings, devices, alerts)
    assert {name: one["readings"] for name, one in devices.items()} == {
        one.device: TRACKS[one.file.stem] for one in recordings
    }
    assert (counts["rejects"], counts["late"]) == (0, 0)
    deviations = [alert for alert in alerts if alert.kind == "route_deviation"]
    (deviation,) = deviations
    assert deviation.device == "00000096-narrow"
    (narrow,) = [one for one in recordings if one.device == deviation.device]
    last_s = narrow.rows()[-1]["t_s"]
    since = due[narrow.device]
    assert since is not None
    assert deviation.occurred_at == ends - timedelta(seconds=last_s - since)
    others = Counter((alert.device, str(alert.kind)) for alert in alerts if alert is not deviation)
    assert others["00000033", "unplanned_stop"], "it was parked for 104 minutes"
    assert {kind for _, kind in others} == {"unplanned_stop"}


def report(recordings: list[Recording], devices: dict[str, Any], alerts: list[Any]) -> None:
    print("\n| track | half-width m | readings | late | deviations | unplanned stops |")
    for one in recordings:
        kinds = Counter(alert.kind for alert in alerts if alert.device == one.device)
        row = devices[one.device]
        print(f"| {one.device} | {one.half_width_m:g} | {row['readings']} | {row['late']} | "
              f"{kinds['route_deviation']} | {kinds['unplanned_stop']} |")  # fmt: skip


def test_real_trucks_arrive_out_of_order_and_each_reading_once(
    shared_data: Path, tmp_path: Path
) -> None:
    """In order of receipt, and then all of it again, which changes nothing."""
    file = shared_data / "tracks" / "trucks_myanmar_drvr.csv"
    unique, late = in_order_of_receipt(file)
    with Product(tmp_path).running() as product, product.journal() as journal:
        product.documents("replay", str(file), "--end", YESTERDAY.isoformat())
        product.wait(lambda: journal.counts()["readings"] == unique.total())
        before = journal.counts()
        (again,) = product.documents("replay", str(file), "--end", YESTERDAY.isoformat())
        lone = tmp_path / "beacon.csv"
        lone.write_text("t_s,lon,lat\n0,-100.3,25.7\n")
        product.call("replay", str(lone), "--device", "BEACON")
        product.wait(lambda: any(journal.readings(device="BEACON")))
        devices = {one["device"]: one for one in product.documents("devices", "list")}
        print(f"\n{again['published']} rows: {before}")
        assert {name: row["readings"] for name, row in devices.items()} == {**unique, "BEACON": 1}
        assert {name: row["late"] for name, row in devices.items()} == {**late, "BEACON": 0}
        assert journal.counts()["rejects"] == 0
        assert_whole(journal)


def in_order_of_receipt(file: Path) -> tuple[Counter[str], Counter[str]]:
    """For each vehicle: its different readings, and those older than one received before.

    The few rows without a receipt count as received when they were made.
    """
    with file.open() as text:
        rows = list(csv.DictReader(text))
    rows.sort(key=lambda row: moment(row["received_ts"] or row["event_ts"]))
    unique, late = Counter[str](), Counter[str]()
    newest: dict[str, datetime] = {}
    known: set[tuple[str, ...]] = set()
    for row in rows:
        vehicle, time = row["vehicle_id"], moment(row["event_ts"])
        says = tuple(value for key, value in row.items() if key != "received_ts")
        if says in known:
            continue
        known.add(says)
        unique[vehicle] += 1
        late[vehicle] += time < newest.get(vehicle, time)
        newest[vehicle] = max(time, newest.get(vehicle, time))
    assert any(moment(a["event_ts"]) > moment(b["event_ts"]) for a, b in pairwise(rows))
    return unique, late


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
