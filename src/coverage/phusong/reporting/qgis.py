"""A QGIS project: layers with their styles, in groups, by relative paths, as one ``.qgz``."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pyproj import CRS

from phusong.errors import DataError
from phusong.reporting.packing import packed
from phusong.reporting.qgis_xml import (
    RasterStyle,
    VectorStyle,
    inert,
    raster_elements,
    srs_element,
    vector_elements,
    xml_text,
)

_VERSION = "3.22.0-Białowieża"
"""Of QGIS, whose elements the document has; later versions read them."""
_DOCTYPE = b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_GEOMETRY = {"Point": "Point", "LineString": "Line", "Polygon": "Polygon"}


@dataclass(frozen=True)
class QgisLayer:
    """A layer of a project.

    Parameters
    ----------
    path
        Relative path of the file from the project, with forward slashes.
    title
        What the reader calls it.
    crs
        Reference system of the file.
    style
        How it is drawn.
    geometry
        ``Point``, ``LineString`` or ``Polygon``; empty for a raster.
    table
        Layer inside the file; empty for a raster.
    subset
        Condition in SQL that features have to meet; empty for all.
    shown
        Whether it is drawn when the project is opened.
    """

    path: str
    title: str
    crs: CRS
    style: VectorStyle | RasterStyle = field(repr=False)
    geometry: str = ""
    table: str = ""
    subset: str = ""
    shown: bool = True

    def __post_init__(self) -> None:
        parts = self.path.split("/")
        if self.path.startswith("/") or {"", ".", ".."} & set(parts) or "|" in self.path:
            raise DataError(f"path={self.path!r} must be relative and inside the project's folder")

    @property
    def source(self) -> str:
        """Where QGIS finds it, from the folder of the project."""
        source = f"./{self.path}"
        if self.table:
            source += f"|layername={self.table}"
        return source + (f"|subset={self.subset}" if self.subset else "")

    @property
    def key(self) -> str:
        """Name that the parts of the document know it by."""
        digest = hashlib.blake2b(self.source.encode("utf-8"), digest_size=6).hexdigest()
        return f"layer_{digest}"


@dataclass(frozen=True)
class QgisGroup:
    """Layers that stand together.

    Parameters
    ----------
    title
        What the reader calls them.
    layers
        From the top of the drawing down.
    open
        Whether the list shows its layers when the project is opened.
    """

    title: str
    layers: Sequence[QgisLayer]
    open: bool = True


@dataclass(frozen=True, eq=False)
class QgisProject:
    """A project.

    Parameters
    ----------
    title
        Name of the study.
    notice
        Words that are drawn on the map and stand in its metadata, for example that the data is
        practice data, and a marking; empty for none.
    credit
        Attributions of the data.
    crs
        Reference system of the map.
    bounds
        West, south, east and north of what is shown first, in that system.
    groups
        Layers from the top down.
    """

    title: str
    notice: str
    credit: str
    crs: CRS
    bounds: tuple[float, float, float, float]
    groups: Sequence[QgisGroup] = field(repr=False)


def project_file(project: QgisProject, name: str) -> bytes:
    """A project as one file.

    Parameters
    ----------
    project
        What it shows.
    name
        Name of the document inside, without ending.

    Returns
    -------
    bytes
        A ``.qgz``: the same bytes for the same project.
    """
    return packed([(f"{name}.qgs", project_document(project))])


def project_document(project: QgisProject) -> bytes:
    """A project as its XML document.

    Parameters
    ----------
    project
        What it shows.

    Returns
    -------
    bytes
        A ``.qgs``.
    """
    root = Element("qgis", projectname=inert(project.title), version=_VERSION)
    SubElement(root, "homePath", path="")
    SubElement(root, "title").text = inert(project.title)
    root.append(srs_element("projectCrs", project.crs))
    root.append(_tree(project))
    layers = [layer for group in project.groups for layer in group.layers]
    root.append(_canvas(project))
    drawn = SubElement(root, "projectlayers")
    for layer in layers:
        drawn.append(_layer(layer))
    order = SubElement(root, "layerorder")
    for layer in layers:
        SubElement(order, "layer", id=layer.key)
    root.append(_properties(project))
    root.append(_metadata(project))
    root.append(_view(project))
    return _document(root)


def style_document(style: VectorStyle) -> str:
    """A style by itself, as GeoPackages and ``.qml`` files hold it.

    Parameters
    ----------
    style
        How a layer is drawn.

    Returns
    -------
    str
        The document.
    """
    root = Element(
        "qgis", version=_VERSION, styleCategories="Symbology|Labeling|Fields",
        labelsEnabled=_switch(bool(style.label)),
    )  # fmt: skip
    root.extend(vector_elements(style))
    return _document(root).decode("utf-8")


def _document(root: Element) -> bytes:
    indent(root)
    written: bytes = tostring(root, encoding="utf-8")
    return _DOCTYPE + written + b"\n"


def _switch(on: bool) -> str:  # noqa: FBT001 — a value, not a mode
    return "1" if on else "0"


def _tree(project: QgisProject) -> Element:
    tree = Element("layer-tree-group")
    for group in project.groups:
        branch = SubElement(
            tree, "layer-tree-group", name=inert(group.title), checked="Qt::Checked",
            expanded=_switch(group.open),
        )  # fmt: skip
        for layer in group.layers:
            SubElement(
                branch, "layer-tree-layer", id=layer.key, name=inert(layer.title),
                source=xml_text(layer.source), providerKey="ogr" if layer.table else "gdal",
                checked="Qt::Checked" if layer.shown else "Qt::Unchecked",
                expanded=_switch(layer.shown and group.open),
            )  # fmt: skip
    return tree


def _layer(layer: QgisLayer) -> Element:
    made = Element("maplayer", type="vector" if layer.table else "raster")
    if layer.table:
        assert isinstance(layer.style, VectorStyle)
        made.set("geometry", _GEOMETRY[layer.geometry])
        made.set("wkbType", layer.geometry)
        made.set("labelsEnabled", _switch(bool(layer.style.label)))
    texts = {"id": layer.key, "datasource": layer.source, "layername": inert(layer.title)}
    for tag, words in texts.items():
        SubElement(made, tag).text = xml_text(words)
    made.append(srs_element("srs", layer.crs))
    provider = SubElement(made, "provider")
    provider.text = "ogr" if layer.table else "gdal"
    if isinstance(layer.style, VectorStyle):
        provider.set("encoding", "UTF-8")
        made.extend(vector_elements(layer.style))
    else:
        nodata = SubElement(made, "noData")
        SubElement(nodata, "noDataList", bandNo="1", useSrcNoData="1")
        made.extend(raster_elements(layer.style))
    return made


def _canvas(project: QgisProject) -> Element:
    canvas = Element("mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "degrees" if project.crs.is_geographic else "meters"
    extent = SubElement(canvas, "extent")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), project.bounds, strict=True):
        SubElement(extent, tag).text = f"{value:.10g}"
    SubElement(canvas, "rotation").text = "0"
    canvas.append(srs_element("destinationsrs", project.crs))
    return canvas


def _view(project: QgisProject) -> Element:
    settings = Element("ProjectViewSettings", UseProjectScales="0", rotation="0")
    names = ("xmin", "ymin", "xmax", "ymax")
    places = {n: f"{v:.10g}" for n, v in zip(names, project.bounds, strict=True)}
    extent = SubElement(settings, "DefaultViewExtent", places)
    extent.extend(srs_element("around", project.crs))
    return settings


def _properties(project: QgisProject) -> Element:
    """Relative paths, and two lines that are drawn on the map: notice and attributions."""
    properties = Element("properties")
    paths = SubElement(properties, "Paths")
    SubElement(paths, "Absolute", type="bool").text = "false"
    systems = SubElement(properties, "SpatialRefSys")
    SubElement(systems, "ProjectionsEnabled", type="int").text = "1"
    lines = (("TitleLabel", project.notice, "4"), ("CopyrightLabel", project.credit, "3"))
    for scope, words, place in lines:
        if not words:
            continue
        part = SubElement(properties, scope)
        SubElement(part, "Enabled", type="bool").text = "true"
        SubElement(part, "Label", type="QString").text = inert(words)
        SubElement(part, "Placement", type="int").text = place
    return properties


def _metadata(project: QgisProject) -> Element:
    about = Element("projectMetadata")
    texts = {
        "identifier": "", "type": "dataset", "title": project.title, "abstract": project.notice,
        "rights": project.credit,
    }  # fmt: skip
    for tag, words in texts.items():
        SubElement(about, tag).text = inert(words)
    return about
