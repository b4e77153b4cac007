"""Every route, asked by everybody: nobody reads or changes what is not theirs, by any of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.support.web import add_user, bearer, config_in, open_shipment, served
from tracker import wiring
from tracker.config import Config
from tracker.domain.access import Role

OURS, THEIRS = "OURS-1", "THEIRS-1"
PUBLIC = {"/", "/login", "/logout", "/language", "/s/{secret}", "/api/v1/openapi.json"}
"""Routes that show nothing of any shipment."""
SECRET = "EVIL-77"
"""A word that stands in what is theirs, and nowhere else."""


def shipment(id_: str, custodian: str, number: str) -> dict[str, Any]:
    return {
        "id": id_,
        "devices": [{"id": f"LOCK-{id_}"}],
        "seals": [{"number": number}],
        "custodians": [{"id": custodian, "name": custodian, "role": "carrier"}],
    }


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    config = config_in(Path(tmp_path_factory.mktemp("web")))
    open_shipment(config, **shipment(OURS, "acme", "MX1"))
    open_shipment(config, **shipment(THEIRS, "rival", SECRET))
    return config


@pytest.fixture(scope="module")
def tokens(config: Config) -> dict[Role, str]:
    return {
        role: add_user(config, role.value, role, carrier="acme" if role is Role.CARRIER else None)
        for role in Role
    }


@pytest.fixture(scope="module")
def client(config: Config) -> Iterator[TestClient]:
    with served(config) as client:
        yield client


def routes(client: TestClient) -> list[tuple[str, str]]:
    """Method and path of each, streams aside."""
    found = [
        (method, route.path)
        for included in client.app.routes  # type: ignore[attr-defined]
        if hasattr(included, "effective_route_contexts")
        for route in included.effective_route_contexts()
        for method in sorted(route.methods - {"HEAD"})
        if not route.path.startswith("/live/")
    ]
    assert len(found) > 40, "the routes are not where they were: nothing would be asked"
    return found


def filled(path: str, about: str) -> str:
    for name in ("shipment", "alert", "name", "id_", "device", "secret"):
        path = path.replace(f"{{{name}}}", about)
    return path.replace("{topic}", "custody")


def asked(client: TestClient, method: str, path: str, headers: dict[str, str]) -> Any:
    body: dict[str, Any] = {} if method == "GET" else {"json": {}}
    return client.request(method, path, headers=headers, **body)


def test_nobody_is_shown_anything_who_has_not_said_who_it_is(client: TestClient) -> None:
    for method, path in routes(client):
        if path in PUBLIC:
            continue
        answer = asked(client, method, filled(path, THEIRS), {})
        assert answer.status_code in (303, 401), (method, path, answer.status_code)
        assert SECRET not in answer.text


@pytest.mark.parametrize("role", [Role.CARRIER, Role.CUSTOMS])
def test_what_is_others_is_not_there_by_any_route(
    client: TestClient, tokens: dict[Role, str], role: Role
) -> None:
    for method, path in routes(client):
        if path in PUBLIC:
            continue
        answer = asked(client, method, filled(path, THEIRS), bearer(tokens[role]))
        assert SECRET not in answer.text, (method, path)
        if "{shipment}" in path:
            assert answer.status_code in (403, 404, 405, 422), (method, path, answer.status_code)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AUTHORITY, Role.CUSTOMS])
def test_who_only_reads_changes_nothing_by_any_route(
    config: Config, client: TestClient, tokens: dict[Role, str], role: Role
) -> None:
    reads = {"/audit/log", "/language", "/logout", "/login"}
    with wiring.records(config) as records:
        before = [entry.type for entry in records.entries() if entry.type != "record_read"]
    for method, path in routes(client):
        if method == "GET" or path in reads or path.endswith("/bundle"):
            continue
        answer = asked(client, method, filled(path, OURS), bearer(tokens[role]))
        assert answer.status_code in (403, 404), (method, path, answer.status_code)
    with wiring.records(config) as records:
        after = [entry.type for entry in records.entries() if entry.type != "record_read"]
    assert after == before


def test_only_an_administrator_sees_people(client: TestClient, tokens: dict[Role, str]) -> None:
    for role, token in tokens.items():
        status = client.get("/people", headers=bearer(token)).status_code
        assert status == (200 if role is Role.ADMINISTRATOR else 403), role


def test_a_carrier_sees_its_own(client: TestClient, tokens: dict[Role, str]) -> None:
    listed = client.get("/api/v1/shipments", headers=bearer(tokens[Role.CARRIER])).json()
    assert [one["id"] for one in listed["items"]] == [OURS]
    board = client.get("/board", headers=bearer(tokens[Role.CARRIER])).text
    assert OURS in board
    assert THEIRS not in board


def test_a_carrier_cannot_open_a_shipment_of_others(
    client: TestClient, tokens: dict[Role, str]
) -> None:
    document = shipment("NEW-1", "rival", "MX9")
    answer = client.post("/api/v1/shipments", json=document, headers=bearer(tokens[Role.CARRIER]))
    assert answer.status_code == 403


@pytest.mark.parametrize("role", [Role.AUTHORITY, Role.CUSTOMS, None])
def test_what_outsiders_read_is_in_the_log_with_their_name(
    config: Config, client: TestClient, tokens: dict[Role, str], role: Role | None
) -> None:
    headers = {} if role is None else bearer(tokens[role])
    with wiring.sharing(config) as sharing:
        if role is None:
            secret, _ = sharing.by_link(OURS, "SAT Laredo", by="test", days=1.0)
            headers = {"cookie": f"tracker_share={secret}"}
        elif role is Role.CUSTOMS:
            sharing.with_user(OURS, role.value, by="test", days=1.0)
    assert client.get(f"/shipments/{OURS}", headers=headers).status_code == 200
    with wiring.records(config) as records:
        last = list(records.entries(scope=OURS))[-1]
    assert last.type == "record_read"
    assert last.disclosed["payload.actor"] == ("SAT Laredo" if role is None else role.value)


def test_a_link_ends_when_it_is_withdrawn(config: Config, client: TestClient) -> None:
    with wiring.sharing(config) as sharing:
        secret, share = sharing.by_link(OURS, "broker", by="test", days=1.0)
        shown = {"cookie": f"tracker_share={secret}"}
        assert client.get(f"/shipments/{OURS}", headers=shown).status_code == 200
        sharing.withdraw(share.id, by="test")
    assert client.get(f"/shipments/{OURS}", headers=shown).status_code == 303
    assert client.get(f"/s/{secret}").status_code == 404


def test_a_link_shows_one_shipment_and_lets_nothing_be_done(
    config: Config, client: TestClient
) -> None:
    with wiring.sharing(config) as sharing:
        secret, _ = sharing.by_link(OURS, "broker", by="test", days=1.0)
    shown = {"cookie": f"tracker_share={secret}"}
    for method, path in routes(client):
        if path in PUBLIC:
            continue
        answer = asked(client, method, filled(path, THEIRS), shown)
        assert SECRET not in answer.text, (method, path)
        if method != "GET":
            mine = asked(client, method, filled(path, OURS), shown)
            assert mine.status_code in (403, 404), (method, path, mine.status_code)
