"""What to do first, from files: the shipped ones, and a house's own over them."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from tracker.domain.errors import UsageError
from tracker.messages import FRAMES
from tracker.messages.playbooks import Playbook, Playbooks, parse


def playbooks(folder: Path | None) -> Playbooks:
    """language -> kind -> what to do. folder: the house's, with es.toml, en.toml or both.

    Raises UsageError for a folder without either, or a file that cannot be read.
    """
    shipped = files("tracker.messages.playbooks")
    books = {
        language: parse((shipped / f"{language}.toml").read_text(encoding="utf-8"))
        for language in FRAMES
    }
    if folder is None:
        return books
    own = {language: folder / f"{language}.toml" for language in FRAMES}
    if not any(file.exists() for file in own.values()):
        raise UsageError(
            f"there is no {' or '.join(file.name for file in own.values())}",
            where=f"[notify] playbook_dir: {folder}",
            mend="write one, or leave playbook_dir out",
        )
    return {
        language: {**books[language], **(_read(file) if file.exists() else {})}
        for language, file in own.items()
    }


def _read(file: Path) -> dict[str, Playbook]:
    try:
        return parse(file.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise UsageError(what, where=str(file), mend="let the tracker's user read it") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        what = f"not TOML: {error}"
        raise UsageError(what, where=str(file), mend="see https://toml.io for its rules") from error
    except ValueError as error:
        raise UsageError(
            str(error),
            where=str(file),
            mend='[KIND], and under it first = "..." and then = ["...", "..."]',
        ) from error
