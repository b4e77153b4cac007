"""Who receives for several workers: nothing is acknowledged before it is durable, each device keeps
its order, and zones change between two works of every worker. The workers here are lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from geofences.formats import GeofenceSet
from geofences.kinds import ZoneKind
from geofences.zone import Zone
from tests.support.office import GEOGRAPHY, START, Office, message, reading, trip
from tracker.adapters.notifiers import Silent
from tracker.app import front
from tracker.app.front import Front
from tracker.app.planning import Geography
from tracker.domain.policy import Policy
from tracker.ports import Message, Report


class ListedCrew:
    """`tracker.ports.Crew` of two, who do what the test says."""

    size, trouble = 2, ""

    def __init__(self) -> None:
        self.hands: list[list[Message]] = [[], []]
        self.said: list[Report] = []
        self.runs, self.starts = False, 0
        self.settled: list[bool] = []

    @property
    def held(self) -> int:
        return sum(map(len, self.hands))

    @property
    def ready(self) -> bool:
        return self.runs

    def start(self) -> None:
        self.runs, self.starts = True, self.starts + 1

    def stop(self) -> None:
        self.runs = False

    def hand(self, worker: int, messages: Sequence[Message]) -> None:
        self.hands[worker] += messages

    def heard_all(self, *, settled: bool) -> None:
        self.settled.append(settled)

    def reports(self) -> list[Report]:
        said, self.said = self.said, []
        return said

    def wait(self, timeout_s: float) -> None: ...

    def finish(self, worker: int, count: int) -> None:
        """It has made its first so many durable."""
        done, self.hands[worker] = self.hands[worker][:count], self.hands[worker][count:]
        self.said.append(Report(done=done))


class Scene(Office):
    """A front on the office's inbox and database; `turn` is one of its turns."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.crew = ListedCrew()
        self.anew: list[Geography] = []

    def front(self, **choices: Any) -> Front:
        parts: dict[str, Any] = {
            "inbox": self.inbox,
            "crew": self.crew,
            "journal": self.journal,
            "clock": self.clock,
            "geography": GEOGRAPHY,
            "origin": "test/log",
            "notifier": Silent(),
            "tick_s": 0.0,
            "watched": lambda: self.anew.pop() if self.anew else None,
        }
        return Front(**(parts | choices))


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    opened = Scene(tmp_path)
    yield opened
    opened.close()


def turns(front: Front, count: int = 1) -> None:
    """So many turns, and its end."""
    left = iter(range(count))
    front.run(lambda: next(left, None) is None)


def test_what_is_not_durable_is_not_acknowledged(scene: Scene) -> None:
    first, second = message("L1", reading(0)), message("L1", reading(1))
    scene.inbox.deliver(first, second)
    front = scene.front()
    turns(front)
    (worker,) = (number for number, held in enumerate(scene.crew.hands) if held)
    assert scene.crew.hands[worker] == [first, second]
    assert scene.inbox.unacknowledged == [first, second]
    scene.crew.finish(worker, 1)
    turns(front)
    assert scene.inbox.unacknowledged == [second]


def test_a_device_goes_elsewhere_only_when_nothing_of_it_is_under_way(scene: Scene) -> None:
    front = scene.front()
    scene.inbox.deliver(message("L1", reading(0)))
    turns(front)
    (here,) = (number for number, held in enumerate(scene.crew.hands) if held)
    scene.crew.said.append(Report(owners={"L1": 1 - here}))
    turns(front)
    scene.inbox.deliver(message("L1", reading(1)))
    turns(front)
    assert (len(scene.crew.hands[here]), len(scene.crew.hands[1 - here])) == (2, 0)
    scene.crew.finish(here, 2)
    turns(front)
    scene.inbox.deliver(message("L1", reading(2)))
    turns(front)
    assert (len(scene.crew.hands[here]), len(scene.crew.hands[1 - here])) == (0, 1)


def test_no_more_is_received_than_there_is_room_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "ROOM", 3)
    scene.inbox.deliver(*(message("L1", reading(n)) for n in range(5)))
    turns(scene.front(), 4)
    assert scene.crew.held == 3
    assert len(scene.inbox.waiting) == 2


def test_the_workers_are_told_of_silence_only_when_there_is_some(scene: Scene) -> None:
    front = scene.front()
    turns(front)
    assert scene.crew.settled == [True]
    scene.inbox.is_settled = False
    turns(front)
    assert scene.crew.settled == [True, False]


def test_zones_change_while_no_worker_works_and_every_truck_is_set_anew(scene: Scene) -> None:
    scene.open(trip())
    scene.hear(message("L1", reading(0)))  # by an intake of its own
    scene.ingest.registry.refresh()
    ran: list[bool] = []
    there = _square()
    zone = Zone(id="z", name="z", kind=ZoneKind.REST_STOP, polygon=there)

    class Watching(Silent):
        def tell(self, findings: Any, alerts: Any) -> None:
            ran.append(scene.crew.runs)

    made = scene.front(notifier=Watching())
    scene.anew.append(Geography(GeofenceSet((zone,), ()), Policy()))
    scene.clock.set(START + timedelta(minutes=1))
    turns(made, 3)
    assert ran == [False]
    assert scene.crew.starts == 2
    types = [row.type for row in scene.journal.entries()]
    assert types.count("zones_in_force") == 2
    assert "zones_redrawn" in types
    assert "zone_entered" not in types


def test_a_worker_that_does_not_work_is_trouble_that_the_sign_of_life_tells(scene: Scene) -> None:
    scene.crew.trouble = "worker 2 of 2 ended (exit code -9) and is being started again"
    front = scene.front(heartbeat_s=10.0)
    sign = scene.journal.heartbeat()
    assert sign is not None
    assert sign.trouble == scene.crew.trouble
    scene.crew.trouble = ""
    turns(front)
    sign = scene.journal.heartbeat()
    assert sign is not None
    assert (sign.trouble, sign.ended_at) == ("", START)


def test_what_workers_tell_is_told_by_whoever_receives(scene: Scene) -> None:
    told: list[Any] = []

    class Listening(Silent):
        def tell(self, findings: Any, alerts: Any) -> None:
            told.extend(findings)
            raise ConnectionError("nobody listens")

    scene.crew.said.append(Report(findings=["a finding"]))  # type: ignore[list-item]
    turns(scene.front(notifier=Listening()))
    assert told == ["a finding"]


def _square() -> Any:
    from shapely import box

    return box(-100.01, 25.99, -99.99, 26.01)
