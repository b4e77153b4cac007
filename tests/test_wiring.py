"""From the configuration to the adapters' settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from devices import catalogue
from tests.support.notices import Incidents, Pipe, policy
from tracker import wiring
from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.config import load
from tracker.domain.errors import UsageError
from tracker.wiring import channels


def settings(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> MqttSettings:
    file = tmp_path / "tracker.toml"
    file.write_text(text)
    return wiring.mqtt_settings(load(file, env or {}))


def test_another_broker_by_default_speaks_mqtt_5(tmp_path: Path) -> None:
    found = settings(tmp_path, "[broker]\nembedded = false\n")
    assert found == MqttSettings(topics=catalogue.filters())


def test_the_embedded_broker_speaks_mqtt_3(tmp_path: Path) -> None:
    assert settings(tmp_path, "").protocol == "3.1.1"


def test_every_setting_arrives(tmp_path: Path) -> None:
    text = """\
[broker]
embedded = false
host = "broker.example"
port = 8883
protocol = "3.1.1"
client_id = "me"
username = "u"
tls = true
ca_file = "ca.pem"
cert_file = "c.pem"
key_file = "/k.pem"
topics = ["a/#"]
keepalive_s = 11
session_expiry_s = 12
receive_maximum = 13
receiver = "paho"
[intake]
quiet_s = 14.5
grace_s = 15.5
"""
    assert settings(tmp_path, text, {"TRACKER_BROKER__PASSWORD": "p"}) == MqttSettings(
        host="broker.example",
        port=8883,
        protocol="3.1.1",
        client_id="me",
        username="u",
        password="p",
        tls=Tls(ca_file=tmp_path / "ca.pem", cert_file=tmp_path / "c.pem", key_file=Path("/k.pem")),
        topics=("a/#",),
        keepalive_s=11,
        session_expiry_s=12,
        receive_maximum=13,
        receiver="paho",
        quiet_s=14.5,
        grace_s=15.5,
    )


def test_the_policy_s_width_is_the_atlas_s(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text("[policy]\ncorridor_half_width_m = 123\n")
    geography = wiring.geography(load(file, {}))
    assert geography.atlas.default_half_width_m == 123


@pytest.mark.parametrize("text", [None, "{", '{"type": "FeatureCollection", "features": [1]}'])
def test_a_zone_file_that_does_not_serve_is_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "z.geojson"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UsageError) as raised:
        wiring.geofences([str(file)])
    assert str(file) in str(raised.value)
    assert raised.value.mend


def test_the_database_s_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "tracker.toml"
    file.write_text('[database]\nurl = "sqlite:///a/b/t.db"\n')
    with wiring.journal(load(file, {})) as journal:
        assert journal.counts()["readings"] == 0
    assert (tmp_path / "a" / "b" / "t.db").is_file()


def test_the_state_on_a_topic_is_what_is_open_and_told_there() -> None:
    desk = Incidents(policy(steps=(("ana",),), machines=("hub",)), None, Pipe(), Pipe("hub"))
    first, second = desk.raised(1, scope="MX-1"), desk.raised(2, scope="MX-1")
    desk.raised(3, scope="MX-2")
    desk.wait(5)
    store = desk.store
    ids = [alert.id for alert in channels._open_alerts(store, "hub", "MX-1")]
    assert ids == [first.id, second.id]
    assert channels._open_alerts(store, "other", "MX-1") == []
    desk.closed(first)
    assert [one.id for one in channels._open_alerts(store, "hub", "MX-1")] == [second.id]
    desk.closed(second)
    assert channels._open_alerts(store, "hub", "MX-1") == []
