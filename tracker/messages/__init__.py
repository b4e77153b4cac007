"""What a person is told of an incident, in words: title, body and SMS, in their language and zone.

Pure: nothing is read here, and nothing is decided by it. Codes and kinds have their words in
`sealproof.wording`; a language adds a `Frame` here (`en`, `es`) and a file of playbooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from tracker.domain.alert import Alert
from tracker.domain.notice import Update
from tracker.messages import en, es
from tracker.messages.frame import Frame
from tracker.messages.letters import letter
from tracker.messages.many import digest, of_none
from tracker.messages.parts import Telling
from tracker.messages.playbooks import Playbooks, playbook
from tracker.ports import Context, Text

FRAMES: Mapping[str, Frame] = {"en": en.FRAME, "es": es.FRAME}


class Messages:
    """A `tracker.ports.Composer`. playbooks: what to do first, by language and kind."""

    def __init__(self, playbooks: Playbooks) -> None:
        self.playbooks = playbooks

    def __call__(
        self,
        alert: Alert | None,
        context: Context,
        update: Update,
        *,
        language: str,
        zone: tzinfo,
        now: datetime,
    ) -> Text:
        """See `tracker.ports.Composer`."""
        telling = Telling(context, update, language, FRAMES[language], zone, now)
        if alert is not None:
            return letter(alert, telling, playbook(self.playbooks, language, alert.kind))
        return digest(telling) if context.covers else of_none(telling)
