"""The commented `tracker.toml` that `tracker init` writes, from the same list that checks it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from typing import Any

from tracker.config.keys import Key, keys
from tracker.config.sections import PURPOSE, SECTIONS

HEADER = """\
# Configuration of the tracker. A line that begins with "# name =" shows a default; remove the "#"
# to change it. Any key can be overridden by the environment: TRACKER_BROKER__PORT=8883 sets
# [broker] port. Paths are relative to this file. Secrets never stand here: password_file names a
# file that holds one.
"""

TABLES = {
    "notify": """\
# Tables of [notify], each as often as needed: the ways out; who is told, by which of them; who is
# on duty when; who is asked first, and who next; which alerts go to whom (the first that fits).
#
# [notify.channels.pipe]
# kind = "file"
# url = "file:alerts.jsonl"
#
# [notify.channels.sms]          # SMS, WhatsApp, Telegram, Slack, Teams, ntfy, ... by apprise
# kind = "people"                # addresses_file: [ana] and under it sms = "twilio://..."
# timeout_s = 10
#
# [notify.channels.mail]
# kind = "mail"
# url_file = "mail.url"          # smtps://USER:PASSWORD@HOST; mode 0600
# options = { from = "alerts@example.mx" }      # addresses_file: mail = "mailto:ana@example.mx"
#
# [notify.channels.erp]          # signed: Standard Webhooks, CloudEvents
# kind = "webhook"
# url_file = "erp.url"
# secret_file = "erp.secret"     # whsec_ and 32 random bytes in base64; mode 0600
#
# [notify.channels.hub]          # topics alerts/v1/# on the broker of [broker]
# kind = "mqtt"
#
# [notify.contacts.ana]
# channels = ["pipe"]
#
# [notify.rosters.desk]
# shifts = [{ hours = "Mon-Fri 07:00-19:00", contacts = ["ana"] }]
# otherwise = ["ana"]
#
# [notify.ladders.house]
# steps = [["desk"], ["ana"]]
#
# [[notify.routes]]
# severity = ["critical", "warning"]
# ladder = "house"
"""
}
"""What stands behind a section's keys."""


LAYERS = """
# Thresholds that differ, layer upon layer; the last that names one decides: [policy], profile,
# lane, crossing, hours, the shipment's own file. `tracker policy` lists the layers,
# `tracker policy --shipment ID` says which decides what. Remove one "#" from each line to use them.
#
#[policy.profile.high-risk]          # or trusted, standard: what a shipment's file names as profile
#stop_warning_min = 5
#
#[policy.lane."monterrey-laredo.world-trade"]    # while on the leg along this corridor
#silence_moving_min = 15
#
#[policy.crossing."laredo-world-trade"]
#border_stop_min = 600
#
#[policy.hours.night]
#from = "22:00"                      # until before from: over midnight
#until = "05:00"
#timezone = "America/Monterrey"      # by the clocks there, summer time and all
#profiles = ["standard"]             # or lanes, crossings; left out: all shipments
#stop_warning_min = 10
"""


def template(chosen: Mapping[tuple[str, str], Any]) -> str:
    """The file's text; `chosen` holds the values that are not left to their defaults."""
    parts = [HEADER]
    for section, struct in SECTIONS.items():
        parts.append(f"\n# {PURPOSE[section]}\n[{section}]\n")
        parts.extend(_entry(key, chosen) for key in keys(section, struct).values())
        parts.append(TABLES.get(section, ""))
    return "".join([*parts, LAYERS])


def _entry(key: Key, chosen: Mapping[tuple[str, str], Any]) -> str:
    notes = [note for note in (key.unit, f"source: {key.source}" if key.source else "") if note]
    comment = key.text + (f" ({'; '.join(notes)})" if notes else "")
    lines = textwrap.fill(comment, 96, initial_indent="# ", subsequent_indent="#   ")
    return f"{lines}\n{_assignment(key, chosen)}\n"


def _assignment(key: Key, chosen: Mapping[tuple[str, str], Any]) -> str:
    place = (key.section, key.name)
    if place in chosen:
        return f"{key.name} = {toml(chosen[place])}"
    shown = key.example if key.default is None else key.default
    return f"# {key.name} = {toml(shown)}"


def toml(value: Any) -> str:
    """A value as TOML; JSON's strings, numbers, booleans and lists of them are TOML too."""
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
