"""The watchdog tells once, by every channel, that nobody watches; and that somebody does again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tracker.adapters.clock import ManualClock
from tracker.app.watchdog import Seen, Target, Watchdog, targets
from tracker.domain.dead_man import Limits
from tracker.domain.duty import DutyHours
from tracker.domain.notify_policy import Contact, Ladder, NotifyPolicy, Roster, Route, Shift
from tracker.ports import Heartbeat, Outgoing

T0 = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANA = Contact(id="ana", channels=("sms", "mail"), language="es", timezone="America/Monterrey")
BOB = Contact(id="bob", channels=("mail",), language="en", timezone="UTC")


class Kept:
    def __init__(self) -> None:
        self.text: bytes | None = None

    def read(self) -> bytes | None:
        return self.text

    def write(self, text: bytes) -> None:
        self.text = text


class House:
    """Signs of life as they are set here, and channels that refuse while they are named."""

    def __init__(self) -> None:
        self.clock, self.memory = ManualClock(T0), Kept()
        self.seen = Seen(sign_at=T0)
        self.refusing: set[str] = set()
        self.told: list[Outgoing] = []
        self.tried = self.pings = 0
        self.people = [Target("sms", ANA), Target("mail", BOB)]
        self.dog = self.started()

    def started(self) -> Watchdog:
        self.dog = Watchdog(
            eye=lambda: self.seen,
            targets=lambda: self.people,
            post=self.post,
            memory=self.memory,
            clock=self.clock,
            limits=Limits(silent=timedelta(seconds=120), grace=timedelta(seconds=25)),
            ping=self.ping,
            ping_s=60,
        )
        return self.dog

    def post(self, messages: Sequence[Outgoing]) -> set[str]:
        self.tried += len(messages)
        taken = [one for one in messages if one.channel not in self.refusing]
        self.told += taken
        return {one.id for one in taken}

    def ping(self) -> None:
        self.pings += 1

    def wait(self, seconds: int, *, alive: bool) -> None:
        for _ in range(0, seconds, 5):
            self.clock.set(self.clock.now() + timedelta(seconds=5))
            if alive:
                self.seen = replace(self.seen, sign_at=self.clock.now())
            self.dog.look()

    @property
    def heard(self) -> list[tuple[str, str, int]]:
        return [(one.contact or "", one.channel, one.number) for one in self.told]


def test_each_is_told_once_and_again_when_it_is_over() -> None:
    house = House()
    house.wait(600, alive=True)
    assert house.told == []
    house.wait(600, alive=False)
    assert house.heard == [("ana", "sms", 1), ("bob", "mail", 1)]
    spanish, english = house.told
    assert spanish.title == "NADIE VIGILA los camiones"
    assert "no sign of life from the tracker since 2026-03-02 12:10 UTC" in english.body
    assert all(len(one.short) <= 160 for one in house.told)
    assert (spanish.update, spanish.severity) == ("watchdog", "critical")
    house.wait(600, alive=True)
    assert house.heard[2:] == [("ana", "sms", 2), ("bob", "mail", 2)]
    assert house.told[2].notice == spanish.notice
    assert house.told[3].severity == "info"
    house.wait(600, alive=False)
    assert len(house.told) == 6, "another outage"
    assert house.told[4].notice != spanish.notice


def test_a_watchdog_that_is_started_anew_does_not_tell_it_again() -> None:
    house = House()
    house.wait(200, alive=False)
    for _ in range(5):
        house.started()
        house.wait(60, alive=False)
    assert len(house.told) == 2
    house.started()
    house.wait(300, alive=True)
    assert len(house.told) == 4


def test_what_it_remembers_may_be_gone_or_garbled() -> None:
    house = House()
    house.memory.text = b"{"
    house.started()
    house.wait(200, alive=False)
    assert len(house.told) == 2


def test_a_channel_that_refuses_is_tried_again_and_only_that() -> None:
    house = House()
    house.refusing = {"sms"}
    house.wait(300, alive=False)
    assert house.heard == [("bob", "mail", 1)]
    assert 3 < house.tried < 12, "with pauses"
    house.refusing = set()
    house.wait(600, alive=False)
    assert house.heard == [("bob", "mail", 1), ("ana", "sms", 1)]


def test_who_was_not_told_of_the_outage_is_not_told_of_its_end() -> None:
    house = House()
    house.refusing = {"sms"}
    house.wait(200, alive=False)
    house.refusing = set()
    house.seen = Seen(sign_at=house.clock.now())
    house.wait(125, alive=True)
    told = len(house.told)
    house.wait(300, alive=True)
    assert {one.contact for one in house.told if one.number == 2} <= {
        one.contact for one in house.told if one.number == 1
    }
    assert len(house.told) >= told


def test_the_ping_goes_out_while_all_is_well_and_no_longer() -> None:
    house = House()
    house.wait(600, alive=True)
    assert house.pings == 10
    house.seen = replace(house.seen, status="gone", gone_at=house.clock.now())
    house.wait(600, alive=False)
    assert house.pings == 10


def test_the_journal_is_a_sign_of_life_where_the_broker_has_none() -> None:
    house = House()
    house.seen = Seen(broker="no connection", blind=False)
    for _ in range(100):
        now = house.clock.now() + timedelta(seconds=5)
        house.clock.set(now)
        beat = Heartbeat(started_at=T0, at=now)
        house.seen = Seen(broker="no connection", blind=False, heartbeat=beat)
        house.dog.look()
    (message,) = {one.body for one in house.told if one.contact == "bob"}
    assert "the broker is out of reach since" in message
    assert "sign of life" not in message


def test_a_tracker_that_was_ended_is_missed_past_the_limit() -> None:
    house = House()
    house.seen = Seen(sign_at=T0, status="ended")
    house.wait(115, alive=False)
    assert house.told == []
    house.wait(15, alive=False)
    assert "was ended at" in house.told[1].body


def policy(
    ladders: dict[str, Ladder] | None = None, contacts: Sequence[Contact] = (ANA, BOB)
) -> NotifyPolicy:
    night = Roster(
        id="desk",
        timezone="UTC",
        shifts=(Shift(hours=DutyHours.parse("20:00-22:00"), contacts=("bob",)),),
        otherwise=("ana",),
    )
    return NotifyPolicy(
        contacts={one.id: one for one in contacts},
        rosters={"desk": night},
        ladders=ladders or {},
        routes=(Route(channels=("erp",)),),
    )


def test_the_house_s_ladder_is_told_those_on_duty() -> None:
    house = Ladder(id="house", steps=(("desk",),))
    found = targets(policy({"other": Ladder(id="other", steps=()), "house": house}), None, T0)
    assert [(one.channel, one.on_duty) for one in found if one.contact is ANA] == [
        ("sms", True),
        ("mail", True),
    ]
    assert [one.on_duty for one in found if one.contact is BOB] == [False]


def test_a_custodian_s_people_are_not_of_the_house() -> None:
    theirs = replace(BOB, custodian="texas-drayage")
    house = {"house": Ladder(id="house", steps=(("bob",),))}
    found = targets(policy(house, (ANA, theirs)), None, T0)
    assert {one.contact for one in found} == {ANA}, "who is on no ladder, but of the house"
    assert targets(policy(house, (theirs,)), None, T0) == (Target("erp"),), "machines at last"
