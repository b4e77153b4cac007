"""Mail, to a real SMTP server."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.outgoing import cut, message
from tests.support.ports import HOST, free_port
from tests.support.receivers import SLOW_S, certificate, mailbox, silent
from tracker.adapters.channels.mail import MailChannel, mail_address, mail_server
from tracker.domain.alert import Severity
from tracker.domain.errors import UsageError
from tracker.domain.notice import Update
from tracker.ports import Outgoing, Receipt, Undelivered

ANA = "ana@example.mx"


def channel(
    port: int, url: str = "smtp://{}", tls: str | None = "none", **more: object
) -> MailChannel:
    ca_file = more.get("ca_file")
    assert ca_file is None or isinstance(ca_file, Path)
    server = mail_server(url.format(f"{HOST}:{port}"), where="here", tls=tls, ca_file=ca_file)
    return MailChannel("mail", server, "alerts@tracker.example", {"ana": ANA})


def undelivered(out: MailChannel, outgoing: Outgoing | None = None) -> Undelivered:
    begun = time.monotonic()
    with pytest.raises(Undelivered) as raised:
        out.send(outgoing or message(contact="ana"), timeout_s=1.0)
    assert time.monotonic() - begun < SLOW_S / 2
    assert "ana" not in raised.value.reason
    assert HOST not in raised.value.reason
    return raised.value


def test_a_mail_says_what_the_message_says() -> None:
    with mailbox() as box:
        channel(box.port).send(message(contact="ana"), timeout_s=5)
    (mail,), ((to,),) = box.mails, box.recipients
    assert to == mail["To"] == ANA
    assert mail["Subject"] == "CRÍTICO: sello cortado MX-2291"
    assert mail.get_content().splitlines()[0] == "Se cortó el cable del sello."
    assert mail["Message-ID"] == "<MX-2291-1/1.1@tracker.example>"
    assert (mail["Content-Language"], mail["Importance"]) == ("es", "high")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_one_incident_is_one_thread_and_a_copy_has_the_same_id() -> None:
    with mailbox() as box:
        out = channel(box.port)
        first = out.send(message(contact="ana"), timeout_s=5)
        out.send(message(contact="ana", attempt=2), timeout_s=5)
        assert first == Receipt(thread="<MX-2291-1/1.1@tracker.example>")
        second = out.send(
            message(contact="ana", number=2, update=Update.OVER, thread=first.thread), timeout_s=5
        )
        assert second == first  # what comes third belongs to the first, too
    one, copy, over = box.mails
    assert one["Message-ID"] == copy["Message-ID"] != over["Message-ID"]
    assert one["References"] is None
    assert over["In-Reply-To"] == over["References"] == one["Message-ID"]
    assert over["Importance"] is None


def test_no_name_can_add_a_header() -> None:
    with mailbox() as box:
        alert = cut(id="X\r\nBcc: eve@example-1", severity=Severity.WARNING)
        channel(box.port).send(
            message(alert, contact="ana", title="broken\r\nBcc: eve@example.com"), timeout_s=5
        )
    (mail,) = box.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "broken Bcc: eve@example.com"
    assert box.recipients == [[ANA]]


def test_the_password_is_given_over_tls_alone(tmp_path: Path) -> None:
    good = certificate(tmp_path)
    with mailbox(good.context, starttls=True) as box:
        url = "smtp://tracker:right@{}"
        channel(box.port, url, None, ca_file=good.file).send(message(contact="ana"), timeout_s=5)
        assert len(box.mails) == 1
        wrong = channel(box.port, "smtp://tracker:wr0ng@{}", None, ca_file=good.file)
        error = undelivered(wrong)
        assert (error.permanent, error.reason) == (True, "the password is refused (535, 5.7.8)")
    with mailbox() as box:
        error = undelivered(channel(box.port, url, None))
        assert (error.permanent, error.reason[:31]) == (False, "the mail server offers no TLS, ")
    with pytest.raises(UsageError, match="readable on its way") as raised:
        channel(1, url, "none")
    assert "right" not in str(raised.value)


def test_certificates_are_checked(tmp_path: Path) -> None:
    good, old = certificate(tmp_path), certificate(tmp_path, expired=True)
    with mailbox(good.context) as box:
        channel(box.port, "smtps://{}", None, ca_file=good.file).send(
            message(contact="ana"), timeout_s=5
        )
        assert len(box.mails) == 1
        assert undelivered(channel(box.port, "smtps://{}", None)).reason == (
            "its certificate is not trusted"
        )
    with mailbox(old.context, starttls=True) as box:
        error = undelivered(channel(box.port, "smtp://{}", None, ca_file=old.file))
        assert (error.permanent, error.reason) == (False, "its certificate has expired")


def test_a_recipient_who_is_refused_is_lost_and_one_who_is_busy_is_not() -> None:
    with mailbox(refuses=(ANA,)) as box:
        error = undelivered(channel(box.port))
        assert (error.permanent, error.reason) == (True, "the recipient is refused (550, 5.1.1)")
    with mailbox(busy=True) as box:
        error = undelivered(channel(box.port))
        assert (error.permanent, error.reason) == (False, "the recipient is refused (450, 4.2.1)")


def test_whom_nothing_says_where_to_reach_is_not_reached() -> None:
    assert undelivered(channel(1), message(contact="bob")).permanent


def test_a_server_that_hangs_or_is_slow_costs_its_time_alone() -> None:
    with silent() as port:
        assert not undelivered(channel(port)).permanent
        assert not undelivered(channel(port, "smtps://{}", None)).permanent
    with mailbox(wait_s=SLOW_S) as box:
        assert not undelivered(channel(box.port)).permanent


def test_nobody_there_may_be_there_later() -> None:
    error = undelivered(channel(free_port()))
    assert (error.permanent, error.reason) == (False, "the connection was refused")
    server = mail_server("smtp://nobody.invalid", where="here", tls="none", ca_file=None)
    error = undelivered(MailChannel("mail", server, "a@b.example", {"ana": ANA}))
    assert (error.permanent, error.reason) == (False, "its name is not known")


@pytest.mark.parametrize(
    "url", ["", "k3y", "http://u:k3y@h", "smtp://u:k3y@:25", "smtp://u:k3y@h:x"]
)
def test_a_url_of_no_server_is_told_without_being_shown(url: str) -> None:
    with pytest.raises(UsageError, match="no mail server") as raised:
        mail_server(url, where="here", tls=None, ca_file=None)
    assert "k3y" not in str(raised.value)


@pytest.mark.parametrize(
    "text", ["ana@example.mx", "mailto:ana@example.mx", "mailto://ana@example.mx"]
)
def test_an_address_is_written_as_one_likes(text: str) -> None:
    assert mail_address(text, where="here", whose="ana") == ANA


@pytest.mark.parametrize(
    "text", ["", "ana", "ana@", "a@b, c@d", "a@b\nBcc: c@d", "a@b>", "mailto:a%0A@b"]
)
def test_what_is_no_address_is_told_without_being_shown(text: str) -> None:
    with pytest.raises(UsageError, match="the address of eva is none of mail") as raised:
        mail_address(text, where="here", whose="eva")
    assert not text or text not in str(raised.value)


def test_a_server_shows_no_password() -> None:
    server = mail_server("smtps://u:k3y@h", where="here", tls=None, ca_file=None)
    assert server.password == "k3y"
    assert "k3y" not in repr(server) + repr(MailChannel("m", server, "a@b", {}))
