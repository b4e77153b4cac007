"""Signed webhooks, to a real HTTP receiver that checks them with the standard's own library."""

from __future__ import annotations

import base64
import json
import logging
import ssl
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.support.outgoing import AT, cut, message
from tests.support.ports import HOST, free_port
from tests.support.receivers import SLOW_S, certificate, hook, silent
from tracker.adapters.channels.webhook import WebhookChannel
from tracker.adapters.channels.within import MOST_LEFT
from tracker.domain.errors import UsageError
from tracker.ports import Undelivered

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another-another-another-another!").decode()


def channel(url: str, *secrets: str, **more: Any) -> WebhookChannel:
    return WebhookChannel(
        "erp", urls={None: url}, secrets=secrets or (SECRET,), origin="mx.example/log", **more
    )


def undelivered(url: str, timeout_s: float = 5.0, **more: Any) -> Undelivered:
    begun = time.monotonic()
    with pytest.raises(Undelivered) as raised:
        channel(url, **more).send(message(), timeout_s=timeout_s)
    assert time.monotonic() - begun < SLOW_S / 2
    reason = raised.value.reason
    assert HOST not in reason
    assert "alerts" not in reason
    return raised.value


def test_the_receiver_can_check_who_sent_it_and_that_it_is_whole() -> None:
    with hook() as receiver:
        channel(receiver.url).send(message(), timeout_s=5)
        (request,) = receiver.taken
    event = Webhook(SECRET).verify(request.body, request.headers)
    assert request.headers["webhook-id"] == event["id"] == "MX-2291-1/1.1"
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(request.body, request.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body.replace(b"MX-2291", b"MX-2292"), request.headers)


def test_it_is_a_cloudevent_for_whoever_reads_those() -> None:
    with hook() as receiver:
        channel(receiver.url).send(message(), timeout_s=5)
        (request,) = receiver.taken
    assert request.headers["Content-Type"] == "application/cloudevents+json"
    event = from_http_event(HTTPMessage(request.headers, request.body), JSONFormat())
    assert event.get_id() == "MX-2291-1/1.1"
    assert event.get_source() == "mx.example/log"
    assert event.get_type() == "mx.seal-tracker.alert.raised.v1"
    assert event.get_subject() == "MX-2291"
    assert event.get_time() == AT
    data = event.get_data()
    assert isinstance(data, dict)
    assert data["alert"]["code"] == "rope_cut"
    assert data["shipment"]["vehicle"]["plates"] == "12-AB-3C"
    assert data["notice"] == "MX-2291-1"


def test_a_copy_is_the_same_but_for_its_signature() -> None:
    with hook() as receiver:
        out = channel(receiver.url)
        for attempt in (1, 2):
            out.send(message(attempt=attempt), timeout_s=5)
        first, copy = receiver.taken
    assert first.body == copy.body
    assert first.headers["webhook-id"] == copy.headers["webhook-id"]


def test_what_belongs_to_no_shipment_has_no_subject() -> None:
    with hook() as receiver:
        channel(receiver.url).send(message(cut(shipment=None)), timeout_s=5)
    assert "subject" not in json.loads(receiver.taken[0].body)


def test_two_secrets_sign_both_while_the_receiver_changes_over() -> None:
    with hook() as receiver:
        channel(receiver.url, OTHER, SECRET).send(message(), timeout_s=5)
    (request,) = receiver.taken
    for secret in (SECRET, OTHER):
        Webhook(secret).verify(request.body, request.headers)


def test_a_name_and_password_of_the_url_are_sent_as_such() -> None:
    with hook() as receiver:
        channel(receiver.url.replace("//", "//erp:k%40y@")).send(message(), timeout_s=5)
    said = receiver.taken[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(said) == b"erp:k@y"


def test_each_contact_may_have_an_address_of_its_own() -> None:
    with hook() as house, hook() as carrier:
        out = WebhookChannel(
            "erp", urls={None: house.url, "carrier": carrier.url}, secrets=(SECRET,), origin="l"
        )
        out.send(message(contact="carrier"), timeout_s=5)
        assert (len(house.taken), len(carrier.taken)) == (0, 1)
        out.send(message(contact="bob"), timeout_s=5)
        assert (len(house.taken), len(carrier.taken)) == (1, 1)


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(410, True), (500, False), (503, False), (401, False), (404, False), (302, False)],
)
def test_what_the_receiver_answers_decides(status: int, permanent: bool) -> None:
    with hook(status=status, answer=b"no " * 10_000) as receiver:
        error = undelivered(receiver.url)
    assert error.permanent is permanent
    assert str(status) in error.reason


def test_a_receiver_of_another_secret_refuses_and_may_learn_it() -> None:
    with hook() as receiver:
        channel(receiver.url, OTHER).send(message(), timeout_s=5)
        request = receiver.taken[0]
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(request.body, request.headers)
        receiver.status = 401
        assert not undelivered(receiver.url).permanent


def test_it_is_not_followed_elsewhere() -> None:
    with hook() as elsewhere, hook(status=307, headers={"Location": elsewhere.url}) as receiver:
        undelivered(receiver.url)
        assert elsewhere.taken == []


def test_a_long_answer_of_one_that_takes_it_is_not_read() -> None:
    with hook(status=200, answer=b"x" * 10_000_000) as receiver:
        channel(receiver.url).send(message(), timeout_s=5)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_who_asks_for_a_pause_gets_it(form: str) -> None:
    now = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
    said = "40" if form == "seconds" else format_datetime(now.replace(second=40), usegmt=True)
    with hook(status=429, headers={"Retry-After": said}) as receiver:
        out = channel(receiver.url, now=lambda: now)
        for _ in range(2):
            with pytest.raises(Undelivered) as raised:
                out.send(message(), timeout_s=5)
            assert raised.value.after_s is not None
            assert 30 < raised.value.after_s <= 40
        assert len(receiver.taken) == 1  # the second was not even tried


def test_nonsense_for_a_pause_is_none() -> None:
    with hook(status=429, headers={"Retry-After": "soon"}) as receiver:
        assert undelivered(receiver.url).after_s is None


@pytest.mark.parametrize("kind", ["hangs", "slow", "drips"])
def test_one_that_never_answers_costs_its_time_alone(kind: str) -> None:
    if kind == "hangs":
        with silent() as port:
            error = undelivered(f"http://{HOST}:{port}/alerts", 0.3)
    else:
        with hook(wait_s=SLOW_S if kind == "slow" else 0, drip=kind == "drips") as receiver:
            error = undelivered(receiver.url, 0.3)
    assert not error.permanent


def test_nobody_there_and_names_of_nobody_may_be_there_later() -> None:
    refused = undelivered(f"http://{HOST}:{free_port()}/alerts")
    assert (refused.permanent, refused.reason) == (False, "the connection was refused")
    unknown = undelivered("https://nobody.invalid/alerts")
    assert (unknown.permanent, unknown.reason) == (False, "its name is not known")


def test_certificates_are_checked(tmp_path: Path) -> None:
    good, old = certificate(tmp_path), certificate(tmp_path, expired=True)
    with hook(good.context) as receiver:
        channel(receiver.url, ca_file=good.file).send(message(), timeout_s=5)
        assert undelivered(receiver.url).reason == "its certificate is not trusted"
    with hook(old.context) as receiver:
        error = undelivered(receiver.url, ca_file=old.file)
        assert (error.permanent, error.reason) == (False, "its certificate has expired")
        assert receiver.taken == []


def test_calls_that_hang_are_not_piled_up() -> None:
    with hook(wait_s=SLOW_S) as receiver:
        out = channel(receiver.url)
        reasons = []
        for _ in range(MOST_LEFT + 1):
            with pytest.raises(Undelivered) as raised:
                # Shorter than the call's own time, so that it is left behind.
                out._within(lambda: receiver.ended.wait(20), 0.01)
            reasons.append(raised.value.reason)
    assert "hang, still" in reasons[-1]
    assert "hang" not in reasons[0]


@pytest.mark.parametrize(
    ("url", "secrets", "what"),
    [
        ("ftp://u:k3y@x", (SECRET,), "no URL"),
        ("https://h/k3y", ("k3y-without-a-prefix-that-is-long",), "none of Standard Webhooks"),
        ("https://h/k3y", ("whsec_k3y=",), "bytes"),
        ("https://h/k3y", (SECRET, "whsec_MTIz"), "3 bytes"),
    ],
)
def test_what_cannot_be_used_is_told_without_being_shown(
    url: str, secrets: tuple[str, ...], what: str
) -> None:
    with pytest.raises(UsageError) as raised:
        channel(url, *secrets)
    assert what in str(raised.value)
    assert "k3y" not in str(raised.value)
    assert "MTIz" not in str(raised.value)


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with hook(status=500) as receiver:
        undelivered(receiver.url.replace("//", "//erp:k3y@") + "?token=t0k3n")
    undelivered("https://erp:k3y@nobody.invalid/alerts")
    assert "k3y" not in caplog.text
    assert "t0k3n" not in caplog.text


def test_tls_below_1_2_is_none(tmp_path: Path) -> None:
    old = certificate(tmp_path)
    context = old.context
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with hook(context) as receiver:
        assert not undelivered(receiver.url, ca_file=old.file).permanent
        assert receiver.taken == []
