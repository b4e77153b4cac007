"""`tracker demo`: a morning on the Monterrey-Laredo corridor, with everything real but the trucks.

Broker, MQTT, tracker, rules and database are those of `tracker run`; only the clock is set by hand,
so that five hours of driving take less than a minute. It checks itself: exit code 0 means that the
honest truck raised no alert, and every other truck exactly those that it should.
"""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import msgspec
import typer
from msgspec import Struct

from tracker import config as configuration
from tracker import wording
from tracker.cli.demo.shown import shown, until_interrupted
from tracker.cli.demo.told import ADDRESSES_FILE, READERS, Told, receivers
from tracker.cli.demo.told import tell as tell_of
from tracker.cli.service.init import write
from tracker.cli.shared import render
from tracker.cli.shared.session import Json
from tracker.config import Config
from tracker.domain.alert import Alert, AlertKind, Severity
from tracker.domain.finding import Finding, FindingType

if TYPE_CHECKING:
    from rich.console import Console

    from tracker.ports import Records
    from tracker.simulation.story import DemoStory

THERE = ZoneInfo("America/Monterrey")
"""Times are shown as the drivers' watches show them."""
WALL_S = 36.0
SIGNED_S = 600.0
"""Simulated seconds between two signed checkpoints."""
ANCHORED = "ANCHORED"
"""The grade of a log that agrees with a checkpoint held outside (`sealproof.grades`)."""
LABELS = {
    "simulated_min": "simulated minutes",
    "elapsed_s": "took (s)",
    "readings_per_s": "readings a second",
    "entries": "custody entries",
    "rejects": "unreadable payloads",
    "log": "custody log, verified",
    "mails": "mails",
    "events": "webhook events",
    "late": "alerts told late",
    "false_alarms_honest": "false alarms, honest truck",
    "missing": "alerts missing",
    "unexpected": "alerts not due",
}
"""The summary's names for people; the others are said as they are."""
VERDICT = (
    "All as it should be: the honest truck was delivered without an alert, and each of the other"
    " five raised the alerts it should, and no others."
)
QUIET = frozenset({FindingType.DEVICE_SEEN, FindingType.LEG_COMPLETED, FindingType.READINGS_BOUND})
"""Findings that would only repeat, while it runs, what others have just said."""


class Summary(Struct, frozen=True, kw_only=True):
    """`tracker demo --json`: these are its stable names.

    delivered: the honest truck's shipment was closed. missing, unexpected: alerts, in words.
    log: the grade of the custody log, held against the newest checkpoint that was released.
    mails: to each contact. events: of the webhook, their signatures verified.
    """

    ok: bool
    delivered: bool
    simulated_min: int
    elapsed_s: float
    messages: int
    readings: int
    readings_per_s: float
    entries: int
    rejects: int
    alerts: dict[str, int]
    late: int
    false_alarms_honest: int
    missing: list[str]
    unexpected: list[str]
    log: str
    mails: dict[str, int]
    events: int
    folder: str | None


def demo(
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep configuration and database here.")
    ] = None,
    fast: Annotated[bool, typer.Option("--fast", help="As quickly as the machine can.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed, the same morning.")] = 1,
    web: Annotated[
        bool, typer.Option("--web", help="Show it in a browser, and stay open until interrupted.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(help="Of --web: its TCP port; else [web] port, 0: any.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Six trucks, one honest: seals, a customs opening, a diversion, a jammer. Under a minute."""
    from tracker import wiring
    from tracker.cli.demo.conductor import conducted
    from tracker.simulation.story import START
    from tracker.simulation.story_mishaps import tell

    with _folder(folder) as place, receivers(place) as (told, tables):
        config = configured(written(place, tables))
        tale = tell(wiring.geofences(()), seed)
        began = time.monotonic()
        with (
            _screen(tale, START, as_json=as_json) as show,
            conducted(config, tale, START, show) as conductor,
            shown(config, conductor.clock, port) if web else contextlib.nullcontext(),
        ):
            conductor.play(0.0 if fast else WALL_S)
            elapsed = time.monotonic() - began
            if web:
                until_interrupted()
        with wiring.records(config) as records:
            grade = log_grade(config)
            summary = summarise(
                tale, records, told, conductor.messages, elapsed, grade, kept=folder
            )
            if as_json:
                render.json_line(summary)
            else:
                _tell(tale, records, summary, told)
    raise typer.Exit(0 if summary.ok else 1)


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="tracker-demo-") as made:
        yield Path(made)


def written(folder: Path, tables: str) -> Path:
    """What `tracker init` writes, and who is to be told."""
    file = write(folder)[0]
    setting = f'addresses_file = "{ADDRESSES_FILE}"'
    text = file.read_text(encoding="utf-8").replace(f"# {setting}", setting)
    file.write_text(text + tables, encoding="utf-8")
    return file


def configured(file: Path) -> Config:
    """What `tracker init` has written, and nothing from this computer's environment."""
    config = configuration.load(file, env={})
    # Lock-step replaces both waits: when a tick comes, everything due by then is committed.
    intake = msgspec.structs.replace(
        config.intake,
        tick_s=0.05,
        quiet_s=0.0,
        grace_s=0.0,
        # The story's hours pass in a minute, and each sign of life is a commit.
        heartbeat_s=1800.0,
        dead_after_s=7200.0,
    )
    # Its seconds are simulated ones: ten of them pass several times a second.
    log = msgspec.structs.replace(config.log, checkpoint_s=SIGNED_S)
    limits = msgspec.structs.replace(config.notices.policy.limits, poll_s=0.02)
    policy = msgspec.structs.replace(config.notices.policy, limits=limits)
    notices = msgspec.structs.replace(config.notices, policy=policy)
    return msgspec.structs.replace(config, intake=intake, log=log, notices=notices)


Show = Callable[[datetime, Iterable[Finding]], None]


@contextlib.contextmanager
def _screen(tale: DemoStory, start: datetime, *, as_json: bool) -> Iterator[Show]:
    """Findings scroll by; on a terminal the simulated time and how far it is stay below them."""
    from rich.progress import BarColumn, Progress, TextColumn

    if as_json:
        yield lambda now, findings: None
        return
    console = render.console()
    render.table(
        ("SHIPMENT", "DEVICE", "WHAT WILL HAPPEN"),
        ((truck.shipment, truck.journey.device, truck.title) for truck in tale.trucks),
        empty="none",
    )
    render.say("")
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"))
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task("", total=(tale.until - start).total_seconds())

        def show(now: datetime, findings: Iterable[Finding]) -> None:
            for finding in findings:
                if finding.type not in QUIET:
                    _line(console, finding)
            bar.update(task, completed=(now - start).total_seconds(),
                       description=f"{now.astimezone(THERE):%H:%M %Z}")  # fmt: skip

        yield show


def _line(console: Console, finding: Finding) -> None:
    """When the tracker knew, whose, how grave or what sort, what; when it was, if it was late."""
    from rich.text import Text

    severity = finding.facts.get("severity")
    label = severity if isinstance(severity, str) else finding.type.value.partition("_")[0]
    style = render.STYLES[Severity(severity)] if isinstance(severity, str) else "dim"
    said = wording.of_finding(finding)
    if isinstance(severity, str):
        what = f"{finding.facts['kind']}".replace("_", " ")
        said = f"{what} {finding.type.value.removeprefix('alert_')}: {said}"
    late = f" (at {finding.occurred_at.astimezone(THERE):%H:%M}, told late)" if finding.late else ""
    line = Text(f"{finding.recorded_at.astimezone(THERE):%H:%M %Z}  {finding.scope}  ")
    console.print(line.append(f"{label:<9}", style=style).append(f" {said}{late}"))


def log_grade(config: Config) -> str:
    """Of the custody log as it is now, held against the newest checkpoint that was released: what
    is newer than that, nobody outside has seen.
    """
    from sealproof.note import parse_note
    from sealproof.trust import Trust
    from tracker import wiring

    newest = wiring.checkpoint_book(config).newest()
    kept = parse_note(newest.note) if newest else None
    verdict = wiring.check_log(config, trust=Trust(), kept=kept, progress=lambda _done, _all: None)
    return verdict.grade.name


def summarise(
    tale: DemoStory,
    records: Records,
    told: Told,
    messages: int,
    elapsed: float,
    grade: str,
    *,
    kept: Path | None,
) -> Summary:
    """What was seen, held against what was due."""
    from tracker.simulation.story import START

    alerts, counts, honest = records.alerts(), records.counts(), records.shipment(tale.honest)
    seen = Counter(_words(one.shipment, one.kind, one.severity, one.late) for one in alerts)
    due = Counter(_words(truck.shipment, *one) for truck in tale.trucks for one in truck.due)
    heard = bool(told.events) and not told.refused and all(map(told.mailed, READERS))
    delivered = honest is not None and honest.closed_at is not None
    return Summary(
        ok=delivered and seen == due and not counts["rejects"] and grade == ANCHORED and heard,
        delivered=delivered,
        simulated_min=round((tale.until - START).total_seconds() / 60),
        elapsed_s=round(elapsed, 1),
        messages=messages,
        readings=counts["readings"],
        readings_per_s=round(counts["readings"] / elapsed, 1),
        entries=counts["entries"],
        rejects=counts["rejects"],
        alerts=dict(Counter(alert.kind.value for alert in alerts)),
        late=sum(alert.late for alert in alerts),
        false_alarms_honest=sum(alert.shipment == tale.honest for alert in alerts),
        missing=sorted((due - seen).elements()),
        unexpected=sorted((seen - due).elements()),
        log=grade,
        mails={contact: len(told.mailed(contact)) for contact in READERS},
        events=len(told.events),
        folder=None if kept is None else str(kept),
    )


def _words(shipment: str | None, kind: AlertKind, severity: Severity, late: bool) -> str:
    return f"{shipment} {kind} {severity}{' late' if late else ''}"


def _tell(tale: DemoStory, records: Records, summary: Summary, told: Told) -> None:
    from tracker.app.queries.entries import entry_of

    render.say(f"\nThe custody record of {tale.honest}\n", style="bold")
    render.table(
        ("SEQ", "OCCURRED", "TYPE", "BY", "DETAIL"),
        (
            (entry.seq, render.moment(entry.at, THERE), entry.type, entry.by, entry.detail)
            for entry in map(entry_of, records.entries(scope=tale.honest))
            if entry.type != FindingType.READINGS_BOUND  # says only that telemetry went on
        ),
        empty="none",
    )
    render.say("\nAlerts\n", style="bold")
    alerts: list[Alert] = records.alerts()
    render.documents(
        alerts,
        as_json=False,
        columns=render.ALERT_COLUMNS,
        row=lambda alert: render.alert_row(alert, THERE),
        empty="none",
    )
    tell_of(told)
    render.say("\nSummary\n", style="bold")
    values = msgspec.structs.asdict(summary)
    render.pairs((LABELS.get(name, name), _value(value)) for name, value in values.items())
    render.say(f"\n{VERDICT if summary.ok else 'Not as it should be: see the summary.'}")
    render.say("\nsee it in a browser, while the trucks drive: tracker demo --web")
    if summary.folder is not None:
        render.say(f"\nlook around: tracker --config {summary.folder}/tracker.toml shipment list")


def _value(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(value) or "none"
    return value
