"""What is drawn of a shipment: everything that the database knows, at its place and time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from geofences import library
from tests.map.scenes import LEG, bad_day, frame, library_scene, scene_of
from tests.support.office import Office, message, reading, trip
from tracker.app.queries.map_scene import compose, happenings
from tracker.app.queries.shipment_view import shipment_view
from tracker.app.queries.watch import Watch, Watching
from tracker.domain.errors import NotFound
from tracker.map.scene import Scene


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = bad_day(tmp_path_factory.mktemp("office"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def scene(office: Office) -> Scene:
    return scene_of(office)


def test_its_own_zones_and_corridor(scene: Scene) -> None:
    assert {area.id for area in scene.areas} == {"S1/dock", "S1/hall", "S1/bad-bend"}
    (route,) = scene.routes
    assert route.id.startswith("S1/")
    assert route.half_width_m == 500.0
    assert route.parts == (((-100.0, 26.0), (-100.0, 26.6)),)


def test_the_track_is_every_fix_in_the_order_of_its_time(scene: Scene) -> None:
    (track,) = scene.tracks
    assert (track.device, track.role) == ("L1", "lock")
    assert track.fixes == len(track.line) == len(track.times) == len(track.speeds) == 29
    assert list(track.times) == sorted(track.times)
    assert track.times[0] == "2026-03-02 06:00:00 CST"


def test_late_fixes_are_marked(scene: Scene) -> None:
    (track,) = scene.tracks
    assert [track.times[i][11:16] for i in track.late] == ["06:30", "06:31", "06:32", "06:33"]


def test_a_gap_stays_where_the_backlog_left_one(scene: Scene) -> None:
    (track,) = scene.tracks
    (gap,) = track.gaps  # 20 to 30 is no longer than silence_moving_min; 33 to 50 is
    assert track.times[gap.index][11:16] == "06:33"
    assert gap.text.startswith("no position for 17 min")


def test_the_stop_at_the_dock(scene: Scene) -> None:
    (stop,) = scene.tracks[0].stops
    assert stop.at == (-100.0, 26.0)
    assert stop.text.startswith("stood 10 min, from 2026-03-02 06:00:00 CST")


def test_alerts_with_severity_at_their_place(scene: Scene, office: Office) -> None:
    alerts = office.journal.alerts(shipment="S1")
    drawn = [mark for mark in scene.marks if mark.layer == "alerts"]
    assert len(drawn) == len(alerts) >= 1
    cut = next(mark for mark in drawn if mark.word == "seal tampered")
    assert cut.look == "critical"
    assert cut.at == (-100.0, round(26 + 42 / 110.8, 6))
    assert cut.time == "2026-03-02 06:52:00 CST"
    assert cut.placed == ""


def test_seal_events_in_their_words(scene: Scene) -> None:
    seals = [(mark.word, mark.time[11:16]) for mark in scene.marks if mark.layer == "seals"]
    assert seals[:2] == [("issued", "06:00"), ("sealed", "06:00")]
    assert ("cut", "06:52") in seals
    issued = next(mark for mark in scene.marks if mark.word == "issued")
    assert issued.placed == "where the device was last seen by then"


def test_the_timeline_is_every_entry(scene: Scene, office: Office) -> None:
    entries = list(office.journal.entries(scope="S1"))
    assert len(scene.timeline) == len(entries)
    assert [row.time for row in scene.timeline] == sorted(row.time for row in scene.timeline)
    words = [row.word for row in scene.timeline]
    assert {"shipment opened", "seal state", "zone entered", "zone left", "coverage gap"} <= {
        *words
    }
    raised = next(row for row in scene.timeline if row.word == "alert raised")
    assert raised.look == "critical"
    assert raised.at is not None


def test_the_view_holds_all_that_happened(scene: Scene) -> None:
    west, south, east, north = scene.focus
    for lon, lat in [at for track in scene.tracks for at in track.line]:
        assert west < lon < east
        assert south < lat < north
    assert north > 26.61  # and the end of the way, which it has not reached


def test_a_scene_is_plain_values(scene: Scene) -> None:
    assert msgspec.json.decode(msgspec.json.encode(scene), type=Scene) == scene


def test_an_alert_without_a_place_is_put_into_its_zone(office: Office) -> None:
    where = happenings.Map({"S1/dock": (-100.0, 26.0)}, {})
    when = office.clock.now()
    assert where.find(None, None, "S1/dock", None, when) == (
        (-100.0, 26.0),
        "somewhere in this zone",
    )
    assert where.find(None, None, "elsewhere", "L1", when) is None
    assert where.find(26.5, -100.5, "S1/dock", None, when) == ((-100.5, 26.5), "")


def test_a_shipment_without_any_place(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.open(trip())
    with pytest.raises(NotFound, match="S1"):
        scene_of(office)
    office.close()


def test_the_library_is_drawn_whole() -> None:
    geofences, scene = library.load(), library_scene()
    assert {area.id for area in scene.areas} == {zone.id for zone in geofences.zones}
    assert {route.id for route in scene.routes} == {one.id for one in geofences.corridors}
    assert len(scene.base.border) > 100
    names = {name.text for name in scene.base.names}
    assert {"Monterrey", "World Trade Bridge"} <= names


def test_a_view_of_a_crossing_and_of_a_zone() -> None:
    crossing = library_scene(crossing="laredo-world-trade").focus
    assert crossing[2] - crossing[0] < 0.1
    zone = library_scene(place="laredo-world-trade.bridge").focus
    assert crossing[0] <= zone[0] < zone[2] <= crossing[2]
    corridor = library_scene(place="monterrey-laredo.world-trade").focus
    assert corridor[3] - corridor[1] > 1.5


@pytest.mark.parametrize("view", [{"crossing": "nowhere"}, {"place": "nowhere"}])
def test_a_view_of_what_is_not_there(view: dict[str, str]) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        library_scene(**view)


def test_nothing_to_draw() -> None:
    with pytest.raises(NotFound, match="nothing to draw"):
        compose.of_zones(compose.Selection((), ()), frame())


def test_a_hole_stays_a_hole() -> None:
    from shapely import Polygon

    from geofences.kinds import ZoneKind
    from geofences.zone import Zone
    from tests.map.scenes import square

    outer, hole = square(-99.0, 27.0)[0], square(-99.0, 27.0, 0.005)[0]
    zone = Zone(id="ring", name="Ring", kind=ZoneKind.OTHER, polygon=Polygon(outer, [hole]))
    (area,) = compose.of_zones(compose.Selection((zone,), ()), frame()).areas
    ((drawn, inner),) = area.polygons
    assert set(drawn) == {(x, y) for x, y in outer}
    assert set(inner) == {(x, y) for x, y in hole}
    assert not (-99.005 < area.at[0] < -98.995 and 26.995 < area.at[1] < 27.005)


def test_what_is_not_believed_is_counted_and_no_part_of_the_track(tmp_path: Path) -> None:
    office = Office(tmp_path)
    office.open(trip(legs=[LEG]))
    for minute in range(12):
        there = {"north_km": 300.0} if minute in (4, 7) else {"north_km": float(minute)}
        office.hear(message("L1", reading(minute, speed=60, **there)))
    scene = scene_of(office)
    (track,) = scene.tracks
    assert (track.fixes, len(track.line)) == (10, 10)
    assert [doubt.text for doubt in track.doubted] == [
        "2026-03-02 06:04:00 CST: not believed",
        "2026-03-02 06:07:00 CST: not believed",
    ]
    assert all(doubt.at[1] > 28 for doubt in track.doubted)
    assert scene.focus[3] < 28, "it is not looked at"
    assert any("2 positions of L1 were not believed" in note for note in scene.notes)
    stored = office.journal.shipment("S1")
    assert stored is not None
    view = shipment_view(stored, office.journal, Watch(watching=Watching.YES))
    assert [device.positions_not_believed for device in view.devices] == [2]
    office.close()
