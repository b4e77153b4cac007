"""Positions, tracks, zones and journeys as data: right, in pages, and only to who may see them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.office import START, Office, message, reading, trip
from tests.support.web import add_user, bearer, config_in, served
from tracker import wiring
from tracker.app.queries.entries import read
from tracker.config import Config
from tracker.domain.access import Role

PLANT = "monterrey.plant"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = Path(tmp_path_factory.mktemp("places"))
    office = Office(folder)
    for name, custodian in (("S1", "acme"), ("S2", "rival")):
        office.open(
            trip(
                name,
                f"L{name}",
                custodians=[{"id": custodian, "name": custodian, "role": "carrier"}],
            )
        )
    for minute in range(5):
        office.clock.set(START + timedelta(minutes=minute))
        office.hear(message("LS1", reading(minute, north_km=minute, speed=60)))
    office.clock.set(START + timedelta(minutes=30))
    away = reading(20, east_km=900, speed=60)
    office.hear(message("LS1", away, reading(30, north_km=30, speed=60)))
    office.hear(message("LS2", reading(30, east_km=50)))
    office.close()
    return config_in(folder)


@pytest.fixture(scope="module")
def tokens(config: Config) -> dict[Role, str]:
    roles = (Role.DISPATCHER, Role.CARRIER, Role.AUTHORITY, Role.CUSTOMS)
    return {
        role: add_user(config, role.value, role, carrier="acme" if role is Role.CARRIER else None)
        for role in roles
    }


@pytest.fixture(scope="module")
def client(config: Config) -> Iterator[TestClient]:
    with served(config) as client:
        yield client


def asked(client: TestClient, path: str, token: str) -> Any:
    answer = client.get(path, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()


def reads(config: Config, shipment: str) -> list[str]:
    """What was read by whom is on record for, in the log's order."""
    with wiring.records(config) as records:
        entries = read(records.entries(scope=shipment))
    return [str(one.facts["what"]) for one in entries if one.type == "record_read"]


def test_positions_are_of_the_shipments_that_the_caller_sees(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    def shipments(role: Role) -> list[str]:
        items = asked(client, "/api/v1/positions", tokens[role])["items"]
        return [one["shipment"] for one in items]

    assert shipments(Role.DISPATCHER) == ["S1", "S2"]
    assert shipments(Role.CARRIER) == ["S1"]
    assert shipments(Role.CUSTOMS) == []
    path = "/api/v1/positions?shipment=S2"
    assert client.get(path, headers=bearer(tokens[Role.CARRIER])).status_code == 404
    mine = asked(client, "/api/v1/positions", tokens[Role.CARRIER])["items"][0]
    assert mine["device"] == "LS1"
    assert mine["lat"] == pytest.approx(26.0 + 30 / 110.8, abs=1e-5)
    assert datetime.fromisoformat(mine["at"]) == START + timedelta(minutes=30)


def test_positions_come_in_pages(client: TestClient, tokens: dict[Role, str]) -> None:
    first = asked(client, "/api/v1/positions?limit=1", tokens[Role.DISPATCHER])
    assert [one["shipment"] for one in first["items"]] == ["S1"]
    path = f"/api/v1/positions?limit=1&cursor={first['next']}"
    second = asked(client, path, tokens[Role.DISPATCHER])
    assert [one["shipment"] for one in second["items"]] == ["S2"]
    assert second["next"] is None


def test_a_track_says_what_was_not_believed_and_what_came_late(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    points = asked(client, "/api/v1/shipments/S1/track", tokens[Role.CARRIER])["items"]
    minutes = [
        (datetime.fromisoformat(one["time"]) - START) / timedelta(minutes=1) for one in points
    ]
    assert minutes == [0, 1, 2, 3, 4, 20, 30]
    assert [one["believed"] for one in points] == [True] * 5 + [False, True]
    assert {one["device"] for one in points} == {"LS1"}
    assert points[0]["speed_kmh"] == 60


def test_a_track_comes_in_pages_without_gap_or_repetition(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    path = "/api/v1/shipments/S1/track?limit=3"
    found, cursor = [], ""
    for _ in range(5):
        answer = asked(client, path + cursor, tokens[Role.CARRIER])
        found += answer["items"]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    everything = asked(client, "/api/v1/shipments/S1/track", tokens[Role.CARRIER])
    assert found == everything["items"]


def test_a_track_is_cut_out_by_time(client: TestClient, tokens: dict[Role, str]) -> None:
    since, until = ((START + timedelta(minutes=one)).strftime("%FT%TZ") for one in (2, 4))
    path = f"/api/v1/shipments/S1/track?since={since}&until={until}"
    assert len(asked(client, path, tokens[Role.CARRIER])["items"]) == 2
    naive = client.get(
        "/api/v1/shipments/S1/track?since=2026-03-02T12:00:00", headers=bearer(tokens[Role.CARRIER])
    )
    assert naive.status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/shipments/{}/track", "/shipments/{}/journey.json"])
def test_where_others_shipments_were_is_not_there(
    client: TestClient, tokens: dict[Role, str], path: str
) -> None:
    for role in (Role.CARRIER, Role.CUSTOMS):
        assert client.get(path.format("S2"), headers=bearer(tokens[role])).status_code == 404
    assert client.get(path.format("S2")).status_code in (303, 401)


def test_what_an_authority_reads_is_on_record_before_it_is_answered(
    config: Config, client: TestClient, tokens: dict[Role, str]
) -> None:
    before = reads(config, "S2")
    for path in (
        "/api/v1/positions?shipment=S2",
        "/api/v1/shipments/S2/track",
        "/shipments/S2/journey.json",
    ):
        asked(client, path, tokens[Role.AUTHORITY])
    assert reads(config, "S2")[len(before) :] == ["positions", "track", "journey"]


def test_rows_of_others_are_not_told(client: TestClient, tokens: dict[Role, str]) -> None:
    path = "/map/rows?id=S1&id=S2"
    told = asked(client, path, tokens[Role.CARRIER])
    assert [one["id"] for one in told] == ["S1"]
    assert told[0]["devices"][0]["device"] == "LS1"


def test_sites_are_shown_to_those_whose_shipments_name_them(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    def ids(role: Role) -> set[str]:
        found = asked(client, "/api/v1/zones.geojson", tokens[role])["features"]
        return {one["properties"]["id"] for one in found}

    everything = ids(Role.DISPATCHER)
    assert PLANT in everything
    assert PLANT not in ids(Role.CARRIER)
    bridges = {
        one["id"]
        for one in asked(client, "/api/v1/zones?limit=500", tokens[Role.CUSTOMS])["items"]
        if one["kind"] == "bridge"
    }
    assert bridges
    assert bridges < everything


def test_a_journey_has_times_that_can_be_played(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    told = asked(client, "/shipments/S1/journey.json", tokens[Role.CARRIER])
    (track,) = told["tracks"]
    assert len(track["at"]) == len(track["line"]) == len(track["speeds"]) == 6
    assert track["at"][0] == START.timestamp()
    assert [spot[0] for spot in track["doubted"]] == [START.timestamp() + 20 * 60]
    assert track["gaps"] == [4]
    moments = [one["at"] for one in told["events"]]
    assert moments == sorted(moments)
    assert all(one["text"] for one in told["events"])


def test_the_page_lists_trucks_for_those_without_scripts(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    page = client.get("/map", headers=bearer(tokens[Role.CARRIER])).text
    assert 'href="/shipments/S1"' in page
    assert "S2" not in page
    filtered = client.get("/map?q=nothing-like-it", headers=bearer(tokens[Role.CARRIER])).text
    assert 'href="/shipments/S1"' not in filtered
