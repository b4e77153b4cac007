"""All shipments under way, one row each: a projection that follows the journal.

row      what a row says, and from what it is made
need     who needs a person first
where    where it is, as facts that words are made of
fleet    the rows of all, kept up to date
"""

from __future__ import annotations

from tracker.app.queries.fleet.fleet import Fleet
from tracker.app.queries.fleet.need import Need
from tracker.app.queries.fleet.row import FleetAlert, FleetRow, Position
from tracker.app.queries.fleet.where import Where

__all__ = ["Fleet", "FleetAlert", "FleetRow", "Need", "Position", "Where"]
