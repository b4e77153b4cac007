"""Ways out: adapters of `tracker.ports.Channel`. Constructed by `tracker.wiring.channels` alone.

file     a line of JSON each, for pipes, tests and whoever collects
people   SMS, WhatsApp, Telegram, Slack, Teams, ntfy, ... by apprise
mail     SMTP, one incident a thread
webhook  Standard Webhooks, signed, for machines
mqtt     topics on the tracker's own broker, for machines

event    what machines are told: CloudEvents
within   no call takes longer than it may
faults   what went wrong, in words without a secret
"""
