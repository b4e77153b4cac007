"""Who comes in, and what of it an attacker can use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.web import (
    HOST,
    PASSWORD,
    add_user,
    bearer,
    config_in,
    log_in,
    open_shipment,
    served,
)
from tracker import wiring
from tracker.config import Config
from tracker.domain.access import Role


@pytest.fixture
def config(tmp_path: Path) -> Config:
    config = config_in(tmp_path)
    open_shipment(config, id="S1", devices=[{"id": "L1"}])
    return config


def test_a_login_begins_a_session_with_a_cookie_that_scripts_do_not_see(config: Config) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        answer = client.post("/login", data={"name": "ana", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "S1" in client.get("/board").text


@pytest.mark.parametrize(
    ("name", "password"), [("ana", "wrong one, but long"), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_login_does_not_say_what_was_wrong(
    config: Config, name: str, password: str
) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        answer = client.post("/login", data={"name": name, "password": password})
        assert answer.status_code in (401, 422)
        assert "set-cookie" not in answer.headers
        assert client.get("/board").status_code == 303


def test_a_planted_cookie_is_not_the_session_that_a_login_begins(config: Config) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        planted = {"cookie": "tracker_session=planted"}
        form = {"name": "ana", "password": PASSWORD}
        assert client.post("/login", data=form, headers=planted).status_code == 303
    with served(config) as stranger:
        assert stranger.get("/board", headers=planted).status_code == 303


def test_who_logs_out_is_out(config: Config) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        word = log_in(client, "ana")
        kept = {"cookie": f"tracker_session={client.cookies['tracker_session']}"}
        assert client.post("/logout", data={"csrf": word}).status_code == 303
    with served(config) as stranger:
        assert stranger.get("/board", headers=kept).status_code == 303


def test_a_form_without_the_sessions_word_changes_nothing(config: Config) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        log_in(client, "ana")
        assert client.post("/logout").status_code == 403
        assert client.post("/logout", data={"csrf": "guessed"}).status_code == 403
        assert client.get("/board").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_another_site_cannot_log_anybody_in(config: Config, headers: dict[str, str]) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        form = {"name": "ana", "password": PASSWORD}
        assert client.post("/login", data=form, headers=headers).status_code == 403


def test_guessing_is_slowed_down_for_the_name_whatever_address_it_comes_from(
    tmp_path: Path,
) -> None:
    config = config_in(tmp_path, logins_per_min=3.0)
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        form = {"name": "ana", "password": "wrong one, but long"}
        told = [client.post("/login", data=form).status_code for _ in range(4)]
        assert told == [401, 401, 401, 429]
        form = {"name": "ana", "password": PASSWORD}
        assert client.post("/login", data=form).status_code == 429


def test_who_is_disabled_is_out_at_once(config: Config) -> None:
    token = add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        log_in(client, "ana")
        with wiring.accounts(config) as accounts:
            accounts.disable("ana", by="test")
        assert client.get("/board").status_code == 303
        assert client.get("/api/v1/shipments", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("target", ["//evil.example/", "/\\evil.example", "https://evil.example"])
def test_a_login_leads_to_pages_of_ours_alone(config: Config, target: str) -> None:
    add_user(config, "ana", Role.DISPATCHER)
    with served(config) as client:
        form = {"name": "ana", "password": PASSWORD, "next": target}
        assert client.post("/login", data=form).headers["location"] == "/"


def test_a_name_that_is_not_ours_is_not_answered(config: Config) -> None:
    with served(config) as client:
        assert client.get("/login", headers={"host": "evil.example"}).status_code == 400
        assert client.get("/login", headers={"host": "localhost:8480"}).status_code == 200


def test_every_answer_forbids_what_pages_do_not_need(config: Config) -> None:
    with served(config) as client:
        for path in ("/login", "/nowhere", "/api/v1/shipments", "/static/base.css"):
            headers = client.get(path).headers
            policy = headers["content-security-policy"]
            assert "script-src 'self'" in policy
            assert "unsafe" not in policy
            assert headers["x-content-type-options"] == "nosniff"


def test_more_than_may_be_sent_is_refused(tmp_path: Path) -> None:
    config = config_in(tmp_path, body_kb=4.0)
    with served(config) as client:
        big = {"name": "ana", "password": "x" * 9000}
        assert client.post("/login", data=big).status_code == 413
        pieces = (b"x" * 1000 for _ in range(9))
        form = {"content-type": "application/x-www-form-urlencoded"}
        assert client.post("/login", content=pieces, headers=form).status_code == 413


def test_the_first_address_of_the_server_is_its_login(config: Config) -> None:
    with served(config) as client:
        assert client.get("/").headers["location"] == "/login"
        assert client.get(f"{HOST}/board").headers["location"] == "/login?next=/board"
