"""`tracker simulate` and `tracker replay` as commands, against a tracker in its own process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.product import Product

pytestmark = pytest.mark.e2e

TRACK = "time,lat,lon\n2025-03-01T12:00:00Z,25.7,-100.3\nsoon,25.7,-100.3\n2025-03-01T12:00:30Z,25.8,-100.3\n"  # noqa: E501


def stored(product: Product) -> int:
    return sum(one["readings"] for one in product.documents("devices", "list"))


def late(product: Product, device: str) -> int:
    found = product.documents("devices", "list")
    return sum(one["late"] for one in found if one["device"] == device)


def test_simulated_trucks_arrive_with_their_faults(tmp_path: Path) -> None:
    with Product(tmp_path).running() as product:
        (sent,) = product.documents(
            "simulate", "--trucks", "3", "--fault", "corrupt,duplicates,backlog-cut", "--speed",
            "max", "--interval", "60",
        )  # fmt: skip
        assert [truck["faults"] for truck in sent["trucks"]] == [
            ["corrupt"], ["duplicates"], ["backlog-cut"],
        ]  # fmt: skip
        product.wait(lambda: late(product, "SIM-003") >= 20)
        rejects = product.documents("rejects", "list")
        devices = {one["device"]: one for one in product.documents("devices", "list")}
        (again,) = product.documents(
            "simulate", "--trucks", "1", "--duration", "10", "--speed", "max", "--rate", "20",
            "--prefix", "SLOW",
        )  # fmt: skip
    assert [one["device"] for one in rejects] == ["SIM-001"]
    assert sum(one["readings"] for one in devices.values()) < sent["readings"]  # the duplicates
    assert again["published"] == 21
    assert again["elapsed_s"] >= 1.0  # twenty pauses of 50 ms


def test_replay_counts_what_it_skips_and_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    track = tmp_path / "track.csv"
    track.write_text(TRACK)
    product = Product(tmp_path / "product")
    product.call("replay", str(track), "--device", "A1", code=2)
    with product.running():
        (sent,) = product.documents(
            "replay", str(track), "--device", "A1", "--skip-bad", "--seal", "sealed:MX1"
        )
        assert (sent["published"], sent["skipped"]) == (2, 1)
        product.wait(lambda: stored(product) == 2)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("simulate", "--fault", "flood"), 2),
        (("simulate", "--corridor", "nowhere"), 2),
        (("simulate", "--speed", "fast"), 2),
        (("replay", "absent.csv"), 2),
        (("simulate", "--trucks", "1", "--host", "127.0.0.1", "--port", "1"), 3),
    ],
)
def test_exit_codes(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    Product(tmp_path).call(*arguments, code=code)
