"""What to do first: complete in each language, and a house's own over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.messages.scenes import alert
from tracker.adapters.playbook_files import playbooks
from tracker.domain.alert import AlertKind
from tracker.domain.errors import UsageError
from tracker.messages import FRAMES
from tracker.messages.gsm import plain, septets
from tracker.messages.playbooks import DEFAULT, playbook

MOST_FIRST = 70
"""Septets: what an SMS can have room for."""


@pytest.mark.parametrize("language", FRAMES)
def test_every_kind_has_one(language: str) -> None:
    shipped = playbooks(None)[language]
    assert set(shipped) == {DEFAULT, *map(str, AlertKind)}
    for book in shipped.values():
        assert septets(plain(book.first)) <= MOST_FIRST, book.first


@pytest.mark.parametrize("kind", [DEFAULT, *AlertKind])
def test_both_languages_have_as_many_steps(kind: str) -> None:
    books = playbooks(None)
    assert len(books["en"][kind].then) == len(books["es"][kind].then)
    assert books["en"][kind].first != books["es"][kind].first


def test_a_house_s_own_replaces_what_it_names(tmp_path: Path) -> None:
    (tmp_path / "es.toml").write_text('[seal_opened]\nfirst = "Marque a la cabina: 81 1000."\n')
    books = playbooks(tmp_path)
    mine = playbook(books, "es", AlertKind.SEAL_OPENED)
    assert mine is not None
    assert (mine.first, mine.then) == ("Marque a la cabina: 81 1000.", ())
    assert books["en"] == playbooks(None)["en"]
    assert books["es"]["jamming"] == playbooks(None)["es"]["jamming"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[seal_open]\nfirst = 'x'", "seal_open"),
        ("[seal_opened]\nthen = ['x']", "first"),
        ("[seal_opened]\nfirst = 'x'\nthan = ['y']", "than"),
        ("[seal_opened]\nfirst = ''", "length"),
        ("[seal_opened\n", "not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_file(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "en.toml").write_text(text)
    with pytest.raises(UsageError, match=what) as raised:
        playbooks(tmp_path)
    assert raised.value.where == str(tmp_path / "en.toml")
    assert raised.value.mend


def test_a_folder_without_any_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"en\.toml or es\.toml"):
        playbooks(tmp_path)


def test_a_kind_without_one_has_the_default() -> None:
    books = {"en": {DEFAULT: playbooks(None)["en"][DEFAULT]}}
    assert playbook(books, "en", alert().kind) == books["en"][DEFAULT]
    assert playbook({}, "en", alert().kind) is None
