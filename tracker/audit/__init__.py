"""Audits of the record beyond its hashes: is everything that happened accounted for?

Everything is computed from the custody log's leaves and the journal's records; nothing is believed
because an alert says so, and nothing is changed. docs/audit.md says what each finding means.
"""

from __future__ import annotations
