"""Zones change under `tracker run`: no restart, and no false entry or exit."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.product import Product
from tests.support.publish import publish, said

pytestmark = pytest.mark.e2e
LAT, LON = 24.5, -100.5


def file_with(name: str) -> str:
    west, east, south, north = LON - 0.01, LON + 0.01, LAT - 0.01, LAT + 0.01
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"id": name, "name": name, "kind": "rest_stop"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_new_file_is_taken_up_and_nobody_has_moved(tmp_path: Path, workers: str) -> None:
    product = Product(
        tmp_path,
        TRACKER_INTAKE__GRACE_S="0",
        TRACKER_INTAKE__QUIET_S="0",
        TRACKER_INTAKE__WORKERS=workers,
    )
    shipment = json.dumps({"id": "S1", "devices": [{"id": "L1"}]})

    def stand() -> None:
        now = datetime.now(UTC).isoformat()
        publish(product.broker, [said("L1", {"time": now, "lat": LAT, "lon": LON, "speed": 0})])

    def entries(scope: str) -> list[dict[str, Any]]:
        lines = product.documents("log", "show")
        return [line for line in lines if line["scope"] == scope]

    with product.running():
        product.call("shipment", "open", "-", input_=shipment)
        stand()
        stand()
        (tmp_path / "own.geojson").write_text(file_with("new"), encoding="utf-8")
        config = tmp_path / "tracker.toml"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("# files = []", 'files = ["own.geojson"]'), encoding="utf-8")
        product.wait(lambda: len(entries("tracker:zones")) == 2)
        stand()
        stand()
        (tmp_path / "own.geojson").write_text(file_with("other"), encoding="utf-8")
        product.wait(lambda: len(entries("tracker:zones")) == 3)
        stand()
        stand()
        product.wait(lambda: product.documents("devices", "list")[0]["readings"] == 6)
        (device,) = product.documents("shipment", "show", "S1")[0]["devices"]
        assert device["zones"] == ["other"]
        types = [line["type"] for line in entries("S1")]
        assert types.count("zones_redrawn") == 2
        assert not {"zone_entered", "zone_left"} & set(types)
        versions = [line["version"] for line in product.documents("zones", "versions")]
        assert len(set(versions)) == 3
