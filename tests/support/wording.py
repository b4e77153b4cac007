"""The messages as they are shipped."""

from __future__ import annotations

from tracker.adapters.playbook_files import playbooks
from tracker.messages import Messages

compose = Messages(playbooks(None))
