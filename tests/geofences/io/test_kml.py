"""KML as people and programs make it: nothing of it vanishes, and nothing else becomes a zone."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geofences.errors import GeoFault
from geofences.io.files import ReadOptions
from geofences.kinds import ZoneKind
from tests.geofences.io.reading import AS_YARDS, SQUARE, corridors, said, written, zones

KML = '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">{}</kml>'


def ring(coordinates: str = SQUARE) -> str:
    return f"<LinearRing><coordinates>{coordinates}</coordinates></LinearRing>"


def area(coordinates: str = SQUARE, inner: str = "") -> str:
    return f"<Polygon><outerBoundaryIs>{ring(coordinates)}</outerBoundaryIs>{inner}</Polygon>"


def mark(name: str, drawn: str | None = None, more: str = "", attributes: str = "") -> str:
    shape = area() if drawn is None else drawn
    return f"<Placemark{attributes}><name>{name}</name>{more}{shape}</Placemark>"


def kml(tmp_path: Path, *content: str) -> Path:
    return written(tmp_path / "a.kml", KML.format("".join(content)))


# Where Placemarks stand

UNO, DOS, TRES = mark("Uno"), mark("Dos"), mark("Tres")
FOLDER = "<Folder><name>F</name>{}</Folder>"
DOCUMENT = "<Document><name>D</name>{}</Document>"
STANDING = {
    "at-the-root": UNO + DOS,
    "two-folders": FOLDER.format(UNO) + FOLDER.format(DOS),
    "a-document-and-a-placemark": DOCUMENT.format(UNO) + DOS,
    "two-documents": DOCUMENT.format(UNO) + DOCUMENT.format(DOS),
    "a-folder-between": UNO + FOLDER.format(DOS),
    "deep": DOCUMENT.format(FOLDER.format(FOLDER.format(UNO)) + DOS),
    "in-elements-of-ones-own": f"<Document><x:lista>{UNO}</x:lista>{DOS}</Document>",
}


@pytest.mark.parametrize("where", STANDING)
def test_every_placemark_is_read_wherever_it_stands(tmp_path: Path, where: str) -> None:
    path = kml(tmp_path, STANDING[where])
    assert zones(path).keys() == {"uno", "dos"}
    assert f"{path}: 2 features, 2 read" in said(path).splitlines()


@pytest.mark.parametrize("root", ["Document", "Folder"])
def test_a_document_without_its_outermost_element(tmp_path: Path, root: str) -> None:
    path = written(tmp_path / "a.kml", f"<{root}>{UNO}{DOS}</{root}>")
    assert zones(path).keys() == {"uno", "dos"}


def test_placemarks_by_another_name_as_in_kml_2_0(tmp_path: Path) -> None:
    schema = '<Schema name="Patio" parent="Placemark"/>'
    own = f"<Patio><name>Uno</name>{area()}</Patio>"
    assert zones(kml(tmp_path, DOCUMENT.format(schema + own + DOS))).keys() == {"uno", "dos"}


BOX = "<LatLonBox><north>28</north><south>27</south><east>-99</east><west>-99.7</west></LatLonBox>"
NO_ZONES = {
    "<GroundOverlay><name>Foto</name>{box}</GroundOverlay>": "photo overlays (1)",
    "<ScreenOverlay><name>Leyenda</name></ScreenOverlay>": "screen overlays (1)",
    "<PhotoOverlay><name>Foto</name><Point><coordinates>-99,27</coordinates></Point>"
    "</PhotoOverlay>": "photo overlays (1)",
    "<gx:Tour><name>Vuelo</name></gx:Tour>": "tours (1)",
    "<gx:Tour><gx:AnimatedUpdate><Update><Change><Placemark targetId='x'/></Change></Update>"
    "</gx:AnimatedUpdate></gx:Tour>": "tours (1)",
    "<NetworkLinkControl><Update><Create><Document>{dos}</Document></Create></Update>"
    "</NetworkLinkControl>": "updates of another file (1)",
}


@pytest.mark.parametrize("content", NO_ZONES)
def test_what_is_no_zone_is_passed_over_and_told(tmp_path: Path, content: str) -> None:
    path = kml(tmp_path, DOCUMENT.format(UNO), content.format(box=BOX, dos=DOS))
    assert zones(path).keys() == {"uno"}
    assert f"1 feature, 1 read; passed over: {NO_ZONES[content]}" in said(path)


def test_a_link_to_another_file_is_told(tmp_path: Path) -> None:
    link = "<NetworkLink><Link><href>http://example.invalid/z.kml</href></Link></NetworkLink>"
    assert "it only links to another file: http://example.invalid/z.kml" in said(
        kml(tmp_path, link)
    )
    path = kml(tmp_path, UNO, link, link)
    assert said(path).count("it also links to another file") == 2
    assert zones(path).keys() == {"uno"}


# What they draw

HOLE = "-99.598,27.502 -99.596,27.502 -99.596,27.504 -99.598,27.502"
HOLE_2 = "-99.594,27.506 -99.592,27.506 -99.592,27.508 -99.594,27.506"
INNER = "<innerBoundaryIs>{}</innerBoundaryIs>"


@pytest.mark.parametrize(
    "holes",
    [
        INNER.format(ring(HOLE)) + INNER.format(ring(HOLE_2)),
        INNER.format(ring(HOLE) + ring(HOLE_2)),
    ],
    ids=["each by itself", "both in one"],
)
def test_every_hole_is_a_hole(tmp_path: Path, holes: str) -> None:
    found = zones(kml(tmp_path, mark("Uno", area(inner=holes))))["uno"].polygon
    assert isinstance(found, shapely.Polygon)
    assert len(found.interiors) == 2


def test_collections_of_one_kind_and_what_stands_beside(tmp_path: Path) -> None:
    other = area(SQUARE.replace("27.5", "27.6"))
    pin = "<Point><coordinates>-99.5,27.5</coordinates></Point>"
    both = f"<MultiGeometry>{area()}<MultiGeometry>{other}{pin}</MultiGeometry></MultiGeometry>"
    path = kml(tmp_path, mark("Uno", both), mark("Dos", area() + other))
    found = zones(path)
    assert [len(shapely.get_parts(zone.polygon)) for zone in found.values()] == [2, 2]
    assert "feature 0: 1 points beside its area passed over" in said(path)


TRACK = "<gx:Track><gx:coord>-99.6 27.5 0</gx:coord><gx:coord>-99.5 27.6 0</gx:coord></gx:Track>"
LINE = "<LineString><coordinates>-99.6,27.5 -99.5,27.6</coordinates></LineString>"


@pytest.mark.parametrize(
    ("drawn", "parts"),
    [(LINE, 1), (TRACK, 1), (f"<gx:MultiTrack>{TRACK}{TRACK}</gx:MultiTrack>", 2)],
)
def test_lines_and_tracks_are_corridors(tmp_path: Path, drawn: str, parts: int) -> None:
    found = corridors(kml(tmp_path, mark("Ruta", drawn)))["ruta"].line
    assert len(shapely.get_parts(found)) == parts


UNDRAWN = {
    ring(): "a LinearRing is no area, but a line",
    f"<MultiGeometry>{ring()}{area()}</MultiGeometry>": "a LinearRing is no area",
    f"<MultiGeometry>{LINE}{area()}</MultiGeometry>": "areas and lines in one Placemark",
    f"<Polygon>{INNER.format(ring())}</Polygon>": "a Polygon without outline",
    f"<Polygon><outerBoundaryIs>{ring()}{ring()}</outerBoundaryIs></Polygon>": "with 2 outlines",
    area(SQUARE.replace(" ", ",\n") + ","): "commas stand where blanks should: '-99.60,27.50,'",
    area("," + SQUARE.replace(" ", " ,")): "commas stand where blanks should: ',-99.60,27.50'",
    area(SQUARE.replace(" ", ",0,")): "commas stand where blanks should",
    area(SQUARE.replace(",", ", ")): "commas stand where blanks should: '-99.60,'",
    area(SQUARE.replace(",", " ")): "blanks stand where commas should: '-99.60 27.50'",
    area(SQUARE.replace(".", ",")): "'-99,60,27,50' has decimal commas",
    area(SQUARE.replace("27.51", "veinte")): "ring 0, vertex 2: '-99.59,veinte' is no position",
    area(SQUARE.replace("27.51", "NaN")): "ring 0, vertex 2 (-99.59, nan): a coordinate is no",
    area(SQUARE.replace("27.51", "inf")): "a coordinate is no finite number",
    area(""): "a list of positions is missing or empty",
    area(" ".join(SQUARE.split()[:-1])): "the ring is not closed",
    area(" ".join(",".join(one.split(",")[::-1]) for one in SQUARE.split())): "swapped",
    TRACK.replace("27.5 0", "norte"): "line, vertex 0: '-99.6 norte' is no position",
    "<Model><Location><longitude>-99</longitude></Location></Model>": "no geometry is neither",
    "": "no geometry is neither",
}


@pytest.mark.parametrize("drawn", UNDRAWN)
def test_what_cannot_be_taken_as_drawn_is_named_and_stops_nothing(
    tmp_path: Path, drawn: str
) -> None:
    path = kml(tmp_path, mark("Uno", drawn), DOS)
    text = said(path)
    assert UNDRAWN[drawn] in text
    assert "feature 0 (uno)" in text
    assert "feature 1" not in text
    assert "2 features, 2 read" in text


def test_doubtful_heights_say_nothing(tmp_path: Path) -> None:
    path = kml(tmp_path, mark("Uno", area(SQUARE.replace(" ", ",NaN ") + ",1.5e3")))
    assert not zones(path)["uno"].polygon.has_z


# What they are called


def test_ids_are_made_of_names_where_a_program_made_the_others(tmp_path: Path) -> None:
    for own, other in (("x88330552", "x88330553"), ("ID_00001", "ID_00002"), ("kml_1", "kml_2"),
                       ("0B8B5A2F3A", "0B8B5A2F3B"), ("zonas.1", "zonas.2")):  # fmt: skip
        path = kml(tmp_path, mark("Uno", attributes=f' id="{own}"'),
                   mark("Dos", attributes=f' id="{other}"'))  # fmt: skip
        assert zones(path).keys() == {"uno", "dos"}
        assert "ids are made of the names, not of placemark.id" in said(path)
        told = ReadOptions(kind=ZoneKind.YARD, names={"placemark.id": "id"})
        assert zones(path, told).keys() == {own, other}


def test_ids_that_somebody_chose_and_names_that_would_not_do(tmp_path: Path) -> None:
    own = kml(tmp_path, mark("Uno", attributes=' id="patio-norte"'))
    assert zones(own).keys() == {"patio-norte"}
    alike = kml(tmp_path, mark("Patio", attributes=' id="x88330552"'),
                mark("Patio", attributes=' id="x88330553"'))  # fmt: skip
    assert zones(alike).keys() == {"x88330552", "x88330553"}


SCHEMA = """<Schema id="s"><SimpleField name="camiones" type="int"/><SimpleField name="abierto"
 type="bool"/><SimpleField name="ancho" type="double"/></Schema>"""
EXTENDED = """<description><![CDATA[<b>Norte</b>]]></description><ExtendedData>
<Data name="country"><value>MX</value></Data><SchemaData schemaUrl="#s">
<SimpleData name="camiones">7</SimpleData><SimpleData name="abierto">true</SimpleData>
<SimpleData name="ancho">1.5</SimpleData></SchemaData></ExtendedData>"""


def test_its_data_become_properties(tmp_path: Path) -> None:
    found = zones(kml(tmp_path, DOCUMENT.format(SCHEMA + mark("Uno", more=EXTENDED))))["uno"]
    assert found.country == "MX"
    assert found.properties == {
        "description": "<b>Norte</b>", "camiones": 7, "abierto": True, "ancho": 1.5
    }  # fmt: skip


def test_data_of_one_name_do_not_hide_each_other(tmp_path: Path) -> None:
    twice = "<Data name='uso'><value>a</value></Data><Data name='uso'><value>b</value></Data>"
    path = kml(tmp_path, mark("Uno", more=f"<ExtendedData>{twice}</ExtendedData>"))
    assert zones(path)["uno"].properties == {"uso": "a", "uso#2": "b"}


# Folders and styles as kinds

STYLES = """<Style id="rojo-normal"><PolyStyle><color>7F0000FF</color></PolyStyle></Style>
<StyleMap id="rojo"><Pair><key>highlight</key><styleUrl>#otro</styleUrl></Pair>
<Pair><key>normal</key><styleUrl>#rojo-normal</styleUrl></Pair></StyleMap>"""
STYLED = "<styleUrl>#rojo</styleUrl>"
MIXED = DOCUMENT.format(
    STYLES
    + f"<Folder><name>Zonas</name>{UNO}<Folder><name>Patios</name>{DOS}"
    + mark("Tres", more=STYLED)
    + "</Folder></Folder>"
)


@pytest.mark.parametrize(
    ("told", "kinds"),
    [
        ({"patios": "plant"}, ("yard", "plant", "plant")),
        ({"Zonas": "plant", "Patios": "rest_stop"}, ("plant", "rest_stop", "rest_stop")),
        ({"Zonas": "plant"}, ("plant", "plant", "plant")),
        ({"D/Zonas/Pat*": "plant"}, ("yard", "plant", "plant")),
        ({"rojo": "restricted", "Patios": "plant"}, ("yard", "plant", "restricted")),
        ({"rojo-normal": "restricted"}, ("yard", "yard", "restricted")),
        ({"colour 7f0000ff": "restricted"}, ("yard", "yard", "restricted")),
    ],
)
def test_folders_and_styles_say_the_kind(
    tmp_path: Path, told: dict[str, str], kinds: tuple[str, ...]
) -> None:
    options = ReadOptions(
        kind=ZoneKind.YARD, kinds={name: ZoneKind(kind) for name, kind in told.items()}
    )
    found = zones(kml(tmp_path, MIXED), options)
    assert tuple(str(found[own].kind) for own in ("uno", "dos", "tres")) == kinds


def test_what_says_its_kind_itself_is_asked_first(tmp_path: Path) -> None:
    own = '<ExtendedData><Data name="tipo"><value>{}</value></Data></ExtendedData>'
    path = kml(tmp_path, FOLDER.format(mark("Uno", more=own.format("plant"))
                                       + mark("Dos", more=own.format("Aduana"))))  # fmt: skip
    told = ReadOptions(kinds={"F": ZoneKind.YARD, "aduana": ZoneKind.CUSTOMS_COMPOUND})
    assert [zone.kind for zone in zones(path, told).values()] == ["plant", "customs_compound"]


def test_a_name_that_is_nowhere_was_misspelt(tmp_path: Path) -> None:
    with pytest.raises(GeoFault, match=r"nothing is called 'Patois' \(there are: .*'Patios'"):
        said(kml(tmp_path, MIXED), ReadOptions(kinds={"Patois": ZoneKind.YARD}))


def test_a_missing_kind_names_the_way(tmp_path: Path) -> None:
    assert "--kind-of NAME=KIND for a folder or a style" in said(
        kml(tmp_path, MIXED), ReadOptions()
    )


# Its text


@pytest.mark.parametrize(
    ("encoding", "declared", "words"),
    [
        ("utf-8", "UTF-8", ""),
        ("latin-1", "ISO-8859-1", ""),
        ("cp1252", "windows-1252", ""),
        ("utf-16", "UTF-16", "it is in UTF-16"),
        ("utf-8-sig", "UTF-8", ""),
        ("cp1252", "UTF-8", "read as Windows-1252, though it says UTF-8"),
        ("utf-8", "ISO-8859-1", "read as UTF-8, which its text is, though it says ISO-8859-1"),
    ],
)
def test_text_is_what_its_bytes_are(
    tmp_path: Path, encoding: str, declared: str, words: str
) -> None:
    text = KML.replace("UTF-8", declared).format(mark("Peñón Águila"))
    path = written(tmp_path / "a.kml", text.encode(encoding))
    assert [zone.name for zone in zones(path).values()] == ["Peñón Águila"]
    assert words in said(path)
    assert words or "though" not in said(path)


def test_an_encoding_that_is_told(tmp_path: Path) -> None:
    path = written(tmp_path / "a.kml", KML.format(mark("Peñón")).encode("cp850"))
    told = ReadOptions(kind=ZoneKind.YARD, encoding="OEM 850")
    assert [zone.name for zone in zones(path, told).values()] == ["Peñón"]
    wrong = ReadOptions(kind=ZoneKind.YARD, encoding="utf-8")
    assert "line 1: byte 0xa4 is none of utf-8" in said(path, wrong)
    with pytest.raises(GeoFault, match="--encoding: no encoding 'rot13'"):
        said(path, ReadOptions(encoding="rot13"))


def test_text_that_was_spoilt_before_is_told(tmp_path: Path) -> None:
    path = kml(tmp_path, mark("PeÃ±Ã³n"))
    assert "'PeÃ±Ã³n' looks like 'Peñón'" in said(path, AS_YARDS)


def test_elements_without_end_are_refused(tmp_path: Path) -> None:
    path = kml(tmp_path, "<Folder>" * 300 + UNO + "</Folder>" * 300)
    assert "elements stand 200 deep in each other" in said(path)
