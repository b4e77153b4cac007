"""What to do first, for each kind of alert: texts in files, one a language, that a house may edit.

The shipped ones stand beside this file. A house writes a file of the same name (`es.toml`) into a
folder of its own; it replaces what it names, kind by kind.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tracker.domain.alert import AlertKind

DEFAULT = "default"
"""The table for kinds that have none of their own."""
Sentence = Annotated[str, Meta(min_length=1, max_length=300)]


class Playbook(Struct, frozen=True, forbid_unknown_fields=True):
    """first: one short sentence. then: the steps after it, in order."""

    first: Sentence
    then: tuple[Sentence, ...] = ()


Playbooks = Mapping[str, Mapping[str, Playbook]]
"""language -> kind, or "default" -> what to do."""


def parse(text: str) -> dict[str, Playbook]:
    """A file's tables. Raises ValueError that says what is wrong and where."""
    document = tomllib.loads(text)
    for kind in document:
        if kind != DEFAULT and kind not in set(AlertKind):
            raise ValueError(f"[{kind}] is no kind of alert")
    try:
        return msgspec.convert(document, dict[str, Playbook])
    except msgspec.ValidationError as error:
        raise ValueError(str(error).replace("$", "", 1)) from None


def playbook(playbooks: Playbooks, language: str, kind: str) -> Playbook | None:
    """What to do first, in that language."""
    written = playbooks.get(language, {})
    return written.get(kind) or written.get(DEFAULT)
