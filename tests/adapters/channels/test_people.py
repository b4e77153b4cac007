"""apprise, with services that speak HTTP to a receiver here, and mail to a mailbox here."""

from __future__ import annotations

import io
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.outgoing import message
from tests.support.ports import HOST, free_port
from tests.support.receivers import SLOW_S, certificate, hook, mailbox, silent
from tracker.adapters.channels.people import PeopleChannel
from tracker.domain.errors import UsageError
from tracker.domain.notice import Update
from tracker.ports import Undelivered


def service(url: str, scheme: str = "json") -> str:
    """A service of apprise at this receiver."""
    split = urlsplit(url)
    secure = "s" if split.scheme == "https" else ""
    return f"{scheme}{secure}://ana:k3y@{split.netloc}{split.path}"


def channel(url: str, **more: object) -> PeopleChannel:
    return PeopleChannel("out", {"ana": url}, **more)  # type: ignore[arg-type]


def undelivered(url: str, timeout_s: float = 5.0, ca_file: Path | None = None) -> Undelivered:
    begun = time.monotonic()
    with pytest.raises(Undelivered) as raised:
        channel(url, ca_file=ca_file).send(message(contact="ana"), timeout_s=timeout_s)
    assert time.monotonic() - begun < SLOW_S / 2
    for hidden in (HOST, "k3y", "ana", "alerts"):
        assert hidden not in raised.value.reason
    return raised.value


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What reaches the root's handlers, which are those of the program, of all levels."""
    text = io.StringIO()
    handler, root = logging.StreamHandler(text), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(before)
    root.removeHandler(handler)


def test_a_message_comes_whole() -> None:
    with hook(status=200) as receiver:
        channel(service(receiver.url)).send(message(contact="ana"), timeout_s=5)
    (request,) = receiver.taken
    said = json.loads(request.body)
    assert said["title"] == "CRÍTICO: sello cortado MX-2291"
    assert said["message"].splitlines()[0] == "Se cortó el cable del sello."
    assert said["type"] == "failure"


def test_what_is_over_is_no_failure() -> None:
    with hook(status=200) as receiver:
        over = message(contact="ana", update=Update.OVER)
        channel(service(receiver.url)).send(over, timeout_s=5)
    assert json.loads(receiver.taken[0].body)["type"] == "success"


def test_an_sms_is_short() -> None:
    outgoing = message(contact="ana")
    with hook(status=200) as receiver:
        channel(service(receiver.url), short=True).send(outgoing, timeout_s=5)
    said = json.loads(receiver.taken[0].body)
    assert (said["title"], said["message"]) == ("", outgoing.short)


@pytest.mark.parametrize(
    ("url", "short"),
    [
        ("twilio://AC{0}:{0}@+15551234567/+15557654321".format("a" * 32), True),
        ("clickatell://apikey/+15557654321", True),
        ("ntfy://host/topic", False),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", False),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", False),
        ("mailto://u:p@host.example/?to=a@b.example", False),
    ],
)
def test_services_for_sms_are_known_as_such(url: str, short: bool) -> None:
    from tracker.adapters.channels import people

    assert people._is_sms(channel(url)._service(url, "ana")) is short


def test_many_in_a_row_are_not_held_up() -> None:
    """apprise itself pauses for seconds between two messages to one service."""
    begun = time.monotonic()
    with hook(status=200) as receiver:
        out = channel(service(receiver.url))
        for _ in range(10):
            out.send(message(contact="ana"), timeout_s=5)
    assert len(receiver.taken) == 10
    assert time.monotonic() - begun < SLOW_S


@pytest.mark.parametrize(
    ("status", "permanent"),
    [
        (400, True),
        (401, True),
        (403, True),
        (404, True),
        (408, False),
        (429, False),
        (500, False),
        (503, False),
    ],
)
@pytest.mark.parametrize("scheme", ["json", "ntfy", "gotify", "form"])
def test_what_the_service_answers_decides(scheme: str, status: int, permanent: bool) -> None:
    with hook(status=status, answer=b"{}") as receiver:
        url = service(receiver.url, scheme)
        error = undelivered(f"{url}/token" if scheme == "gotify" else url)
    assert error.permanent is permanent
    assert str(status) in error.reason


@pytest.mark.parametrize("kind", ["hangs", "slow", "drips"])
def test_one_that_never_answers_costs_its_time_alone(kind: str) -> None:
    if kind == "hangs":
        with silent() as port:
            error = undelivered(service(f"http://{HOST}:{port}/alerts"), 0.3)
    else:
        with hook(wait_s=SLOW_S if kind == "slow" else 0, drip=kind == "drips") as receiver:
            error = undelivered(service(receiver.url), 0.3)
    assert not error.permanent


def test_nobody_there_and_names_of_nobody_may_be_there_later() -> None:
    error = undelivered(service(f"http://{HOST}:{free_port()}/alerts"))
    assert (error.permanent, error.reason) == (False, "JSON: the connection was refused")
    error = undelivered(service("https://nobody.invalid/alerts"))
    assert (error.permanent, error.reason) == (False, "JSON: its name is not known")


def test_certificates_are_checked(tmp_path: Path) -> None:
    good, old = certificate(tmp_path), certificate(tmp_path, expired=True)
    with hook(good.context, status=200) as receiver:
        channel(service(receiver.url), ca_file=good.file).send(message(contact="ana"), timeout_s=5)
        assert "not trusted" in undelivered(service(receiver.url)).reason
        assert len(receiver.taken) == 1
    with hook(old.context, status=200) as receiver:
        error = undelivered(service(receiver.url), ca_file=old.file)
        assert (error.permanent, error.reason) == (False, "JSON: its certificate has expired")
    with pytest.raises(UsageError, match="without certificates"):
        channel(service("https://h/alerts") + "?verify=no")


def test_mail_by_apprise_is_one_thread_too() -> None:
    with mailbox() as box:
        out = channel(
            f"mailto://{HOST}:{box.port}/?from=a@b.example&to=ana@c.example&mode=insecure"
        )
        for number in (1, 2):
            out.send(message(contact="ana", number=number), timeout_s=5)
    one, two = box.mails
    assert one["References"] == two["References"] == "<MX-2291-1@seal-tracker>"
    assert (one["X-Delivery-ID"], two["X-Delivery-ID"]) == ("MX-2291-1/1.1", "MX-2291-1/2.1")


@pytest.mark.parametrize("url", ["", "k3y", "nothing://k3y", "tgram://k3y", "https//k3y"])
def test_a_url_of_no_use_is_told_without_being_shown(
    url: str, logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(UsageError, match="the address of ana is no URL that apprise") as raised:
        channel(url)
    shown = str(raised.value) + logged.getvalue() + "".join(capfd.readouterr())
    assert "k3y" not in shown


def test_nothing_secret_is_logged_or_printed(
    logged: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("seen").debug("by the handler")
    with hook(status=403) as receiver:
        undelivered(service(receiver.url))
    undelivered(service(f"http://{HOST}:{free_port()}/alerts"))
    with hook(status=200) as receiver:
        channel(service(receiver.url)).send(message(contact="ana"), timeout_s=5)
    shown = logged.getvalue() + "".join(capfd.readouterr())
    assert "by the handler" in shown
    for hidden in ("k3y", HOST, "alerts"):
        assert hidden not in shown


def test_calls_at_the_same_time_are_not_taken_for_each_other() -> None:
    reasons: dict[int, str] = {}

    def send(status: int) -> None:
        with hook(status=status, wait_s=0.05) as receiver:
            reasons[status] = undelivered(service(receiver.url)).reason

    threads = [threading.Thread(target=send, args=(one,)) for one in (401, 403, 500, 502, 503)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reasons == {status: f"JSON answers {status}" for status in reasons}
    assert len(reasons) == 5


def test_whom_nothing_says_where_to_reach_is_not_reached() -> None:
    with pytest.raises(Undelivered) as raised:
        channel("json://host/x").send(message(contact="bob"), timeout_s=1)
    assert raised.value.permanent
