"""How the inbox connects, and what it says when it cannot."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.brokers import PASSWORD, USERNAME, Broker, mosquitto
from tests.support.certificates import Authority
from tests.support.ports import HOST, free_port
from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.probe import probe
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings, Tls
from tracker.domain.errors import ServiceUnreachable, UsageError

TOPICS = ("seals/#",)


def refusal(settings: MqttSettings) -> ServiceUnreachable:
    """What `receive` raises, at last."""
    with (
        closing(MqttInbox(replace(settings, topics=TOPICS), SystemClock())) as inbox,
        pytest.raises(ServiceUnreachable) as caught,
    ):
        inbox.receive(PATIENCE_S)
    return caught.value


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls_broker(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("tls")
    with mosquitto(folder, tls=authority, password=PASSWORD) as broker:
        yield broker


@pytest.mark.mosquitto
class TestTls:
    def test_with_the_right_authority_and_password(self, tls_broker: Broker) -> None:
        settings = replace(tls_broker.settings, topics=TOPICS)
        with (
            closing(MqttInbox(settings, SystemClock())) as inbox,
            Publisher(settings, "truck") as publisher,
        ):
            inbox.wait_connected(PATIENCE_S)
            publisher.publish("seals/T1/v1", bytes(2 * 2**20))
            (message,) = inbox.receive(PATIENCE_S)
            assert len(message.payload) == 2 * 2**20

    def test_a_certificate_of_another_authority(self, tls_broker: Broker, tmp_path: Path) -> None:
        other = Authority(tmp_path, name="another CA")
        error = refusal(replace(tls_broker.settings, tls=Tls(ca_file=other.cert_file)))
        assert "certificate is not trusted" in error.what
        assert "ca_file" in error.mend

    def test_a_certificate_of_another_host(self, tmp_path: Path, authority: Authority) -> None:
        pair = authority.issue("broker.example")
        port = free_port()
        listener = f"listener {port} {HOST}\ncertfile {pair.cert_file}\nkeyfile {pair.key_file}"
        with mosquitto(tmp_path, extra_conf=listener) as broker:
            tls = Tls(ca_file=authority.cert_file)
            error = refusal(replace(broker.settings, port=port, tls=tls))
        assert "not valid for '127.0.0.1'" in error.what

    def test_a_client_certificate(self, tmp_path: Path, authority: Authority) -> None:
        demand = f"cafile {authority.cert_file}\nrequire_certificate true"
        pair = authority.issue("tracker")
        with mosquitto(tmp_path, tls=authority, extra_conf=demand) as broker:
            settings = replace(broker.settings, topics=TOPICS)
            with pytest.raises(ServiceUnreachable):
                probe(settings, timeout=1)
            tls = Tls(ca_file=authority.cert_file, cert_file=pair.cert_file, key_file=pair.key_file)
            assert "came back" in probe(replace(settings, tls=tls))

    def test_tls_to_a_port_without(self, mosquitto_broker: Broker, authority: Authority) -> None:
        tls = Tls(ca_file=authority.cert_file)
        with pytest.raises(ServiceUnreachable):
            probe(replace(mosquitto_broker.settings, tls=tls, topics=TOPICS), timeout=1)

    def test_without_tls_to_a_port_with(self, tls_broker: Broker) -> None:
        with pytest.raises(ServiceUnreachable, match="connection was lost"):
            probe(replace(tls_broker.settings, tls=None, topics=TOPICS), timeout=1)

    def test_a_file_that_is_no_certificate(self, tmp_path: Path) -> None:
        (tmp_path / "ca.pem").write_text("nonsense")
        for name in ("ca.pem", "absent.pem"):
            settings = MqttSettings(topics=TOPICS, tls=Tls(ca_file=tmp_path / name))
            with pytest.raises(UsageError, match=name):
                MqttInbox(settings, SystemClock())


@pytest.mark.mosquitto
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
class TestRights:
    def test_the_password(self, tmp_path: Path, protocol: str) -> None:
        with mosquitto(tmp_path, protocol=protocol, password=PASSWORD) as broker:  # type: ignore[arg-type]
            assert "came back" in probe(replace(broker.settings, topics=TOPICS))
            for wrong in ("guess", None):
                error = refusal(replace(broker.settings, password=wrong))
                assert "user name or password" in error.what
                assert PASSWORD not in str(error)

    def test_a_denied_subscription(self, tmp_path: Path, protocol: str) -> None:
        with mosquitto(
            tmp_path,
            protocol=protocol,  # type: ignore[arg-type]
            password=PASSWORD,
            may_subscribe=("owntracks/#",),
        ) as broker:
            settings = replace(broker.settings, topics=("owntracks/#", *TOPICS))
            with (
                closing(MqttInbox(settings, SystemClock())) as inbox,
                pytest.raises(ServiceUnreachable, match="denies the subscription to seals/#"),
            ):
                inbox.receive(PATIENCE_S)
            with pytest.raises(ServiceUnreachable, match="denies the subscription to seals/#"):
                probe(settings)


def test_a_broker_that_does_not_speak_mqtt_5(nats_broker: Broker) -> None:
    error = refusal(replace(nats_broker.settings, protocol="5"))
    assert 'set the MQTT protocol to "3.1.1"' in error.mend


def test_a_broker_that_comes_up_later(nats_broker: Broker) -> None:
    nats_broker.stop()
    settings = replace(nats_broker.settings, topics=TOPICS)
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        assert inbox.receive(0.3) == []
        assert "Connection refused" in inbox.trouble
        nats_broker.start()
        inbox.wait_connected(PATIENCE_S)
        assert inbox.trouble == ""


def test_a_refusal_is_not_final_once_it_has_worked(
    nats_broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "nats.conf"
    right = config.read_text()
    settings = replace(nats_broker.settings, topics=TOPICS)
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(PATIENCE_S)
        nats_broker.kill()
        config.write_text(right.replace(f'user: "{USERNAME}"', "user: somebody"))
        nats_broker.start()
        wait_for(lambda: "refuses this user" in inbox.trouble, what=lambda: inbox.trouble)
        assert inbox.receive(0) == []
        assert [r.levelno for r in caplog.records if "refuses this user" in r.message] == [
            logging.ERROR
        ]
        nats_broker.kill()
        config.write_text(right)
        nats_broker.start()
        inbox.wait_connected(PATIENCE_S)


@pytest.mark.mosquitto
def test_a_session_that_the_broker_has_lost(mosquitto_broker: Broker) -> None:
    """A Mosquitto that is killed before it has saved its store forgets what it had sent."""
    settings = replace(mosquitto_broker.settings, topics=TOPICS, grace_s=0.0, quiet_s=0.0)
    with (
        closing(MqttInbox(settings, SystemClock())) as inbox,
        Publisher(settings, "truck") as publisher,
    ):
        inbox.wait_connected(PATIENCE_S)
        for number in range(15):
            publisher.publish("seals/T1/v1", b"%d" % number)
        publisher.flush()
        wait_for(lambda: len(inbox._arrived) == 15)
        handed_out = inbox.receive(5, limit=12)
        mosquitto_broker.kill()
        wait_for(lambda: inbox.trouble, what="the inbox to notice")
        mosquitto_broker.start()
        inbox.wait_connected(PATIENCE_S)
        publisher.publish("seals/T1/v1", b"after")
        publisher.flush()
        wait_for(lambda: len(inbox._arrived) == 4)
        inbox.acknowledge(handed_out)
        # The three that had arrived and had not been handed out are lost nowhere but at the broker.
        rest = inbox.receive(PATIENCE_S)
        assert [message.payload for message in rest] == [b"12", b"13", b"14", b"after"]
        inbox.acknowledge(rest)
        assert inbox.settled()


def test_retained_messages_are_delivered_and_marked_and_live_ones_are_not(
    nats_broker: Broker,
) -> None:
    with Publisher(nats_broker.settings, "truck") as publisher:
        publisher.publish("seals/T1/v1", b"old news", retain=True)
    settings = replace(nats_broker.settings, topics=TOPICS)
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        (old,) = inbox.receive(PATIENCE_S)
        assert (old.payload, old.retained) == (b"old news", True)
        with Publisher(nats_broker.settings, "truck") as publisher:
            publisher.publish("seals/T1/v1", b"news", retain=True)
        (live,) = inbox.receive(PATIENCE_S)
        assert (live.payload, live.retained) == (b"news", False)


def test_probe_leaves_the_trackers_session_alone(nats_broker: Broker) -> None:
    settings = replace(nats_broker.settings, topics=("#",), grace_s=0.0)
    with closing(MqttInbox(settings, SystemClock())) as inbox:
        inbox.wait_connected(PATIENCE_S)
        assert "2 topic filters granted" in probe(replace(settings, topics=("#", "a/+")))
        assert inbox.receive(0.3) == []
        assert inbox.settled()


def test_probe_of_nobody() -> None:
    settings = MqttSettings(port=free_port(), topics=TOPICS)
    with pytest.raises(ServiceUnreachable, match="Connection refused") as caught:
        probe(settings, timeout=0.5)
    assert str(settings.port) in caught.value.where
    assert caught.value.mend


@pytest.mark.parametrize("topic", ["", "a#", "a/#/b", "a+/b", "+a", "#/a"])
def test_a_malformed_topic_filter(topic: str) -> None:
    with pytest.raises(UsageError, match="not a topic filter"):
        MqttInbox(MqttSettings(topics=("fine/+/#", topic)), SystemClock())


def test_no_topic_at_all() -> None:
    with pytest.raises(UsageError, match="no topic"):
        MqttInbox(MqttSettings(), SystemClock())


def test_the_password_is_not_shown() -> None:
    assert "secret" not in repr(MqttSettings(password="secret"))


def test_two_of_one_client_id_are_told_so(nats_broker: Broker) -> None:
    settings = replace(nats_broker.settings, topics=TOPICS, client_id="twin")
    with (
        closing(MqttInbox(settings, SystemClock())) as first,
        closing(MqttInbox(settings, SystemClock())) as second,
    ):
        wait_for(
            lambda: "another client use the id 'twin'" in first.trouble + second.trouble,
            what=lambda: f"{first.trouble} {second.trouble}",
            poll_s=0.001,
        )
