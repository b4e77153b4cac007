"""`tracker notify test` and `status`, and what `doctor` says of messages."""

from __future__ import annotations

import base64
import json
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from tests.cli.conftest import Run
from tests.e2e.test_notify import TABLES
from tests.support.brokers import Broker
from tests.support.notifying import lines
from tests.support.receivers import hook, mailbox
from tracker import wiring
from tracker.adapters.journal import SqlJournal
from tracker.adapters.kept_process import KeptProcess
from tracker.config import load
from tracker.domain.alert import Severity
from tracker.domain.notice import Delivery, DeliveryStatus, Update
from tracker.ports import Followed, Work


@pytest.fixture
def told(run: Run, tmp_path: Path) -> Run:
    run("init", ".")
    with (tmp_path / "tracker.toml").open("a") as file:
        file.write(TABLES)
    return run


def journal(folder: Path) -> SqlJournal:
    config = load(folder / "tracker.toml", {})
    with wiring.journal(config):
        pass
    return SqlJournal.open(config.database.url)


def put(folder: Path, **more: Any) -> None:
    now = datetime.now(UTC)
    given: dict[str, Any] = {"channel": "pipe", "due_at": now, "since": now, "created_at": now}
    delivery = Delivery(
        id="A-1/1.1",
        notice="A-1",
        number=1,
        update=Update.RAISED,
        severity=Severity.CRITICAL,
        scope="A",
        alert="A-1",
        **{**given, **more},
    )
    opened = journal(folder)
    opened.commit(
        Work(deliveries=[delivery], followed=[Followed(follower="notify", position=-1)]), {}
    )
    opened.close()


def test_one_message_goes_out_by_the_channel(told: Run, tmp_path: Path) -> None:
    said = told("notify", "test", "pipe", "--to", "ana").out
    (line,) = lines(tmp_path / "alerts.jsonl")
    assert (line["update"], line["contact"], line["attempt"]) == ("test", "ana", 1)
    assert f"channel pipe accepted {line['id']}" in said


def test_a_channel_that_takes_nothing_is_out_of_reach(told: Run, tmp_path: Path) -> None:
    (tmp_path / "alerts.jsonl").mkdir()
    said = told("notify", "test", "pipe", code=3).err
    assert "[notify.channels.pipe]: channel pipe did not take it" in said


def test_a_playbook_that_is_wrong_is_told_before_anything_is_sent(
    told: Run, tmp_path: Path
) -> None:
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "es.toml").write_text("[seal_open]\nfirst = 'x'\n")
    file = tmp_path / "tracker.toml"
    named = '[notify]\nplaybook_dir = "books"\n'
    file.write_text(file.read_text().replace("[notify]\n", named, 1))
    for command in (["notify", "run"], ["notify", "test", "pipe"]):
        said = told(*command, code=2).err
        assert "es.toml: [seal_open] is no kind of alert" in said
    assert not (tmp_path / "alerts.jsonl").exists()


def test_what_is_not_configured_is_named(told: Run) -> None:
    assert "channels: pipe" in told("notify", "test", "fax", code=2).err
    assert "contacts: ana" in told("notify", "test", "pipe", "--to", "eva", code=2).err


def test_the_state_before_anybody_delivers(told: Run) -> None:
    ran = told("notify", "status")
    assert ran.out.split()[:2] == ["CHANNEL", "WAITING"]
    assert "nobody delivers yet" in ran.err


def test_what_is_dead_or_waits_for_nothing_is_told_by_state_and_doctor(
    told: Run, tmp_path: Path
) -> None:
    put(tmp_path, status=DeliveryStatus.DEAD, error="no such number", attempts=3)
    assert "no such number" in told("notify", "status", code=1).out
    doctor = {one["name"]: one for one in told("doctor", "--json", code=None).documents}
    assert not doctor["notices"]["ok"]
    assert "1 messages were given up within a day: no such number" in doctor["notices"]["found"]


def test_what_waits_too_long_is_told_by_doctor(told: Run, tmp_path: Path) -> None:
    put(tmp_path, since=datetime.now(UTC) - timedelta(minutes=5))
    doctor = {one["name"]: one for one in told("doctor", "--json", code=None).documents}
    assert "the oldest for 30" in doctor["notices"]["found"]


def test_what_is_to_go_out_on_no_channel_is_told(told: Run, tmp_path: Path) -> None:
    put(tmp_path, channel="fax")
    ran = told("notify", "status", "--json", code=1)
    assert [one["channel"] for one in ran.documents if not one["configured"]] == ["fax"]


def test_without_anybody_to_tell_nobody_delivers(run: Run, tmp_path: Path) -> None:
    run("init", ".")
    config = load(tmp_path / "tracker.toml", {})
    assert not isinstance(wiring.notifying(config), KeptProcess)
    assert "there are no routes" in run("notify", "run", code=2).err
    doctor = {one["name"]: one for one in run("doctor", "--json", code=None).documents}
    assert "[notify] has no routes" in doctor["notices"]["found"]


def test_who_delivers_elsewhere_is_not_started_beside_the_tracker(
    told: Run, tmp_path: Path
) -> None:
    file = tmp_path / "tracker.toml"
    assert isinstance(wiring.notifying(load(file, {})), KeptProcess)
    elsewhere = load(file, {"TRACKER_NOTIFY__INSIDE": "false"})
    assert not isinstance(wiring.notifying(elsewhere), KeptProcess)


def reached(run: Run, folder: Path, table: str, *addresses: str) -> None:
    """A configuration with one channel, "out", and Ana on it."""
    run("init", ".")
    (folder / "addresses.toml").write_text("".join(["[ana]\n", *addresses]))
    with (folder / "tracker.toml").open("a") as file:
        file.write('[notify.contacts.ana]\nchannels = ["out"]\n[notify.channels.out]\n' + table)
    text = (folder / "tracker.toml").read_text()
    (folder / "tracker.toml").write_text(
        re.sub(r"^# (addresses_file = ).*$", r'\1"addresses.toml"', text, flags=re.MULTILINE)
    )


def test_a_service_of_people_is_tried(run: Run, tmp_path: Path) -> None:
    with hook(status=200) as receiver:
        address = receiver.url.replace("http://", "json://ana:k3y@")
        reached(run, tmp_path, 'kind = "people"\n', f'out = "{address}"\n')
        assert "channel out accepted test:" in run("notify", "test", "out", "--to", "ana").out
        assert json.loads(receiver.taken[0].body)["title"]
        receiver.status = 401
        said = run("notify", "test", "out", "--to", "ana", code=3).err
    assert "[notify.channels.out]: channel out did not take it: JSON answers 401" in said
    assert "trying again cannot help" in said
    assert "k3y" not in said


def test_a_mail_is_tried(run: Run, tmp_path: Path) -> None:
    with mailbox(refuses=("eva@example.mx",)) as box:
        table = f"""kind = "mail"
url = "smtp://127.0.0.1:{box.port}"
options = {{ from = "alerts@tracker.example", tls = "none", to = "eva@example.mx" }}
"""
        reached(run, tmp_path, table, 'out = "mailto:ana@example.mx"\n')
        run("notify", "test", "out", "--to", "ana")
        assert box.recipients == [["ana@example.mx"]]
        said = run("notify", "test", "out", code=3).err
    assert "the recipient is refused (550, 5.1.1)" in said
    assert "eva" not in said


def test_a_webhook_is_tried(run: Run, tmp_path: Path) -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    with hook(status=200) as receiver:
        (tmp_path / "out.url").write_text(receiver.url)
        table = 'kind = "webhook"\nurl_file = "out.url"\nsecret_file = "out.secret"\n'
        (tmp_path / "out.secret").write_text(secret)
        reached(run, tmp_path, table)
        run("notify", "test", "out")
        (request,) = receiver.taken
        event = Webhook(secret).verify(request.body, request.headers)
    assert event["type"] == "mx.seal-tracker.alert.test.v1"
    said = run("notify", "test", "out", code=3).err
    assert "the connection was refused" in said
    assert "it may be tried again" in said
    (tmp_path / "out.secret").write_text("k3y")
    said = run("notify", "test", "out", code=2).err
    assert "the secret is none of Standard Webhooks" in said
    assert "k3y" not in said


def test_a_secret_may_come_from_the_environment(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    with hook(status=200) as receiver:
        reached(run, tmp_path, 'kind = "webhook"\n')
        assert "there is no secret" in run("notify", "test", "out", code=2).err
        monkeypatch.setenv("TRACKER_NOTIFY__CHANNEL_OUT_SECRET", secret)
        assert "nothing says whom it reaches" in run("notify", "test", "out", code=2).err
        monkeypatch.setenv("TRACKER_NOTIFY__CHANNEL_OUT_URL", receiver.url)
        run("notify", "test", "out")
        Webhook(secret).verify(receiver.taken[0].body, receiver.taken[0].headers)


def test_the_topics_are_tried(run: Run, tmp_path: Path, nats_broker: Broker) -> None:
    reached(run, tmp_path, 'kind = "mqtt"\n')
    assert "the broker: no connection" in run("notify", "test", "out", code=3).err
    at = {"TRACKER_BROKER__PORT": str(nats_broker.settings.port)}
    assert nats_broker.settings.password is not None
    wrong = {**at, "TRACKER_BROKER__USERNAME": "tracker", "TRACKER_BROKER__PASSWORD": "wr0ng"}
    with pytest.MonkeyPatch.context() as env:
        for name, value in wrong.items():
            env.setenv(name, value)
        said = run("notify", "test", "out", code=3).err
        assert "trying again cannot help" in said
        assert "wr0ng" not in said
        env.setenv("TRACKER_BROKER__PASSWORD", nats_broker.settings.password)
        assert "accepted test:" in run("notify", "test", "out").out


def test_what_a_kind_does_not_know_is_named(run: Run, tmp_path: Path) -> None:
    reached(run, tmp_path, 'kind = "mqtt"\noptions = { form = "short" }\n')
    assert "no option 'form' of kind mqtt" in run("notify", "test", "out", code=2).err


def test_without_the_extra_its_kinds_say_what_to_install(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(run, tmp_path, 'kind = "people"\n', 'out = "json://ana:k3y@h"\n')
    monkeypatch.setitem(sys.modules, "apprise", None)
    monkeypatch.delitem(sys.modules, "tracker.adapters.channels.people", raising=False)
    said = run("notify", "test", "out", "--to", "ana", code=2).err
    assert "kind people needs apprise" in said
    assert ".[notify]" in said
