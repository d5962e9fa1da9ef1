"""The coverage map of a study: its results as layers of one map."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from phusong.analysis.gaps import UNKNOWN
from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL
from phusong.reporting.facts import Bilingual, Column, same
from phusong.reporting.findings import gap_findings, plan_findings
from phusong.reporting.layers import Category, Feature, MapContent, RasterLayer, VectorLayer
from phusong.reporting.palette import (
    COVERED_COLOUR,
    MARGINAL_COLOUR,
    NO_SIGNAL_COLOUR,
    level_classes,
    service_classes,
)
from phusong.reporting.relief import UInt8Array
from phusong.reporting.study_facts import (
    EVERYONE,
    LEVEL_EDGES_DBM,
    PLACES,
    PLAN,
    VERDICTS,
    StudyFacts,
    wgs84,
)
from phusong.reporting.words import field_names, named_assumptions
from phusong.units import Float32Array
from phusong.version import __version__

_COMMUNE = Column(Bilingual("Xã", "Commune"))
_PEOPLE = Column(Bilingual("Dân số", "People"), decimals=0)
_WHOLE = {
    TRANG_SONG: Bilingual("trắng sóng: không nơi nào có sóng", "no signal anywhere"),
    LOM_SONG: Bilingual("lõm sóng: một phần không có sóng", "no signal in a part"),
    WITH_SIGNAL: Bilingual("có sóng", "with signal"),
    UNDECIDED: Bilingual("chưa rõ", "unknown"),
}
NOBODY = Bilingual("không có", "none")
_FACILITIES = {
    "school": Bilingual("Trường học", "School"),
    "clinic": Bilingual("Trạm y tế", "Clinic"),
    "commune_office": Bilingual("Trụ sở xã", "Commune office"),
    "loudspeaker": Bilingual("Cụm loa", "Loudspeaker cluster"),
    "postal_point": Bilingual("Điểm phục vụ bưu chính", "Postal service point"),
}


def study_map(facts: StudyFacts) -> MapContent:
    """Everything that the coverage map of a study shows.

    Parameters
    ----------
    facts
        Results and where they come from.

    Returns
    -------
    MapContent
        Layers by operator, communes, gaps, villages, facilities, sites and priorities.
    """
    study = facts.study.study
    return MapContent(
        title=Bilingual(study.title_vi, study.title_en),
        practice=facts.practice,
        grid=facts.reach.grid,
        height_amsl_m=facts.terrain.height_amsl_m,
        rasters=tuple(_rasters(facts)),
        vectors=tuple(_vectors(facts)),
        assumptions=named_assumptions(facts.study.assumptions()),
        sources=facts.sources,
        summary=(
            *gap_findings(facts.study, facts.gaps),
            *plan_findings(facts.study, facts.priorities)[:1],
        ),
        groups=(EVERYONE, PLAN, PLACES, *(name for key, name in facts.operators() if key != ANY)),
        version=f"Phusong {__version__}",
    )


def _rasters(facts: StudyFacts) -> Iterator[RasterLayer]:
    for key, group in facts.operators():
        layer = facts.reach.layers[key, facts.technology]
        yield RasterLayer(
            name=Bilingual(f"Vùng phủ sóng {facts.technology}", f"{facts.technology} coverage"),
            group=group,
            classes=facts.gaps.classes[key, facts.technology],
            legend=service_classes(),
            shown=key == ANY,
        )
        yield RasterLayer(
            name=Bilingual(f"Mức thu {facts.technology}", f"{facts.technology} level"),
            group=group,
            classes=level_bands(layer.level_dbm, layer.probability_percent == UNKNOWN),
            legend=level_classes(LEVEL_EDGES_DBM),
        )


def level_bands(level_dbm: Float32Array, unknown: np.ndarray) -> UInt8Array:
    """Bands of received level as class codes.

    Parameters
    ----------
    level_dbm
        Level, NaN without a site in reach [dBm].
    unknown
        True where nothing is known.

    Returns
    -------
    numpy.ndarray
        0 below the lowest edge, then one more per edge reached; 255 unknown.
    """
    rising = np.sort(np.asarray(LEVEL_EDGES_DBM))
    bands = np.searchsorted(rising, np.nan_to_num(level_dbm, nan=-np.inf), side="right")
    return np.where(unknown, np.uint8(UNKNOWN), bands.astype(np.uint8))


def _vectors(facts: StudyFacts) -> Iterator[VectorLayer]:
    yield _communes(facts)
    yield _gaps(facts)
    if not facts.places.facilities.empty:
        yield _facilities(facts)
    for key, name in facts.operators():
        if key != ANY:
            yield _sites(facts, key, name)
    if not facts.places.villages.empty:
        yield _villages(facts)
    yield _priorities(facts)


def _communes(facts: StudyFacts) -> VectorLayer:
    outlines = wgs84(facts.places.communes.frame)
    rows = facts.commune_rows().set_index("commune_code")
    features = [
        Feature(
            geometry,
            (
                name,
                code,
                rows["people"].get(code),
                rows["people_no_signal"].get(code),
                rows["people_no_signal_percent"].get(code),
            ),
            label=name,
        )
        for code, name, geometry in zip(
            outlines["code"], outlines["name"], outlines.geometry, strict=True
        )
    ]
    approximate = facts.places.communes.approximate
    return VectorLayer(
        name=Bilingual(
            "Ranh giới xã (gần đúng)" if approximate else "Ranh giới xã",
            "Communes (approximate outlines)" if approximate else "Communes",
        ),
        group=PLACES,
        kind="outline",
        columns=(
            _COMMUNE,
            Column(Bilingual("Mã", "Code")),
            _PEOPLE,
            Column(Bilingual("Không có sóng", "No signal"), "người · people", 0),
            Column(Bilingual("Tỷ lệ không có sóng", "Share without signal"), "%", 1),
        ),
        features=tuple(features),
        categories=(Category(Bilingual("Xã", "Commune"), "#111111"),),
        tooltip_columns=4,
    )


def _gaps(facts: StudyFacts) -> VectorLayer:
    table = facts.gaps.polygons
    chosen = table[(table["operator"] == ANY) & (table["technology"] == facts.technology)]
    shapes = _simpler(chosen, facts.reach.grid.resolution_m / 2)
    features = [
        Feature(row.geometry, (row.gap_id, row.commune, row.area_km2, row.people))
        for row in shapes.itertuples()
    ]
    return VectorLayer(
        name=Bilingual("Vùng trắng sóng (không nhà mạng nào)", "White zones (no operator)"),
        group=EVERYONE,
        kind="area",
        columns=(
            Column(Bilingual("Vùng", "Gap")),
            _COMMUNE,
            Column(Bilingual("Diện tích", "Area"), "km²", 2),
            _PEOPLE,
        ),
        features=tuple(features),
        categories=(
            Category(Bilingual("Trắng sóng", "White zone"), _css(NO_SIGNAL_COLOUR), hatched=True),
        ),
        shown=False,
        tooltip_columns=4,
    )


def _simpler(layer: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Outlines with fewer corners, for drawing only: areas in tables come from the raster."""
    if layer.empty:
        return layer
    simple = shapely.simplify(layer.geometry.values, tolerance_m, preserve_topology=True)
    return wgs84(layer.set_geometry(gpd.GeoSeries(simple, index=layer.index, crs=layer.crs)))


def _villages(facts: StudyFacts) -> VectorLayer:
    points = wgs84(facts.places.villages)
    table = facts.gaps.villages
    verdicts = table[f"{ANY}_{facts.technology.lower()}_class"]
    levels = table[f"{ANY}_{facts.technology.lower()}_level_dbm"]
    codes = {word: index for index, (_, word, _) in enumerate(VERDICTS)}
    names = facts.places.communes.names
    features = [
        Feature(
            row.geometry,
            (
                row.name_,
                names.get(row.commune_code, row.commune_code),
                VERDICTS[codes[verdict]][2],
                row.population,
                row.households,
                who,
                level,
                _WHOLE.get(whole, same(str(whole))),
            ),
            category=codes[verdict],
        )
        for row, verdict, who, level, whole in zip(
            points.rename(columns={"name": "name_"}).itertuples(),
            verdicts,
            _covering(facts, table),
            levels,
            table[f"{ANY}_{facts.technology.lower()}_verdict"],
            strict=True,
        )
    ]
    colours = (_css(NO_SIGNAL_COLOUR), _css(MARGINAL_COLOUR), _css(COVERED_COLOUR), "#888888")
    shapes = ("triangle", "diamond", "circle", "square")
    return VectorLayer(
        name=Bilingual("Thôn, theo sóng tại trung tâm", "Villages, by signal at the centre"),
        group=PLACES,
        kind="point",
        columns=(
            Column(Bilingual("Thôn", "Village")),
            _COMMUNE,
            Column(Bilingual("Kết quả", "Verdict")),
            _PEOPLE,
            Column(Bilingual("Số hộ", "Households"), decimals=0),
            Column(Bilingual("Nhà mạng có sóng", "Operators that cover it")),
            Column(Bilingual("Mức thu mạnh nhất", "Strongest level"), "dBm", 0),
            Column(Bilingual("Cả khu dân cư", "The whole settlement")),
        ),
        features=tuple(features),
        categories=tuple(
            Category(words, colour, shape)  # type: ignore[arg-type]
            for (_, _, words), colour, shape in zip(VERDICTS, colours, shapes, strict=True)
        ),
        tooltip_columns=3,
    )


def _covering(facts: StudyFacts, table: pd.DataFrame) -> Iterator[str | Bilingual]:
    """Names of the operators that cover each place of a table."""
    covered = {
        name.plain: table[f"{key}_{facts.technology.lower()}_class"] == "covered"
        for key, name in facts.operators()
        if key != ANY
    }
    for index in table.index:
        yield ", ".join(name for name, mask in covered.items() if mask[index]) or NOBODY


def _facilities(facts: StudyFacts) -> VectorLayer:
    points = wgs84(facts.places.facilities)
    table = facts.gaps.facilities
    verdicts = table[f"{ANY}_{facts.technology.lower()}_class"]
    words = {word: text for _, word, text in VERDICTS}
    kinds = list(_FACILITIES)
    features = [
        Feature(
            geometry,
            (name, _FACILITIES[kind], words[verdict], who),
            category=kinds.index(kind),
        )
        for geometry, name, kind, verdict, who in zip(
            points.geometry,
            points["name"],
            points["kind"],
            verdicts,
            _covering(facts, table),
            strict=True,
        )
    ]
    grey, brown = "#5b5b5b", "#8a5a2b"
    shapes = (("square", grey), ("diamond", grey), ("triangle", grey), ("circle", grey),
              ("square", brown))  # fmt: skip
    return VectorLayer(
        name=Bilingual("Cơ sở công cộng", "Facilities"),
        group=PLACES,
        kind="point",
        columns=(
            Column(Bilingual("Cơ sở", "Facility")),
            Column(Bilingual("Loại", "Kind")),
            Column(Bilingual("Sóng", "Signal")),
            Column(Bilingual("Nhà mạng có sóng", "Operators that cover it")),
        ),
        features=tuple(features),
        categories=tuple(
            Category(name, colour, shape)  # type: ignore[arg-type]
            for name, (shape, colour) in zip(_FACILITIES.values(), shapes, strict=True)
        ),
        shown=False,
        tooltip_columns=3,
    )


def _sites(facts: StudyFacts, key: str, name: Bilingual) -> VectorLayer:
    operator = next(op for op in facts.study.operators if op.key == key)
    sectors = [s for s in facts.reach.network.sectors if s.operator == operator.name]
    features = []
    for site in sorted({s.site_id for s in sectors}):
        own = [s for s in sectors if s.site_id == site]
        bands = sorted({f"{s.technology} {s.frequency_mhz:g} MHz" for s in own})
        guessed = sorted({column for s in own for column in s.filled})
        point = {"type": "Point", "coordinates": [own[0].longitude, own[0].latitude]}
        values = (
            site,
            operator.name,
            ", ".join(bands),
            len(own),
            own[0].antenna_height_m,
            own[0].mast_height_m,
            max(s.eirp_dbm for s in own),
            field_names(guessed) if guessed else NOBODY,
        )
        features.append(Feature(point, values))
    return VectorLayer(
        name=Bilingual(f"Trạm {operator.name}", f"Sites of {operator.name}"),
        group=name,
        kind="point",
        columns=(
            Column(Bilingual("Trạm", "Site")),
            Column(Bilingual("Nhà mạng", "Operator")),
            Column(Bilingual("Băng tần", "Bands")),
            Column(Bilingual("Số sector", "Sectors")),
            Column(Bilingual("Độ cao ăng ten", "Antenna height"), "m"),
            Column(Bilingual("Độ cao cột", "Mast height"), "m"),
            Column(Bilingual("EIRP lớn nhất", "Largest EIRP"), "dBm"),
            Column(Bilingual("Điền theo giả định", "Filled from defaults")),
        ),
        features=tuple(features),
        categories=(Category(same(operator.name), operator.colour, "square"),),
        tooltip_columns=3,
    )


def _priorities(facts: StudyFacts) -> VectorLayer:
    features = [
        Feature(
            {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            (
                row.rank,
                row.operator,
                row.commune,
                row.people_newly_covered,
                row.people_white_zone,
                row.capex / 1e6,
                row.cost_per_person / 1e6,
                Bilingual(row.why_vi, row.why_en),
                row.option_id,
            ),
            label=str(row.rank),
        )
        for row in facts.priorities.itertuples()
    ]
    currency = facts.study.costs.exchange.currency
    money = f"triệu {currency} · million {currency}"
    return VectorLayer(
        name=Bilingual("Vị trí nên xây dựng trước", "Where to build first"),
        group=PLAN,
        kind="rank",
        columns=(
            Column(Bilingual("Thứ hạng", "Rank")),
            Column(Bilingual("Nhà mạng", "Operator")),
            _COMMUNE,
            Column(Bilingual("Số người được phủ mới", "People newly covered"), decimals=0),
            Column(Bilingual("Trong đó trắng sóng", "Of them in white zones"), decimals=0),
            Column(Bilingual("Vốn đầu tư", "Capex"), money, 0),
            Column(
                Bilingual("Giá trị hiện tại một người", "Present value per person"),
                money,
                2,
            ),
            Column(Bilingual("Lý do", "Why")),
            Column(Bilingual("Mã phương án", "Option")),
        ),
        features=tuple(features),
        categories=(Category(Bilingual("Phương án", "Option"), "#111111"),),
        tooltip_columns=5,
    )


def _css(colour: tuple[int, int, int]) -> str:
    red, green, blue = colour
    return f"#{red:02x}{green:02x}{blue:02x}"
