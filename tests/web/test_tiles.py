"""A user's own map below ours: from a .pmtiles file, or from a server of its choice."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest

from tests.support.browser import chromium
from tests.support.waiting import wait_for
from tests.support.web import add_user, bearer, config_in, enter, listening, served
from tracker.domain.access import Role

GREEN = (0, 160, 60)


def png(colour: tuple[int, int, int], size: int = 256) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    rows = (b"\x00" + bytes(colour) * size) * size
    head = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2, len(body)]) + body


def vector_tile() -> bytes:
    """A layer "water" with one square, and a layer "roads" with a motorway, by hand."""
    square = bytes([9, 2, 2, 18, 8, 0, 0, 6, 15])  # to (1,1), (5,1), (5,4), and back
    water = _field(1, b"water") + _field(2, bytes([24, 3]) + _field(4, square)) + bytes([40, 8])
    road = bytes([9, 0, 0, 10, 16, 16])  # from (0,0) to (8,8)
    tags = _field(2, bytes([0, 0]))
    value = _field(4, _field(1, b"highway"))
    roads = (
        _field(1, b"roads")
        + _field(2, tags + bytes([24, 2]) + _field(4, road))
        + _field(3, b"kind")
        + value
        + bytes([40, 8])
    )
    return _field(3, water) + _field(3, roads)


def archive(path: Path, kind: str, tile: bytes, *, packed: bool = False) -> Path:
    """With the one tile of zoom 0, and nothing at zoom 1 but the first."""
    from pmtiles.tile import Compression, TileType, zxy_to_tileid
    from pmtiles.writer import Writer

    with path.open("wb") as file:
        writer = Writer(file)
        for z in (0, 1):
            writer.write_tile(zxy_to_tileid(z, 0, 0), gzip.compress(tile) if packed else tile)
        header: dict[str, Any] = {
            "tile_type": TileType[kind],
            "tile_compression": Compression.GZIP if packed else Compression.NONE,
            "min_zoom": 0,
            "max_zoom": 1,
            "min_lon_e7": -1_800_000_000,
            "min_lat_e7": -850_000_000,
            "max_lon_e7": 1_800_000_000,
            "max_lat_e7": 850_000_000,
            "center_zoom": 0,
            "center_lon_e7": 0,
            "center_lat_e7": 0,
        }
        writer.finalize(header, {})
    return path


@pytest.mark.parametrize(
    ("kind", "tile", "packed", "media"),
    [
        ("PNG", png(GREEN), False, "image/png"),
        ("MVT", vector_tile(), True, "application/vnd.mapbox-vector-tile"),
    ],
)
def test_tiles_come_out_of_the_file(
    tmp_path: Path, kind: str, tile: bytes, packed: bool, media: str
) -> None:
    file = archive(tmp_path / "own.pmtiles", kind, tile, packed=packed)
    config = config_in(tmp_path, tiles=str(file))
    headers = bearer(add_user(config, "ana", Role.DISPATCHER))
    with served(config) as client:
        answer = client.get("/map/tiles/0/0/0", headers=headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"] == media
        assert answer.content == tile
        assert client.get("/map/tiles/1/1/1", headers=headers).status_code == 204
        assert client.get("/map/tiles/1/2/0", headers=headers).status_code == 404
        assert client.get("/map/tiles/0/0/0").status_code in (303, 401)
        assert "/map/tiles/{z}/{x}/{y}" in client.get("/map", headers=headers).text


def test_what_is_no_archive_is_said(tmp_path: Path) -> None:
    file = tmp_path / "own.pmtiles"
    file.write_bytes(b"not tiles")
    config = config_in(tmp_path, tiles=str(file))
    headers = bearer(add_user(config, "ana", Role.DISPATCHER)) | {"accept": "application/json"}
    with served(config) as client:
        answer = client.get("/map/tiles/0/0/0", headers=headers)
        assert answer.status_code == 422
        assert "PMTiles" in answer.text
        assert client.get("/map", headers=headers).status_code == 200


def test_a_server_of_ones_own_is_let_in_by_the_policy_and_no_other(tmp_path: Path) -> None:
    config = config_in(tmp_path, tiles="https://tiles.example.org/{z}/{x}/{y}.png")
    headers = bearer(add_user(config, "ana", Role.DISPATCHER))
    with served(config) as client:
        page = client.get("/map", headers=headers)
        assert "https://tiles.example.org/{z}/{x}/{y}.png" in page.text
        images = page.headers["content-security-policy"].split("img-src ")[1].split(";")[0]
        assert images == "'self' data: https://tiles.example.org"
        assert client.get("/map/tiles/0/0/0", headers=headers).status_code == 404


@pytest.mark.e2e
@pytest.mark.browser
def test_the_map_draws_pictures_and_reads_vector_tiles(tmp_path: Path) -> None:
    file = archive(tmp_path / "own.pmtiles", "PNG", png(GREEN))
    config = config_in(tmp_path, tiles=str(file), port=0)
    add_user(config, "ana", Role.DISPATCHER)
    with listening(config) as address, chromium(tmp_path / "profile") as browser:
        enter(browser, address, "ana")
        browser.driver.get(f"{address}/map?z=3&lat=-20&lon=100")  # where the ground of ours is sea
        wait_for(lambda: browser.run("return !!globalThis.liveMap"), what="the map is there")
        browser.run("liveMap.camera.zoom = 0.4; liveMap.camera.look(0, 0)")
        pixel = (
            "const at = liveMap.view.canvas; return [...liveMap.view.to.getImageData("
            "at.width / 2, at.height / 2, 1, 1).data].slice(0, 3)"
        )
        wait_for(lambda: tuple(browser.run(pixel)) == GREEN, what="the tile is drawn")
        bytes_ = list(vector_tile())
        made = browser.driver.execute_async_script(
            "const [bytes, done] = arguments;"
            "import('/static/map/vector.js').then("
            "(one) => done(one.read(new Uint8Array(bytes).buffer)))",
            bytes_,
        )
        assert made["water"] == [[1 / 8, 1 / 8, 5 / 8, 1 / 8, 5 / 8, 4 / 8, 1 / 8, 1 / 8]]
        assert made["great"] == [[0, 0, 1, 1]]
