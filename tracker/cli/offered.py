"""The commands by name, each loaded when it is called: help and completion need only what is here.

To load all of them takes longer than all that `tracker --help` does besides.
"""

from __future__ import annotations

import importlib
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup


class Offered(NamedTuple):
    """where: module and attribute, of a command or of a group of them. line: its help's beginning,
    as the list of commands shows it; a test compares.
    """

    where: str
    line: str
    hidden: bool = False


OFFERED = {
    "init": Offered(
        "tracker.cli.service.init:init",
        "Write tracker.toml, every key commented, and a password for the embedded broker.",
    ),
    "doctor": Offered(
        "tracker.cli.service.doctor:doctor",
        "Check configuration, database, broker, tracker, zones, clock and disk; say how to "
        "mend them.",
    ),
    "run": Offered(
        "tracker.cli.service.run:run",
        "Run the tracker: telemetry in, rules, custody log, alerts; until interrupted.",
    ),
    "worker": Offered(
        "tracker.cli.service.worker:worker",
        "Take in what `tracker run` hands over. Nobody else gives this command.",
        hidden=True,
    ),
    "serve": Offered(
        "tracker.cli.service.serve:serve",
        "Serve the web application: board, map, shipments, audit; and /api/v1. Until interrupted.",
    ),
    "watchdog": Offered(
        "tracker.cli.service.watchdog:watchdog",
        "Tell the house when the tracker is silent or the broker is gone, and when that is over.",
    ),
    "gateway": Offered(
        "tracker.cli.service.gateway:gateway",
        "Take devices' own connections: frames go to the broker as they came, until interrupted.",
    ),
    "demo": Offered(
        "tracker.cli.demo.demo:demo",
        "Six trucks, one honest: seals, a customs opening, a diversion, a jammer. Under a minute.",
    ),
    "simulate": Offered(
        "tracker.cli.simulation.simulate:simulate",
        "Publish simulated journeys as native telemetry, or say them to a gateway as real "
        "locks do.",
    ),
    "replay": Offered(
        "tracker.cli.simulation.replay:replay",
        "Publish a recorded track as telemetry; or tell the journal again by other rules.",
    ),
    "explain": Offered(
        "tracker.cli.service.explain:explain",
        "Say why an alert of a kind was raised, or why none was: which rule looked, what it "
        "saw, what kept it quiet.",
    ),
    "asyncapi": Offered(
        "tracker.cli.service.asyncapi:asyncapi",
        "Print an AsyncAPI 3.0 document, in JSON, of all MQTT topics: what devices and "
        "gateways say, alerts and their state, commands for devices.",
    ),
    "policy": Offered(
        "tracker.cli.service.policy:app",
        "Show every threshold in force: value, unit, default, source of the number.",
    ),
    "shipment": Offered(
        "tracker.cli.shipment:app",
        "Shipments: open, show, declare, close.",
    ),
    "alerts": Offered(
        "tracker.cli.alerts:app",
        "Alerts: list, show, follow, acknowledge, assign, comment, snooze, accept, close.",
    ),
    "notify": Offered(
        "tracker.cli.notify:app",
        "Tell people and machines of alerts.",
    ),
    "log": Offered(
        "tracker.cli.log:app",
        "The custody log: what is recorded, in order.",
    ),
    "key": Offered(
        "tracker.cli.key:app",
        "The key that signs the custody log.",
    ),
    "witness": Offered(
        "tracker.cli.witness:app",
        "Cosign other people's logs; see who attests to this one.",
    ),
    "audit": Offered(
        "tracker.cli.audit:app",
        "Audits: does the record account for everything?",
    ),
    "seals": Offered(
        "tracker.cli.seals:app",
        "The inventory of seals: issue, void, list.",
    ),
    "zones": Offered(
        "tracker.cli.zones:app",
        "Zones and corridors: list, check, import, locate.",
    ),
    "devices": Offered(
        "tracker.cli.devices:app",
        "Devices: list them, decode what one says, tell one something.",
    ),
    "rejects": Offered(
        "tracker.cli.rejects:app",
        "Payloads nobody could read: list, show.",
    ),
    "privacy": Offered(
        "tracker.cli.privacy:app",
        "Personal data: what is kept of people; erase it.",
    ),
    "users": Offered(
        "tracker.cli.users:app",
        "Who may use the web application, and tokens for programs.",
    ),
}


class Commands(TyperGroup):
    """All of `OFFERED`, in this order."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self._listing = False
        self._loaded = dict[str, Any]()
        for name, offered in OFFERED.items():
            self.commands[name] = TyperCommand(name, help=offered.line, hidden=offered.hidden)

    def list_commands(self, ctx: Any) -> list[str]:
        return list(OFFERED)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command itself; for a list of them only its name and the first line of its help."""
        if self._listing or cmd_name not in OFFERED:
            return super().get_command(ctx, cmd_name)
        if cmd_name not in self._loaded:
            self._loaded[cmd_name] = _load(cmd_name, OFFERED[cmd_name])
        return self._loaded[cmd_name]

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False


def _load(name: str, offered: Offered) -> Any:
    module, attribute = offered.where.split(":")
    what = getattr(importlib.import_module(module), attribute)
    around = typer.Typer(add_completion=False)
    if isinstance(what, typer.Typer):
        around.add_typer(what, name=name)
    else:
        around.command(name, hidden=offered.hidden)(what)
    return typer.main.get_group(around).commands[name]
