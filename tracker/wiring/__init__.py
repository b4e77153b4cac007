"""The only place that constructs adapters: from a configuration to things that work.

    database   the journal
    zones      zones and corridors on file
    brokers    MQTT, the embedded broker, the gateway
    trust      what signs the custody log
    outsiders  witnesses, time-stamping authorities
    channels   the ways out to people and machines
    notify     who delivers
    explaining why an alert was raised, and why none was
    tracking   intake, commands, history told again
    workers    the intake on several cores
    web        users, and how they come in

Each function imports what it needs when it is called: importing this package is cheap, and a
command that only reads the database does not pay for MQTT or geometry.
"""

from __future__ import annotations

from tracker.wiring.brokers import (
    NotRunning,
    asyncapi,
    broker,
    broker_runs,
    caller,
    embedded,
    gateway,
    mqtt_settings,
    probe,
    publisher,
)
from tracker.wiring.channels import channel
from tracker.wiring.clocks import device_clocks
from tracker.wiring.database import journal, made, may_be_made, read_only, records
from tracker.wiring.explaining import story, why_not
from tracker.wiring.notify import (
    answers,
    code_key,
    notify_worker,
    notifying,
    own_command,
    test_message,
)
from tracker.wiring.outsiders import attester, attestors, new_witness_key, trust_policy, witness
from tracker.wiring.replay import policy_of, retelling, zones_of
from tracker.wiring.tracking import (
    backtest,
    commands,
    exporter,
    ingest,
    manual_clock,
    map_scene,
    system_clock,
)
from tracker.wiring.trust import (
    check_log,
    checkpoint,
    checkpoint_book,
    key_ring,
    log_key,
    log_keys,
    log_signer,
    new_log_key,
)
from tracker.wiring.watchdog import watchdog
from tracker.wiring.web import accounts, accounts_of, door, people, sharing
from tracker.wiring.workers import front, handed, worker
from tracker.wiring.zones import audit_geography, geofences, geography, old_geography, zone_files

__all__ = [
    "NotRunning",
    "accounts",
    "accounts_of",
    "answers",
    "asyncapi",
    "attester",
    "attestors",
    "audit_geography",
    "backtest",
    "broker",
    "broker_runs",
    "caller",
    "channel",
    "check_log",
    "checkpoint",
    "checkpoint_book",
    "code_key",
    "commands",
    "device_clocks",
    "door",
    "embedded",
    "exporter",
    "front",
    "gateway",
    "geofences",
    "geography",
    "handed",
    "ingest",
    "journal",
    "key_ring",
    "log_key",
    "log_keys",
    "log_signer",
    "made",
    "manual_clock",
    "map_scene",
    "may_be_made",
    "mqtt_settings",
    "new_log_key",
    "new_witness_key",
    "notify_worker",
    "notifying",
    "old_geography",
    "own_command",
    "people",
    "policy_of",
    "probe",
    "publisher",
    "read_only",
    "records",
    "retelling",
    "sharing",
    "story",
    "system_clock",
    "test_message",
    "trust_policy",
    "watchdog",
    "why_not",
    "witness",
    "worker",
    "zone_files",
    "zones_of",
]
