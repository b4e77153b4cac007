"""Audits, entries, devices and evidence: by pages and by programs, for those who may see them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.office import START, Office, message, reading, trip
from tests.support.web import add_user, bearer, config_in, served
from tracker import wiring
from tracker.config import Config
from tracker.domain.access import Role

CUT = {"state": "cut", "number": "MXL1", "event": "cut"}
SINCE = (START - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """S1 is Acme's, sealed and cut; S2 is another's."""
    folder = Path(tmp_path_factory.mktemp("audits"))
    config, office = config_in(folder), Office(folder)
    acme = [{"id": "acme", "name": "Acme", "role": "carrier"}]
    office.open(trip(custodians=acme))
    office.open(trip("S2", "L2"))
    office.hear(message("L1", reading(0, seal={"state": "sealed", "number": "MXL1"})))
    office.hear(message("L1", reading(1, seal=CUT)))
    office.hear(message("L2", reading(2, seal={"state": "sealed", "number": "MXL2"})))
    office.close()
    wiring.new_log_key(Path(config.log.key_file), config.log.origin)
    return config


@pytest.fixture(scope="module")
def tokens(config: Config) -> dict[Role, str]:
    return {
        role: add_user(config, role.value, role, carrier="acme" if role is Role.CARRIER else None)
        for role in (Role.CARRIER, Role.DISPATCHER, Role.AUDITOR, Role.AUTHORITY)
    }


@pytest.fixture(scope="module")
def client(config: Config) -> Iterator[TestClient]:
    with served(config) as client:
        yield client


def got(client: TestClient, token: str, path: str, **query: Any) -> Any:
    answer = client.get(path, params=query, headers=bearer(token))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_entries_are_paged_in_the_logs_order(client: TestClient, tokens: dict[Role, str]) -> None:
    token, found, cursor = tokens[Role.AUDITOR], list[int](), None
    whole = got(client, token, "/api/v1/entries", limit=500)["items"]
    while True:
        page = got(
            client, token, "/api/v1/entries", limit=3, **({"cursor": cursor} if cursor else {})
        )
        found += [entry["index"] for entry in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == [entry["index"] for entry in whole] == sorted(found)
    assert {"S1", "S2"} <= {entry["scope"] for entry in whole}
    states = got(client, token, "/api/v1/entries", shipment="S1", kind="seal_state")["items"]
    assert states
    assert {entry["type"] for entry in states} == {"seal_state"}
    assert states[0]["leaf"]["scope"] == "S1"


def test_who_sees_some_must_say_of_which(client: TestClient, tokens: dict[Role, str]) -> None:
    for role in (Role.CARRIER, Role.AUTHORITY):
        answer = client.get("/api/v1/entries", headers=bearer(tokens[role]))
        assert (answer.status_code, answer.json()["mend"]) == (422, "?shipment=ID")
    theirs = client.get("/api/v1/entries?shipment=S2", headers=bearer(tokens[Role.CARRIER]))
    assert theirs.status_code == 404


def test_names_of_people_are_not_for_readers_outside(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    inside = got(client, tokens[Role.CARRIER], "/api/v1/entries", shipment="S1")["items"]
    outside = got(client, tokens[Role.AUTHORITY], "/api/v1/entries", shipment="S1")["items"]
    assert any(entry["disclosed"] for entry in inside)
    assert not any(entry["disclosed"] for entry in outside)
    again = got(client, tokens[Role.CARRIER], "/api/v1/entries", shipment="S1")["items"]
    assert again[-1]["type"] == "record_read", "what an authority reads is on record"


def test_devices_are_those_of_ones_own_shipments(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    own = got(client, tokens[Role.CARRIER], "/api/v1/devices")["items"]
    all_ = got(client, tokens[Role.AUDITOR], "/api/v1/devices")["items"]
    assert [row["device"] for row in own] == ["L1"]
    assert [row["device"] for row in all_] == ["L1", "L2"]


def test_an_audit_says_what_the_command_line_says(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    found = got(client, tokens[Role.AUDITOR], "/api/v1/audits/shipments/S1")
    assert {one["severity"] for one in found} & {"critical", "warning"}
    assert got(client, tokens[Role.AUDITOR], "/api/v1/audits/seals") is not None
    seals = client.get("/api/v1/audits/seals", headers=bearer(tokens[Role.CARRIER]))
    assert seals.status_code == 403


def test_the_evidence_is_a_bundle_that_names_nobody_unasked(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    answer = client.get("/api/v1/shipments/S1/bundle", headers=bearer(tokens[Role.AUDITOR]))
    assert answer.status_code == 200, answer.text
    assert zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    refused = client.get(
        "/api/v1/shipments/S1/bundle?disclose=true", headers=bearer(tokens[Role.AUDITOR])
    )
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("topic", "says", "not_of"),
    [
        ("custody", "S2", "the rope was cut"),
        ("openings", "the rope was cut", ""),
        ("seals", "MXL2", "the rope was cut"),
    ],
)
def test_the_record_of_all_is_told_by_topic(
    client: TestClient, tokens: dict[Role, str], topic: str, says: str, not_of: str
) -> None:
    path = f"/audit/trail/{topic}"
    page = client.get(path, params={"since": SINCE}, headers=bearer(tokens[Role.AUDITOR])).text
    assert says in page
    assert not not_of or not_of not in page
    own = client.get(path, params={"since": SINCE}, headers=bearer(tokens[Role.CARRIER])).text
    assert "S2" not in own


def test_the_handling_of_alerts_is_counted(client: TestClient, tokens: dict[Role, str]) -> None:
    raised = client.get("/api/v1/alerts?shipment=S1", headers=bearer(tokens[Role.AUDITOR])).json()
    (cut,) = [one for one in raised["items"] if one["kind"] == "seal_tampered"]
    done = client.post(
        f"/api/v1/alerts/{cut['id']}/close",
        json={"verdict": "true", "reason": "stolen at km 1"},
        headers=bearer(tokens[Role.DISPATCHER]),
    )
    assert done.status_code == 200
    page = client.get(
        "/audit/alerts", params={"since": SINCE}, headers=bearer(tokens[Role.AUDITOR])
    ).text
    assert "stolen at km 1" in page
    assert ", 1 closed" in page
    assert (
        client.get("/audit/alerts?since=never", headers=bearer(tokens[Role.AUDITOR])).status_code
        == 422
    )


def test_a_shipment_is_amended_and_its_closing_corrected(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    headers = bearer(tokens[Role.DISPATCHER])
    nothing = client.post("/api/v1/shipments/S2/amend", json={"reason": "r"}, headers=headers)
    assert nothing.status_code in (400, 422)
    amended = client.post(
        "/api/v1/shipments/S2/amend",
        json={"reason": "another tractor", "plates": "XYZ-99", "changes": {"documents": []}},
        headers=headers,
    )
    assert [one["type"] for one in amended.json()] == ["shipment_amended"]
    assert "XYZ-99" in client.get("/shipments/S2", headers=headers).text
    closed = client.post(
        "/api/v1/shipments/S2/close", json={"number": "MXL2", "reason": "there"}, headers=headers
    )
    assert closed.status_code == 200, closed.text
    corrected = client.post(
        "/api/v1/shipments/S2/correct", json={"reason": "it was MXL3", "number": "MXL3"},
        headers=headers,
    )  # fmt: skip
    assert [one["type"] for one in corrected.json()] == ["closing_corrected"]
