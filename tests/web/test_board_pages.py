"""The board is paged: those first that need a person, and nobody is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.web import add_user, bearer, config_in, open_shipment, served
from tracker.domain.access import Role
from tracker.web.pages import board


def test_every_shipment_is_on_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "LISTED", 2)
    config = config_in(tmp_path)
    for number in range(5):
        open_shipment(config, id=f"S{number}", devices=[{"id": f"L{number}"}])
    headers, shown, path = bearer(add_user(config, "ana", Role.DISPATCHER)), [], "/board?q=S"
    with served(config) as client:
        for _ in range(3):
            page = client.get(path, headers=headers).text
            shown.append(re.findall(r'id="row-(S\d)"', page))
            following = re.search(r'href="(/board\?[^"]*)">(\d) more', page)
            path = following[1].replace("&amp;", "&") if following else ""
    assert [len(one) for one in shown] == [2, 2, 1]
    assert sorted(id_ for one in shown for id_ in one) == [f"S{number}" for number in range(5)]
    assert path == "", "the last page leads no further"
