"""``gis/``: layers of a study as GeoPackage, GeoParquet and KMZ, and a project that QGIS opens."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
from pyproj import CRS

from phusong.analysis.reach import ANY
from phusong.reporting.basis_words import titled
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.gis_layers import gis_layers
from phusong.reporting.layers_kmz import KmlFolder, layers_kmz
from phusong.reporting.place_facts import in_lines, place_facts, place_names
from phusong.reporting.products import products_of
from phusong.reporting.qgis import (
    QgisGroup,
    QgisLayer,
    QgisProject,
    project_file,
    style_document,
)
from phusong.reporting.qgis_styles import (
    LAYER_WORDS,
    counted,
    operators_of,
    raster_style,
    vector_style,
)
from phusong.reporting.qgis_xml import VectorStyle
from phusong.reporting.study_facts import StudyFacts, operator_words
from phusong.reporting.wording import said
from phusong.store.files import write_bytes
from phusong.store.tables import read_as_text, write_geoparquet, write_layers

FOLDER, PACKAGE, KMZ = "gis", "gis/layers.gpkg", "gis/layers.kmz"
_TABLES = ("plan/priorities.csv", "plan/backhaul.csv", "gaps/villages.csv", "gaps/facilities.csv",
           "gaps/communes.csv")  # fmt: skip
_QUALITY = ("rate", "sinr", "sites", "spare", "direction")
_MARGIN = 0.05


def write_gis(facts: StudyFacts, folder: Path, paths: Sequence[str]) -> list[Path]:
    """Write the layers of a folder and the project that shows them.

    Parameters
    ----------
    facts
        The study, cut down to its reader.
    folder
        Where the files are, and where the project goes.
    paths
        Files of the folder; layers take their rows from its tables, the project shows its rasters.

    Returns
    -------
    list of pathlib.Path
        The GeoPackage, a GeoParquet file for each layer, the KMZ, and the project.
    """
    tables = {path: read_as_text(folder / path) for path in _TABLES if path in paths}
    layers = gis_layers(facts, {path: table for path, table in tables.items() if len(table)})
    styles = {name: vector_style(name, layer, facts) for name, layer in layers.items()}
    files = [folder / PACKAGE]
    write_layers(files[0], layers, {name: style_document(s) for name, s in styles.items()})
    for name, layer in layers.items():
        files.append(folder / FOLDER / f"{name}.parquet")
        write_geoparquet(files[-1], layer)
    files.append(folder / KMZ)
    write_bytes(files[-1], _earth(facts, layers, styles))
    crs = CRS.from_user_input(facts.grid.crs)
    shown = {
        name: QgisLayer(
            PACKAGE, _title(facts, name, layer).plain, crs, styles[name],
            geometry=_kind_of(layer), table=name,
        )
        for name, layer in layers.items()
    }  # fmt: skip
    groups = [
        _group(said("Investment priorities"), [shown.get(name) for name in ("options", "links")]),
        _group(said("Places"), [shown.get(name) for name in ("sites", "villages", "facilities")]),
        _group(said("No signal"), _gap_layers(facts, layers, shown)),
        _group(said("Communes"), [shown.get("communes")]),
        *_raster_groups(facts, paths, crs),
    ]
    project = _project(facts, layers, [group for group in groups if group is not None])
    name = facts.study.study.name
    files.append(folder / f"{name}.qgz")
    write_bytes(files[-1], project_file(project, name))
    return files


def _earth(
    facts: StudyFacts, layers: dict[str, gpd.GeoDataFrame], styles: dict[str, VectorStyle]
) -> bytes:
    """The layers for Google Earth; gaps are those of all operators together."""
    parts = dict(layers)
    if "gaps" in parts:
        gaps = parts["gaps"]
        own = gaps[(gaps["operator"] == ANY) & (gaps["technology"] == facts.technology)]
        parts["gaps"] = own if len(own) else gaps
    language = facts.study.study.language
    folders = {
        name: KmlFolder(
            _title(facts, name, layer).to(language), layer, styles[name],
            [words.to(language) for words in place_names(name, parts)],
            [in_lines(lines, language) for lines in place_facts(name, layer, facts)],
        )
        for name, layer in parts.items()
    }  # fmt: skip
    return layers_kmz(_study_title(facts), (_notice(facts), _credit(facts)), folders)


def _study_title(facts: StudyFacts) -> str:
    study = facts.study.study
    return Bilingual(study.title_vi, study.title_en).plain


def _notice(facts: StudyFacts) -> str:
    """Marking and practice words."""
    notices = [facts.marking, "" if facts.practice is None else facts.practice.plain]
    return " · ".join(filter(None, notices))


def _credit(facts: StudyFacts) -> str:
    return " · ".join(dict.fromkeys(source.credit for source in facts.sources))


def _title(facts: StudyFacts, name: str, layer: gpd.GeoDataFrame) -> Bilingual:
    words = counted(layer, LAYER_WORDS[name])
    if name not in {"villages", "facilities"}:
        return words
    return titled(words, facts.gaps.basis, (ANY, facts.technology))


def _kind_of(layer: gpd.GeoDataFrame) -> str:
    """Kind of the shapes, those of one part and of several alike."""
    return str(layer.geom_type.iloc[0]).removeprefix("Multi")


def _group(title: Bilingual, layers: Sequence[QgisLayer | None], *, open_: bool = True) -> (
    QgisGroup | None
):  # fmt: skip
    known = [layer for layer in layers if layer is not None]
    return QgisGroup(title.plain, known, open=open_) if known else None


def _gap_layers(
    facts: StudyFacts, layers: dict[str, gpd.GeoDataFrame], shown: dict[str, QgisLayer]
) -> list[QgisLayer]:
    """Gaps of all operators together, and hidden those of each one, of the first technology."""
    if "gaps" not in layers:
        return []
    found, names = [], operator_words(facts.study)
    for key in operators_of(layers["gaps"]):
        own = layers["gaps"]
        own = own[(own["operator"] == key) & (own["technology"] == facts.technology)]
        words = names.get(key, same(key))
        title = titled(counted(own, words), facts.gaps.basis, (key, facts.technology))
        where = f'"operator" = {_sql(key)} AND "technology" = {_sql(facts.technology)}'
        found.append(
            dataclasses.replace(shown["gaps"], title=title.plain, subset=where, shown=key == ANY)
        )
    return found


def _sql(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _raster_groups(facts: StudyFacts, paths: Sequence[str], crs: CRS) -> Iterator[QgisGroup | None]:
    """Rasters of the first model and environment, strongest signal of all operators shown."""
    study = facts.study
    main = f"reach/{study.propagation.models[0]}/{next(iter(study.environments))}/"
    chosen = [p for p in paths if p.endswith(".tif") and p.startswith((main, "gaps/models/"))]
    titles = {p.path: p.title for p in products_of(study, dict.fromkeys(chosen))}
    first = f"{main}{ANY}-{facts.technology.lower()}-level.tif"
    layers: dict[bool, list[QgisLayer]] = {False: [], True: []}
    for path in sorted(chosen):
        style = raster_style(path, study)
        if style is not None:
            quality = path.removesuffix(".tif").endswith(_QUALITY)
            layer = QgisLayer(path, titles[path].plain, crs, style, shown=path == first)
            layers[quality].append(layer)
    yield _group(said("Coverage"), layers[False])
    yield _group(said("Quality"), layers[True], open_=False)


def _project(
    facts: StudyFacts, layers: dict[str, gpd.GeoDataFrame], groups: Sequence[QgisGroup]
) -> QgisProject:
    bounds = facts.grid.bounds
    if "communes" in layers:
        west, south, east, north = map(float, layers["communes"].total_bounds)
        side = _MARGIN * max(east - west, north - south)
        bounds = west - side, south - side, east + side, north + side
    return QgisProject(
        title=_study_title(facts),
        notice=_notice(facts),
        credit=_credit(facts),
        crs=CRS.from_user_input(facts.grid.crs),
        bounds=bounds,
        groups=groups,
    )
