"""A map of the user's own below ours (`[web] tiles`): somebody's server, or a .pmtiles file here.

Of a file the server reads the tile that is asked for, so that browsers need neither its format nor
its rights. Pictures are handed on as they are; vector tiles too, which static/map/vector.js draws.
"""

from __future__ import annotations

import gzip
import threading
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from tracker.app.people.entering import Entered
from tracker.domain.access import Right
from tracker.domain.errors import UsageError
from tracker.web.faults import Fault
from tracker.web.who import having, office_of

router = APIRouter(include_in_schema=False)
Seeing = Annotated[Entered, Depends(having(Right.SEE))]
SUFFIX = ".pmtiles"
KEPT_S = 86_400
"""How long a browser may keep a tile: such files are made anew by the week at most."""
MOST_ZOOM = 22


def template_of(tiles: str | None) -> str | None:
    """The address of its tiles, with {z}, {x} and {y}; None without."""
    if tiles is None:
        return None
    return "/map/tiles/{z}/{x}/{y}" if tiles.endswith(SUFFIX) else tiles


class Archive:
    """An open .pmtiles file. Any thread may ask. Raises UsageError for what is none."""

    def __init__(self, path: File) -> None:
        from pmtiles.reader import MmapSource, Reader
        from pmtiles.tile import Compression, TileType

        try:
            with path.open("rb") as file:
                self._reader = Reader(MmapSource(file))  # the mapping outlives the file's handle
            header = self._reader.header()
        except Exception as error:
            raise UsageError(
                f"{path} cannot be read as PMTiles: {error}",
                where="[web] tiles",
                mend="a file of PMTiles version 3, or a URL with {z}, {x} and {y}",
            ) from error
        self.kind = {
            TileType.MVT: "application/vnd.mapbox-vector-tile",
            TileType.PNG: "image/png",
            TileType.JPEG: "image/jpeg",
            TileType.WEBP: "image/webp",
            TileType.AVIF: "image/avif",
        }.get(header["tile_type"], "application/octet-stream")
        self.least, self.most = int(header["min_zoom"]), int(header["max_zoom"])
        self._packed = header["tile_compression"] == Compression.GZIP

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """As it is drawn, unpacked; None where the file has none."""
        packed: bytes | None = self._reader.get(z, x, y)
        return gzip.decompress(packed) if packed and self._packed else packed


class Archives:
    """The one archive that is configured, opened when it is first asked for."""

    def __init__(self) -> None:
        self._opened: Archive | None = None
        self._opening = threading.Lock()

    def of(self, tiles: str) -> Archive:
        with self._opening:
            if self._opened is None:
                self._opened = Archive(File(tiles))
            return self._opened


@router.get("/map/tiles/{z}/{x}/{y}")
def tile(
    request: Request,
    entered: Seeing,
    z: Annotated[int, Path(ge=0, le=MOST_ZOOM)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
) -> Response:
    """204 where the file has nothing."""
    tiles = office_of(request).config.web.tiles
    if tiles is None or not tiles.endswith(SUFFIX) or max(x, y) >= 2**z:
        raise Fault(404, "there is no such tile")
    archive = request.app.state.archives.of(tiles)
    kept = {"cache-control": f"private, max-age={KEPT_S}"}
    body = archive.tile(z, x, y)
    if not body:
        return Response(status_code=204, headers=kept)
    return Response(body, media_type=archive.kind, headers=kept)
