"""`tracker policy`: what holds in general, and for one shipment at one time."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tracker.config import load, template
from tracker.wiring import geography

NIGHT = (
    '\n[policy.hours.night]\nfrom = "22:00"\nuntil = "05:00"\ntimezone = "America/Monterrey"\n'
    "stop_critical_min = 12\n"
)


def configure(tmp_path: Path, text: str) -> None:
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write(text)


def test_the_profiles_are_listed_with_their_sources(run: Run) -> None:
    out = run("policy").out
    assert "profile high-risk" in out
    assert "ours: two wrong cards are no slip" in " ".join(out.split())
    (threshold,) = (d for d in run("policy", "--json").documents if d["name"] == "refused_critical")
    assert threshold["layers"] == {"profile high-risk": 2}


def test_of_a_shipment_each_says_what_decides_it(opened: Run, tmp_path: Path) -> None:
    configure(tmp_path, NIGHT)
    by = {}
    for name, at in (("day", "2026-03-02T12:00:00-06:00"), ("night", "2026-03-02T23:00:00-06:00")):
        found = opened("policy", "--shipment", "TRIP-1", "--at", at, "--json").documents
        by[name] = {one["name"]: (one["value"], one["origin"]) for one in found}
    assert by["day"]["stop_critical_min"] == (30, "default")
    assert by["night"]["stop_critical_min"] == (12, "hours night")
    out = opened("policy", "--shipment", "TRIP-1", "--at", "2026-03-02T23:00:00-06:00").out
    assert "until" in out
    assert "night" in out


def test_a_lane_that_is_not_on_file_is_told_before_anything_runs(
    opened: Run, tmp_path: Path
) -> None:
    configure(tmp_path, '\n[policy.lane."monterey-laredo.world-trade"]\nstop_warning_min = 5\n')
    err = opened("policy", "--shipment", "TRIP-1", code=2).err
    assert 'tracker.toml: [policy.lane."monterey-laredo.world-trade"]' in err
    assert "did you mean monterrey-laredo.world-trade?" in err


def test_the_examples_of_init_are_on_file(tmp_path: Path) -> None:
    lines = template({}).partition("to use them.\n")[2].splitlines()
    file = tmp_path / "tracker.toml"
    file.write_text("\n".join(line.removeprefix("#") for line in lines))
    assert geography(load(file, {})).layers.lanes


def test_wrong_usage(opened: Run) -> None:
    assert "--shipment ID" in opened("policy", "--at", "2026-03-02T12:00:00Z", code=2).err
    assert "there is no shipment X" in opened("policy", "--shipment", "X", code=2).err
