"""Notifications: the worker, and the process that it is beside `tracker run`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.config import Config
from tracker.domain.errors import UsageError
from tracker.wiring.channels import channel
from tracker.wiring.database import journal
from tracker.wiring.tracking import commands
from tracker.wiring.zones import geography

if TYPE_CHECKING:
    from tracker.app.notify.answering import Answers
    from tracker.app.notify.record import DeliveryRecorder
    from tracker.app.notify.sender import Sender
    from tracker.app.notify.worker import Worker
    from tracker.app.planning import Geography
    from tracker.ports import Clock, Composer, Outgoing, Store


def messages(config: Config) -> Composer:
    """Who makes the words. Raises UsageError for playbooks that cannot be read."""
    from tracker.adapters.playbook_files import playbooks
    from tracker.messages import Messages

    folder = config.notify.playbook_dir
    return Messages(playbooks(None if folder is None else Path(folder)))


def code_key(path: Path) -> bytes:
    """The key of codes, made if there is none. Raises UsageError for one that cannot be used."""
    from tracker.adapters.keys.code_key import made_code_key

    return made_code_key(path)


def _answers(config: Config, store: Store, key: bytes) -> Answers:
    from tracker.app.notify.answering import Answers

    notify = config.notify
    return Answers(store, key, hours=notify.code_hours, base=notify.link_base)


@contextmanager
def answers(config: Config) -> Iterator[Answers]:
    """Who takes the codes of messages. Raises UsageError where nobody has made any."""
    from tracker.adapters.keys.code_key import read_code_key

    key = read_code_key(Path(config.notify.code_key_file))
    with journal(config) as store:
        yield _answers(config, store, key)


def test_message(config: Config, channel: str, contact: str | None, now: datetime) -> Outgoing:
    """What `tracker notify test` sends. Raises UsageError for a contact that is not configured."""
    from zoneinfo import ZoneInfo

    import msgspec

    from tracker.app.notify.composing import MACHINE
    from tracker.domain.alert import Severity
    from tracker.domain.notice import Update
    from tracker.ports import Context, News, Outgoing

    contacts = config.notices.policy.contacts
    if contact is not None and contact not in contacts:
        raise UsageError(
            f"there is no contact {contact!r}",
            where="--to",
            mend=f"contacts: {', '.join(contacts) or 'none'}",
        )
    who = contacts.get(contact or "", MACHINE)
    zone = ZoneInfo(who.timezone)
    compose = messages(config)
    text = compose(None, Context(), Update.TEST, language=who.language, zone=zone, now=now)
    notice = f"test:{now:%Y%m%dT%H%M%S%fZ}"
    return Outgoing(
        id=f"{notice}/1.1",
        channel=channel,
        notice=notice,
        number=1,
        update=Update.TEST,
        severity=Severity.INFO,
        title=text.title,
        body=text.body,
        short=text.short,
        language=who.language,
        contact=contact,
        data=msgspec.to_builtins(News(update=Update.TEST, number=1, at=now)),
    )


@contextmanager
def notify_worker(config: Config, *, clock: Clock | None = None) -> Iterator[Worker]:
    """Who delivers, ready for `run`. Raises UsageError if nobody is to be told of anything."""
    import secrets

    from tracker.adapters.clock import SystemClock
    from tracker.app.notify.worker import ChannelPlan, Worker

    clock = clock or SystemClock()
    if not config.notices.policy.tells:
        raise UsageError(
            "nobody is to be told of anything: there are no routes",
            where=f"{config.source or 'the environment'}: [notify]",
            mend="write [[notify.routes]], and whom they lead to; `tracker init` shows an example",
        )
    _check_channels(config)
    messages(config)
    code_key(Path(config.notify.code_key_file))
    places = geography(config)
    worker = secrets.token_hex(6)
    plans = {
        name: ChannelPlan(
            name=name,
            timeout_s=said.timeout_s,
            opened=partial(_sender, config, name, places, clock, worker),
        )
        for name, said in config.notices.channels.items()
    }
    with journal(config) as store:
        yield Worker(
            store=store,
            policy=config.notices.policy,
            clock=clock,
            channels=plans,
            opened_record=partial(_recorder, config, clock),
            name=worker,
        )


def _check_channels(config: Config) -> None:
    """What is wrong with one is told at once, not when there is something to tell."""
    for name in config.notices.channels:
        channel(config, name).close()


@contextmanager
def _sender(
    config: Config, name: str, places: Geography, clock: Clock, worker: str
) -> Iterator[Sender]:
    import random

    from tracker.app.notify.composing import Composing
    from tracker.app.notify.sender import Sender

    policy = config.notices.policy
    compose = messages(config)
    with journal(config) as store, closing(channel(config, name)) as opened:
        composing = Composing(
            store,
            policy,
            places,
            compose,
            clock,
            answering=_answers(config, store, code_key(Path(config.notify.code_key_file))).issue,
            map_link=config.notify.map_link,
        )
        yield Sender(
            store,
            opened,
            composing,
            policy.limits,
            clock,
            worker=worker,
            timeout_s=config.notices.channels[name].timeout_s,
            chance=random.random,
        )


@contextmanager
def _recorder(config: Config, clock: Clock) -> Iterator[DeliveryRecorder]:
    from tracker.app.notify.record import DeliveryRecorder

    with ExitStack() as stack:
        handler = stack.enter_context(commands(config, clock=clock))
        store = stack.enter_context(journal(config))
        yield DeliveryRecorder(handler, store)


def notifying(config: Config) -> AbstractContextManager[object]:
    """The worker as a process of its own while the context is entered; nobody if none is wanted.
    Raises UsageError for a channel that cannot be made.
    """
    from tracker.adapters.kept_process import KeptProcess

    if not (config.notify.inside and config.notices.policy.tells):
        return nullcontext()
    _check_channels(config)
    messages(config)
    code_key(Path(config.notify.code_key_file))
    return KeptProcess(
        "notify", own_command(config, "notify", "run"), ready=partial(_follow, config)
    )


def _follow(config: Config) -> None:
    """From here on, whatever is raised is told: before anything can be raised."""
    from tracker.app.feeds import Feed
    from tracker.app.notify.outbox import FOLLOWER

    with journal(config) as store:
        feed = Feed(store)
        feed.follow(FOLLOWER, after=feed.newest)


def own_command(config: Config, *arguments: str) -> list[str]:
    """This program again, with this configuration."""
    import sys

    named = ["--config", str(config.source)] if config.source is not None else []
    return [sys.executable, "-P", "-m", "tracker", *named, *arguments]
