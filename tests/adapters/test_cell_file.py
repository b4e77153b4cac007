"""Files of cells, and what they say of a position."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from devices.reading import Cell, Fix
from tests.support.office import START, Office, message, reading, trip
from tracker.adapters.cell_file import read_cells
from tracker.domain.errors import UsageError

OURS = "mcc,mnc,lac,cid,lat,lon,range_m\n334,20,1,7,26.0,-100.0,5000\n"
OPENCELLID = (
    "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal\n"
    "GSM,334,20,1,7,0,-100.0,26.0,5000,12,1,1459692342,1488347104,0\n"
)
HERE = Cell(mcc=334, mnc=20, lac=1, cid=7, rssi=-65)


@pytest.mark.parametrize("text", [OURS, OPENCELLID, "\ufeff" + OURS, OURS + "\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_both_kinds_of_file_say_how_far_beyond_its_cell_a_fix_is(
    tmp_path: Path, text: str, packed: bool
) -> None:
    file = tmp_path / ("cells.csv.gz" if packed else "cells.csv")
    file.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    cells = read_cells(file)
    fix = Fix(lat=26.2, lon=-100.0, time=START)
    assert cells.beyond_m(HERE, fix) == pytest.approx(22_239 - 5_000, abs=2)
    assert cells.beyond_m(HERE, Fix(lat=26.01, lon=-100.0, time=START)) == 0.0
    assert cells.beyond_m(HERE, Fix(lat=26.2, lon=-100.0, time=START, accuracy_m=35_000)) == 0.0
    assert cells.beyond_m(Cell(mcc=334, mnc=20, lac=1, cid=8), fix) is None
    assert cells.beyond_m(Cell(rssi=-65), fix) is None
    assert cells.beyond_m(None, fix) is None


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "line 1 names no column mcc, mnc, lac, cid, lat, lon, range_m"),
        ("mcc,net,area,cell,lon,lat\n", "line 1 names no column range_m"),
        (OURS + "334,20,1,x,26,-100,1\n", "line 3 is no cell"),
        (OURS + "334,20,1\n", "line 3 is no cell"),
        (OURS + "334,20,1,7,126,-100,1\n", "line 3: 126.0, -100.0 is nowhere"),
        (OURS + "334,20,1,7,26,-100,nan\n", "line 3: a range of nan"),
    ],
)
def test_what_is_no_cell_is_told_with_its_line(tmp_path: Path, text: str, what: str) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(text)
    with pytest.raises(UsageError, match=what) as told:
        read_cells(file)
    assert str(file) in str(told.value)


@pytest.mark.parametrize("name", ["absent.csv", "broken.csv.gz"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "broken.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(UsageError, match="cannot be read"):
        read_cells(tmp_path / name)


def test_a_position_that_its_cell_does_not_reach_moves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "cells.csv"
    file.write_text(OURS)
    office = Office(tmp_path)
    office.started(cells=read_cells(file))
    office.open(trip())
    said = {"mcc": 334, "mnc": 20, "lac": 1, "cid": 7, "rssi": -65}
    for minute in range(6):
        north_km = float(minute if minute < 3 else 16 + minute)
        one = reading(minute * 10, north_km=north_km, cell=said, speed=60)
        office.clock.set(START + timedelta(minutes=minute * 10))
        office.hear(message("L1", one))
    told = [one for one in office.journal.alerts() if one.kind == "position_not_credible"]
    assert [[str(chapter.code) for chapter in one.chapters] for one in told] == [
        ["position_not_credible", "far_from_cell"]
    ]
    office.close()
