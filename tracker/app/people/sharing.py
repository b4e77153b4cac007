"""One shipment given to a reader outside, and the record of what was read."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tracker.app.commands import CommandHandler
from tracker.app.people.entering import Entered
from tracker.app.people.secret import digest_of, new_id, new_secret
from tracker.domain.command import RecordRead, ShareRecord
from tracker.domain.errors import NotFound, UsageError
from tracker.ports.people import People, Share

LONGEST_DAYS = 366.0
"""A link that is forgotten must end by itself."""


class Sharing:
    """Giving and taking back are entries of the shipment, and so is each reading."""

    def __init__(self, people: People, commands: CommandHandler) -> None:
        self.people, self.commands = people, commands

    def by_link(self, shipment: str, reader: str, *, by: str, days: float) -> tuple[str, Share]:
        """The secret part of the link, which is shown this once. Raises NotFound, UsageError."""
        secret = new_secret()
        share = self._new(shipment, reader, by=by, days=days)
        share = replace(share, digest=digest_of(secret))
        self._put(share, by=by)
        return secret, share

    def with_user(self, shipment: str, user: str, *, by: str, days: float) -> Share:
        """For somebody who logs in. Raises NotFound, UsageError."""
        if self.people.user(user) is None:
            raise NotFound(f"there is no user {user!r}", mend="tracker users list names them")
        share = replace(self._new(shipment, user, by=by, days=days), user=user)
        self._put(share, by=by)
        return share

    def withdraw(self, id_: str, *, by: str, shipment: str | None = None) -> Share:
        """shipment: only one of this shipment's. Raises NotFound."""
        share = next((one for one in self.people.shares(shipment=shipment) if one.id == id_), None)
        if share is None:
            raise NotFound(f"no share {id_!r}", mend="tracker shipment shares ID names them")
        if share.revoked_at is not None:
            return share
        now = self.commands.now()
        share = replace(share, revoked_at=now)
        self.people.put_share(share)  # first: what fails after it must not leave it open
        self._record(share, by=by, withdrawn=True)
        return share

    def has_read(self, entered: Entered, shipment: str, what: str) -> None:
        """An entry, if what this viewer reads is recorded."""
        if not entered.viewer.recorded:
            return
        command = RecordRead(
            at=self.commands.now(),
            by=entered.viewer.name,
            what=what,
            request=new_id(),
            share=entered.share.id if entered.share else None,
            role=entered.user.role if entered.user else None,
        )
        self.commands.record(shipment, command, release=False)

    def _new(self, shipment: str, reader: str, *, by: str, days: float) -> Share:
        if not reader.strip():
            raise UsageError("a share has no reader", where="--reader", mend="say who is to read")
        if not 0 < days <= LONGEST_DAYS:
            raise UsageError(
                f"{days:g} days is no time to share for", mend=f"up to {LONGEST_DAYS:g} days"
            )
        now = self.commands.now()
        return Share(
            id=new_id(),
            shipment=shipment,
            reader=reader.strip(),
            created_by=by,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )

    def _put(self, share: Share, *, by: str) -> None:
        """The entry first: whoever is given the record, it is on record."""
        self._record(share, by=by)
        self.people.put_share(share)

    def _record(self, share: Share, *, by: str, withdrawn: bool = False) -> None:
        command = ShareRecord(
            at=self.commands.now(),
            by=by,
            share=share.id,
            reader=share.reader,
            until=share.expires_at,
            withdrawn=withdrawn,
        )
        self.commands.record_of(share.shipment, command)
