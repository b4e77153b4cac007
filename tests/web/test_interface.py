"""/api/v1: held against its own OpenAPI document by generated requests; keys, cursors, ETags."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.web import (
    add_user,
    bearer,
    config_in,
    listening,
    open_shipment,
    served,
)
from tracker.config import Config
from tracker.domain.access import Role

CHECKS = (status_code_conformance, content_type_conformance, response_schema_conformance)
HANDOVER = {"from": "acme", "to": "yard", "seal": "MX1"}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    config = config_in(Path(tmp_path_factory.mktemp("api")), requests_per_min=1e9)
    for number in range(3):
        open_shipment(
            config,
            id=f"S{number}",
            devices=[{"id": f"L{number}"}],
            custodians=[{"id": "acme", "name": "Acme", "role": "carrier"}],
        )
    return config


@pytest.fixture(scope="module")
def token(config: Config) -> str:
    return add_user(config, "ana", Role.ADMINISTRATOR)


@pytest.fixture(scope="module")
def client(config: Config, token: str) -> Iterator[TestClient]:
    with served(config) as client:
        client.headers.update(bearer(token))
        yield client


@pytest.fixture(scope="module")
def api(config: Config, token: str) -> Iterator[Any]:
    with listening(config) as url:
        yield schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")


def test_every_answer_is_one_that_the_document_describes(api: Any, token: str) -> None:
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 12
    for operation in operations:

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def each(case: Any) -> None:
            case.call_and_validate(headers=bearer(token), checks=CHECKS)

        each()


def test_a_write_under_the_same_key_is_done_once(client: TestClient) -> None:
    key = {"idempotency-key": "k-1"}
    first = client.post("/api/v1/shipments/S0/handover", json=HANDOVER, headers=key)
    again = client.post("/api/v1/shipments/S0/handover", json=HANDOVER, headers=key)
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    other = client.post(
        "/api/v1/shipments/S0/handover", json={**HANDOVER, "to": "other"}, headers=key
    )
    assert other.status_code == 409
    assert other.json()["mend"] == "use a new one"


def test_pages_follow_each_other_without_gap_or_repetition(client: TestClient) -> None:
    found, cursor = list[str](), ""
    while True:
        page = client.get(f"/api/v1/shipments?limit=1&{cursor}").json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"cursor={page['next']}"
    ours = [id_ for id_ in found if id_ in ("S0", "S1", "S2")]  # others were opened besides
    assert ours == ["S2", "S1", "S0"]
    assert len(found) == len(set(found))


def test_what_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/api/v1/shipments/S1")
    again = client.get("/api/v1/shipments/S1", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("path", "body", "status", "where"),
    [
        ("/api/v1/shipments/S1/handover", b"{", 400, "body"),
        ("/api/v1/shipments/S1/handover", b'{"from": 1, "to": "a", "seal": "M"}', 422, "$.from"),
        ("/api/v1/shipments/S1/seal", b'{"number": "000"}', 422, "$.number"),
        ("/api/v1/shipments/NONE/seal", b'{"number": "MX1"}', 404, ""),
        ("/api/v1/alerts/NONE/close", b'{"verdict": "true", "reason": "r"}', 404, ""),
    ],
)
def test_a_fault_names_the_place(
    client: TestClient, path: str, body: bytes, status: int, where: str
) -> None:
    answer = client.post(path, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["where"] == where
