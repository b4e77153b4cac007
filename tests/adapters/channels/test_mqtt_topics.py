"""Alerts on topics, through real brokers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.brokers import PASSWORD, Broker, mosquitto
from tests.support.listening import heard
from tests.support.outgoing import cut, message
from tests.support.ports import HOST, free_port
from tests.support.receivers import certificate, silent
from tracker.adapters.channels.mqtt_topics import MqttTopics, Open, alert_topic, level, state_topic
from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.domain.alert import Alert, Severity
from tracker.domain.notice import Update
from tracker.ports import Outgoing, Undelivered


class Desk:
    """What is open, as the journal would say; and by which thread it was asked."""

    def __init__(self, *alerts: Alert) -> None:
        self.alerts: Sequence[Alert] = alerts
        self.threads = set[int]()
        self.left = False

    @contextmanager
    def opened(self) -> Iterator[Open]:
        self.threads.add(threading.get_ident())
        yield lambda shipment: [one for one in self.alerts if one.shipment == shipment]
        self.left = True


def channel(settings: MqttSettings, desk: Desk | None = None) -> MqttTopics:
    return MqttTopics(
        "hub",
        settings,
        client_id="tracker-hub",
        origin="mx.example/log",
        opened=(desk or Desk()).opened,
    )


def undelivered(settings: MqttSettings, timeout_s: float = 2.0) -> Undelivered:
    with closing(channel(settings)) as out, pytest.raises(Undelivered) as raised:
        out.send(message(), timeout_s=timeout_s)
    assert HOST not in raised.value.reason
    return raised.value


def retained(settings: MqttSettings, shipment: str = "MX-2291") -> list[bytes]:
    with heard(settings, state_topic(shipment)) as listening:
        return [payload for _, payload in listening()]


def test_each_update_comes_on_the_topic_of_its_alert(nats_broker: Broker) -> None:
    desk = Desk(cut())
    with (
        heard(nats_broker.settings) as listening,
        closing(channel(nats_broker.settings, desk)) as out,
    ):
        out.send(message(), timeout_s=5)
        out.send(message(number=2, update=Update.OVER), timeout_s=5)
        came = listening()
    topics = ["alerts/v1/MX-2291/MX-2291-1", "alerts/v1/MX-2291/state"] * 2
    assert [topic for topic, _ in came] == topics
    event = json.loads(came[0][1])
    assert (event["id"], event["type"]) == ("MX-2291-1/1.1", "mx.seal-tracker.alert.raised.v1")
    assert json.loads(came[2][1])["data"]["update"] == "over"
    assert desk.threads == {threading.get_ident()}
    assert desk.left


def test_whoever_comes_later_knows_what_is_open(nats_broker: Broker) -> None:
    settings = nats_broker.settings
    warning = cut(2, severity=Severity.WARNING)
    desk = Desk(warning, cut())
    with closing(channel(settings, desk)) as out:
        out.send(message(), timeout_s=5)
        (state,) = retained(settings)
        said = json.loads(state)
        assert (said["shipment"], said["severity"]) == ("MX-2291", "critical")
        assert [one["id"] for one in said["alerts"]] == ["MX-2291-2", "MX-2291-1"]
        assert said["alerts"][1]["code"] == "rope_cut"
        desk.alerts = [warning]
        out.send(message(number=2, update=Update.CLOSED), timeout_s=5)
        assert json.loads(retained(settings)[0])["severity"] == "warning"
        desk.alerts = []
        out.send(message(warning, number=2, update=Update.CLOSED), timeout_s=5)
        assert retained(settings) == []


def test_an_event_is_not_retained(nats_broker: Broker) -> None:
    with closing(channel(nats_broker.settings)) as out:
        out.send(message(), timeout_s=5)
    with heard(nats_broker.settings) as listening:
        assert listening() == []


@pytest.mark.parametrize("shipment", [None, "A.B/c+#", "ñandú 7", "-", "$SYS", "state", "a>b*c"])
def test_any_name_arrives(nats_broker: Broker, shipment: str | None) -> None:
    alert = cut(shipment=shipment)
    with heard(nats_broker.settings, "alerts/v1/+/+") as listening:
        with closing(channel(nats_broker.settings, Desk(alert))) as out:
            out.send(message(alert), timeout_s=5)
        topics = [topic for topic, _ in listening()]
    assert topics[0] == alert_topic(message(alert))
    assert topics[1:] == ([] if shipment is None else [state_topic(shipment)])


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_level_is_safe_and_names_one_thing(one: str, other: str) -> None:
    for name in (one, other):
        try:
            name.encode()
        except UnicodeEncodeError:
            return  # half of a character; no id has one
        assert set("+#/.> *$").isdisjoint(level(name))
        assert level(name) not in ("state", "-", level(None))
    assert (level(one) == level(other)) is (one == other)


def test_the_broker_may_be_away_for_a_while(nats_broker: Broker) -> None:
    desk = Desk(cut())
    with closing(channel(nats_broker.settings, desk)) as out:
        out.send(message(), timeout_s=5)
        nats_broker.kill()
        with pytest.raises(Undelivered) as raised:
            out.send(message(number=2), timeout_s=1)
        assert not raised.value.permanent
        nats_broker.start()
        with heard(nats_broker.settings, "alerts/v1/+/MX-2291-1") as listening:
            out.send(message(number=2), timeout_s=5)
            numbers = [json.loads(payload)["data"]["number"] for _, payload in listening()]
    assert numbers == [2]


def test_nobody_there_and_names_of_nobody_may_be_there_later() -> None:
    settings = MqttSettings(host=HOST, port=free_port(), protocol="3.1.1")
    assert undelivered(settings).reason == "the broker: no connection (Connection refused)"
    unknown = undelivered(replace(settings, host="nobody.invalid"))
    assert (unknown.permanent, "not known" in unknown.reason) == (False, True)


def test_a_broker_that_hangs_costs_its_time_alone() -> None:
    with silent() as port:
        error = undelivered(MqttSettings(host=HOST, port=port), 0.3)
    assert (error.permanent, error.reason) == (False, "the broker: no answer within 0.3 s")


@pytest.mark.mosquitto
def test_who_may_not_connect_or_write_is_told_for_good(tmp_path: Path) -> None:
    acl = "user tracker\ntopic write seals/#\n"
    with mosquitto(tmp_path, password=PASSWORD, acl=acl) as broker:
        wrong = undelivered(replace(broker.settings, password="wr0ng"))
        assert wrong.permanent
        assert "wr0ng" not in wrong.reason
        error = undelivered(broker.settings)
        assert error.permanent
        assert "refuses a message" in error.reason


@pytest.mark.mosquitto
def test_a_certificate_that_has_expired_may_be_renewed(tmp_path: Path) -> None:
    old = certificate(tmp_path, expired=True)
    conf = f"certfile {old.file}\nkeyfile {old.file}"
    with mosquitto(tmp_path, extra_conf=conf) as broker:
        error = undelivered(replace(broker.settings, tls=Tls(ca_file=old.file)))
    assert (error.permanent, "certificate" in error.reason) == (False, True)


@pytest.mark.mosquitto
def test_mosquitto_takes_it_too(tmp_path: Path) -> None:
    sent: list[Outgoing] = [message(number=number) for number in (1, 2, 3)]
    with mosquitto(tmp_path) as broker, closing(channel(broker.settings, Desk(cut()))) as out:
        for outgoing in sent:
            out.send(outgoing, timeout_s=5)
        assert len(retained(broker.settings)) == 1
