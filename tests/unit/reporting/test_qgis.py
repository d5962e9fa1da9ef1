"""QGIS projects: structure, reference systems, names that nothing evaluates, fixed bytes."""

import io
import zipfile
from xml.etree import ElementTree

import pytest
from pyproj import CRS

from phusong.errors import DataError
from phusong.reporting.qgis import (
    QgisGroup,
    QgisLayer,
    QgisProject,
    project_document,
    project_file,
    style_document,
)
from phusong.reporting.qgis_xml import (
    Category,
    RasterClass,
    RasterStyle,
    Symbol,
    VectorStyle,
    inert,
    srs_element,
)

UTM = CRS.from_epsg(32648)
HOSTILE = [
    "</layername><script>alert(1)</script>", '" onload="x', "[% env('HOME') %]", "a\x00b\x0bc\x1f",
    "]]>", "<!DOCTYPE x>", "&xxe;", "{{7*7}}", "\ud800", "\u202egnp", "'; DROP TABLE layers; --",
    "ф" * 300,
]  # fmt: skip
POINTS = VectorStyle(
    [
        Category("Nhà mạng A", "A", Symbol("marker", (11, 122, 117), size_mm=3.0, shape="star")),
        Category("", "khác", Symbol("marker", (1, 2, 3))),
    ],
    attribute="operator",
    label="rank",
    aliases={"rank": "Hạng · Rank"},
)
LEVELS = RasterStyle(
    [
        RasterClass(-115.01, "< −115 dBm", (200, 30, 30)),
        RasterClass(float("inf"), "≥ −115 dBm", (0, 34, 78)),
    ]
)


def project(name: str = "Điểm", *, subset: str = "") -> QgisProject:
    points = QgisLayer(
        "gis/layers.gpkg", name, UTM, POINTS, geometry="Point", table="options", subset=subset
    )
    raster = QgisLayer("reach/any-lte-level.tif", "Mức thu", UTM, LEVELS, shown=False)
    groups = [QgisGroup(name, [points]), QgisGroup("Raster", [raster], open=False)]
    return QgisProject(name, name, name, UTM, (400000.0, 2495000.0, 410000.0, 2505000.0), groups)


def parsed(project_: QgisProject) -> ElementTree.Element:
    return ElementTree.fromstring(project_document(project_))


def test_each_layer_stands_in_the_tree_in_the_order_and_once_among_the_layers() -> None:
    root = parsed(project())
    tree = [layer.get("id") for layer in root.iter("layer-tree-layer")]
    layers = [layer.findtext("id") for layer in root.iterfind("projectlayers/maplayer")]
    order = [layer.get("id") for layer in root.iterfind("layerorder/layer")]
    assert tree == layers == order
    assert len(set(layers)) == 2
    sources = [layer.findtext("datasource") for layer in root.iterfind("projectlayers/maplayer")]
    assert sources == ["./gis/layers.gpkg|layername=options", "./reach/any-lte-level.tif"]
    assert [layer.get("source") for layer in root.iter("layer-tree-layer")] == sources
    checked = [layer.get("checked") for layer in root.iter("layer-tree-layer")]
    assert checked == ["Qt::Checked", "Qt::Unchecked"]
    assert root.findtext("properties/Paths/Absolute") == "false"
    assert root.findtext("properties/SpatialRefSys/ProjectionsEnabled") == "1"


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text_that_is_not_evaluated(name: str) -> None:
    root = parsed(project(name))  # well-formed, or this fails
    assert "[%" not in project_document(project(name)).decode("utf-8")
    assert root.findtext("title") == inert(name).replace("\r", "\n")
    assert root.findtext("projectlayers/maplayer/layername") == inert(name)
    assert root.find("layer-tree-group/layer-tree-group").get("name") == inert(name)  # type: ignore[union-attr]
    assert {e.tag for e in root.iter()} == {e.tag for e in parsed(project()).iter()}


def test_a_condition_stands_behind_the_layer() -> None:
    root = parsed(project(subset="\"operator\" = 'any' AND 1 < 2"))
    source = root.findtext("projectlayers/maplayer/datasource")
    assert source == "./gis/layers.gpkg|layername=options|subset=\"operator\" = 'any' AND 1 < 2"


def test_symbols_labels_and_words_of_attributes() -> None:
    layer = parsed(project()).find("projectlayers/maplayer[@type='vector']")
    assert layer is not None
    renderer = layer.find("renderer-v2")
    assert renderer is not None
    assert (renderer.get("type"), renderer.get("attr")) == ("categorizedSymbol", "operator")
    values = [(c.get("value"), c.get("symbol")) for c in renderer.iter("category")]
    assert values == [("Nhà mạng A", "0"), ("", "1")]
    assert [s.get("name") for s in renderer.iterfind("symbols/symbol")] == ["0", "1"]
    first = {o.get("name"): o.get("value") for o in renderer.iterfind(".//layer/Option/Option")}
    old = {p.get("k"): p.get("v") for p in renderer.iterfind(".//layer/prop")}
    assert first == old
    assert "11,122,117,255" in {o.get("value") for o in renderer.iter("Option")}
    style = layer.find("labeling/settings/text-style")
    assert style is not None
    assert (style.get("fieldName"), style.get("isExpression")) == ("rank", "0")
    assert layer.get("labelsEnabled") == "1"
    alias = layer.find("aliases/alias")
    assert alias is not None
    assert (alias.get("field"), alias.get("name")) == ("rank", "Hạng · Rank")


def test_colour_ramps_of_rasters() -> None:
    layer = parsed(project()).find("projectlayers/maplayer[@type='raster']")
    assert layer is not None
    assert layer.findtext("provider") == "gdal"
    ramp = layer.find("pipe/rasterrenderer/rastershader/colorrampshader")
    assert ramp is not None
    assert ramp.get("colorRampType") == "DISCRETE"
    items = [(i.get("value"), i.get("color")) for i in ramp.iter("item")]
    assert items == [("-115.01", "#c81e1e"), ("inf", "#00224e")]
    assert layer.find("noData/noDataList[@useSrcNoData='1']") is not None


@pytest.mark.parametrize(
    ("crs", "authid", "geographic"),
    [
        ("EPSG:32648", "EPSG:32648", "false"),
        ("EPSG:9208", "EPSG:9208", "false"),
        ("EPSG:4326", "EPSG:4326", "true"),
        ("+proj=tmerc +lon_0=104.9 +k=0.9999 +x_0=500000 +ellps=WGS84", "", "false"),
    ],
)
def test_reference_systems(crs: str, authid: str, geographic: str) -> None:
    element = srs_element("srs", CRS.from_user_input(crs))
    found = element.find("spatialrefsys")
    assert found is not None
    assert found.findtext("authid") == authid
    assert found.findtext("geographicflag") == geographic
    assert CRS.from_wkt(found.findtext("wkt") or "") == CRS.from_user_input(crs)


def test_the_file_is_a_zip_of_one_document_with_fixed_bytes() -> None:
    first, second = (project_file(project(), "vùng-thử") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert packed.namelist() == ["vùng-thử.qgs"]
        assert packed.read("vùng-thử.qgs") == project_document(project())


def test_a_style_by_itself_has_the_same_renderer() -> None:
    alone = ElementTree.fromstring(style_document(POINTS).encode("utf-8"))
    within = parsed(project()).find("projectlayers/maplayer")
    assert within is not None
    for tag in ("renderer-v2", "labeling", "aliases"):
        written = [ElementTree.tostring(e.find(tag)).split() for e in (alone, within)]  # type: ignore[arg-type]
        assert written[0] == written[1]


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.tif", "a//b.tif", "./a.tif", "a|b.tif"])
def test_paths_stay_inside(path: str) -> None:
    with pytest.raises(DataError, match="must be relative"):
        QgisLayer(path, "x", UTM, LEVELS)
