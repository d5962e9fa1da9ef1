"""A small invented region, written to disk as a user would bring it: known truth for the chain.

The region is 64 × 64 cells of 90 m in UTM 48N. Nothing in it is symmetric, so that a flipped,
transposed or shifted raster cannot pass. Heights and people are given by formulas that tests
may evaluate themselves; files are written in geographic coordinates, as real data comes.
"""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from pyproj import Transformer
from rasterio.transform import from_origin

CRS = "EPSG:32648"
CELL_M = 90.0
CELLS = 64
WEST, SOUTH = 400_050.0, 2_494_980.0
NORTH, EAST = SOUTH + CELLS * CELL_M, WEST + CELLS * CELL_M
MARGIN_KM = 0.45
VINTAGE = "2025-06-30"
FOLDER = "đầu vào"
"""Inputs lie in a folder with a space and Vietnamese marks."""

TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)

# Metres east and north of the region's south-west corner. The first three cover
# (490, 490) to (5270, 5270); the fourth is in the file, but not asked about.
COMMUNES: Mapping[str, tuple[str, list[tuple[float, float]]]] = {
    "00101": (
        "Thử Một",
        [(490, 490), (3010, 490), (2750, 1900), (3100, 2860), (490, 2470), (900, 1500)],
    ),
    "00203": (
        "Đèo Gió",
        [(3010, 490), (5270, 700), (5000, 2300), (5270, 3470), (3100, 2860), (2750, 1900)],
    ),
    "00102": (
        "Nậm Thử",
        [(490, 2470), (3100, 2860), (5270, 3470), (4300, 4200), (4630, 5270), (700, 5050)],
    ),
    "09999": ("Ngoài Cuộc", [(4300, 4200), (5270, 3470), (5270, 5270), (4630, 5270)]),
}
ASKED = ("00101", "00203", "00102")

TOWER_COLUMNS = (
    "site_id", "operator", "latitude", "longitude", "mast_height_m", "sector_id",
    "antenna_height_m", "technology", "frequency_mhz", "bandwidth_mhz", "eirp_dbm", "power_dbm",
    "antenna_gain_dbi", "feeder_loss_db", "azimuth_deg", "electrical_tilt_deg", "status",
)  # fmt: skip
# site, operator, metres east and north, and the cells from mast height on.
_TOWERS: tuple[tuple[str, str, float, float, tuple[str, ...]], ...] = (
    ("S1", "Nhà mạng A", 1480, 1130,
     ("30", "1", "28", "LTE", "1800", "20", "52.5", "", "", "", "35", "6", "existing")),
    ("S1", "Nhà mạng A", 1480, 1130,
     ("30", "2", "28", "LTE", "1800", "20", "", "37", "17.5", "2", "200", "", "")),
    ("S2", "Nhà mạng A", 4210, 3010,
     ("", "1", "", "LTE", "900", "10", "44", "", "", "", "300", "3", "existing")),
    ("S3", "Nhà mạng B", 2390, 4120,
     ("42", "1", "40", "LTE", "1800", "10", "47.25", "", "", "", "", "0", "existing")),
    ("S4", "Nhà mạng B", 5050, 900,
     ("25", "1", "20", "LTE", "900", "5", "41", "", "", "", "270", "", "existing")),
    ("S5", "Nhà mạng B", 3000, 3000,
     ("25", "1", "20", "LTE", "900", "5", "60", "", "", "", "", "", "planned")),
)  # fmt: skip
_VILLAGES = (
    ("V01", "Bản Trên", "00101", 900, 2200, 41, 190),
    ("V02", "Bản Dưới", "", 2210, 800, 25, 117),
    ("V03", "Đèo Gió 1", "00203", 4800, 1500, 33, 151),
    ("V04", "Khe Sâu", "", 3700, 2500, 12, 60),
    ("V05", "Nậm Thử", "00102", 1850, 4520, 57, 260),
    ("V06", "Đầu Nguồn", "", 4200, 4900, 8, 35),
)
_FACILITIES = (
    ("F1", "school", "Trường Bản Trên", "00101", 930, 2150),
    ("F2", "clinic", "Trạm y tế Đèo Gió", "", 4700, 1450),
    ("F3", "commune_office", "Trụ sở xã Nậm Thử", "00102", 1900, 4500),
    ("F4", "loudspeaker", "Cụm loa Khe Sâu", "", 3720, 2480),
)
_ROADS = ([(300, 300), (2200, 900), (2900, 2700), (1900, 4600)], [(2900, 2700), (4800, 1450)])
_POWER_LINES = ([(300, 250), (1500, 1100), (2200, 800)],)


@dataclass(frozen=True)
class Region:
    """Where a written region lies.

    Parameters
    ----------
    folder
        Everything of it.
    study
        The study file.
    output
        Where its results go.
    """

    folder: Path
    study: Path
    output: Path

    def input(self, name: str) -> Path:
        """One of the input files."""
        return self.folder / FOLDER / name


def height_m(east_m: Any, north_m: Any) -> NDArray[np.float64]:
    """Ground height at metres from the south-west corner: a ridge, a gorge, a peak, knolls."""
    east, north = np.asarray(east_m, dtype=float), np.asarray(north_m, dtype=float)
    ridge = 620 * np.exp(-(((east - 0.35 * north - 2400) / 420) ** 2))
    peak = 540 * np.exp(-(((east - 900) / 500) ** 2 + ((north - 3600) / 700) ** 2))
    gorge = -310 * np.exp(-(((north + 0.5 * east - 5600) / 350) ** 2))
    knolls = 45 * np.sin(east / 190 + north / 610) * np.cos(north / 240)
    return np.asarray(700 + 0.05 * east - 0.03 * north + ridge + peak + gorge + knolls)


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """Longitude and latitude of metres from the south-west corner."""
    longitude, latitude = TO_DEGREES.transform(WEST + east_m, SOUTH + north_m)
    return float(longitude), float(latitude)


def write_region(
    folder: Path,
    *,
    study: Mapping[str, Any] | None = None,
    towers: Mapping[tuple[int, str], str] | None = None,
    shuffle: int | None = None,
) -> Region:
    """Write the region's inputs and its study file, the same bytes each time.

    Parameters
    ----------
    folder
        Where to.
    study
        Values of the study file to replace by their dotted key; None removes a key.
    towers
        Cells of the tower list to replace, by row in the file (the header is row 1) and column.
    shuffle
        Seed to write the rows of the tower list in another order.
    """
    inputs = folder / FOLDER
    inputs.mkdir(parents=True)
    write_dem(inputs / "dem.tif")
    write_population(inputs / "population.tif")
    write_text(inputs / "communes.geojson", geojson(COMMUNES))
    write_lines(inputs / "roads.geojson", _ROADS)
    write_lines(inputs / "power.geojson", _POWER_LINES)
    rows = tower_rows()
    for (row, column), value in (towers or {}).items():
        rows[row - 2][column] = value
    if shuffle is not None:
        rows = [rows[i] for i in np.random.default_rng(shuffle).permutation(len(rows))]
    write_csv(inputs / "towers.csv", rows)
    write_csv(inputs / "villages.csv", village_rows())
    write_csv(inputs / "facilities.csv", facility_rows())
    facts = study_facts()
    for key, value in (study or {}).items():
        replace(facts, key, value)
    write_text(folder / "study.toml", toml(facts))
    return Region(folder, folder / "study.toml", folder / "kết quả")


def tower_rows() -> list[dict[str, str]]:
    """Rows of the tower list."""
    rows = []
    for site, operator, east, north, cells in _TOWERS:
        longitude, latitude = degrees(east, north)
        start = (site, operator, f"{latitude:.7f}", f"{longitude:.7f}")
        rows.append(dict(zip(TOWER_COLUMNS, start + cells, strict=True)))
    return rows


def village_rows() -> list[dict[str, str]]:
    """Rows of the village list."""
    return [
        {
            "village_id": key, "name": name, "commune_code": code, **_position(east, north),
            "households": str(households), "population": str(people),
        }
        for key, name, code, east, north, households, people in _VILLAGES
    ]  # fmt: skip


def facility_rows() -> list[dict[str, str]]:
    """Rows of the facility list."""
    return [
        {
            "facility_id": key, "kind": kind, "name": name, "commune_code": code,
            **_position(east, north),
        }
        for key, kind, name, code, east, north in _FACILITIES
    ]  # fmt: skip


def _position(east_m: float, north_m: float) -> dict[str, str]:
    longitude, latitude = degrees(east_m, north_m)
    return {"latitude": f"{latitude:.7f}", "longitude": f"{longitude:.7f}"}


def write_dem(file: Path, *, seconds: float = 2.0, crs: str | None = "EPSG:4326") -> None:
    """Write ground heights in geographic coordinates, wider than the region by about 2 km."""
    step = seconds / 3600.0
    west, south = degrees(-2200, -2200)
    east, north = degrees(CELLS * CELL_M + 2200, CELLS * CELL_M + 2200)
    west, north = np.floor(west / step) * step, np.ceil(north / step) * step
    cols, rows = int(np.ceil((east - west) / step)), int(np.ceil((north - south) / step))
    longitude = west + (np.arange(cols) + 0.5) * step
    latitude = north - (np.arange(rows) + 0.5) * step
    easting, northing = TO_METRES.transform(*np.meshgrid(longitude, latitude))
    heights = height_m(easting - WEST, northing - SOUTH).astype(np.float32)
    write_raster(file, heights, transform=from_origin(west, north, step, step), crs=crs)


def write_population(file: Path, *, crs: str | None = "EPSG:4326", sign: float = 1.0) -> None:
    """Write people per cell of 9 seconds, wider than the region; whole numbers, many zeros."""
    step = 9.0 / 3600.0
    west, south = degrees(-900, -900)
    east, north = degrees(CELLS * CELL_M + 900, CELLS * CELL_M + 900)
    cols, rows = int(np.ceil((east - west) / step)), int(np.ceil((north - south) / step))
    row, col = np.mgrid[0:rows, 0:cols]
    people = ((7 * row + 13 * col + row * col) % 29 - 11).clip(min=0) * (1 + col // 9)
    write_raster(
        file, (sign * people).astype(np.float32),
        transform=from_origin(west, north, step, step), crs=crs, nodata=-99999.0,
    )  # fmt: skip


def write_raster(file: Path, values: NDArray[Any], **profile: Any) -> None:
    """Write one band as GeoTIFF."""
    rows, cols = values.shape
    with rasterio.open(
        file, "w", driver="GTiff", height=rows, width=cols, count=1, dtype=values.dtype, **profile
    ) as dataset:
        dataset.write(values, 1)


def geojson(
    communes: Mapping[str, tuple[str, list[tuple[float, float]]]],
    *,
    vintage: str | None = None,
    properties: Mapping[str, Any] | None = None,
) -> str:
    """Communes as a GeoJSON text; outlines in metres from the south-west corner."""
    features = []
    for code, (name, outline) in communes.items():
        facts = {"code": code, "name": name, **(properties or {})}
        if vintage is not None:
            facts["vintage"] = vintage
        ring = [degrees(*point) for point in [*outline, outline[0]]]
        features.append(
            {
                "type": "Feature", "properties": facts,
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def write_lines(file: Path, lines: Any) -> None:
    """Write lines as GeoJSON; points in metres from the south-west corner."""
    features = [
        {
            "type": "Feature", "properties": {},
            "geometry": {"type": "LineString", "coordinates": [degrees(*p) for p in line]},
        }
        for line in lines
    ]  # fmt: skip
    write_text(file, json.dumps({"type": "FeatureCollection", "features": features}))


def csv_text(rows: list[dict[str, str]], *, separator: str = ",") -> str:
    """Rows as CSV text."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), delimiter=separator, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def write_csv(file: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as CSV in UTF-8."""
    write_text(file, csv_text(rows))


def write_text(file: Path, text: str) -> None:
    """Write text in UTF-8 with plain line ends."""
    file.write_bytes(text.encode("utf-8"))


def replace(facts: dict[str, Any], key: str, value: Any) -> None:
    """Set a value of nested tables by its dotted key; None removes it."""
    *path, last = key.split(".")
    for part in path:
        facts = facts[int(part)] if isinstance(facts, list) else facts.setdefault(part, {})
    if value is None:
        del facts[last]
    else:
        facts[last] = value


def toml(table: Mapping[str, Any], prefix: str = "") -> str:
    """Nested tables as TOML text."""
    plain = {k: v for k, v in table.items() if not _is_table(v)}
    lines = [f"[{prefix}]"] if prefix else []
    lines += [f"{_word(k)} = {_value(v)}" for k, v in plain.items()]
    for key, value in table.items():
        if _is_table(value):
            name = f"{prefix}.{_word(key)}" if prefix else _word(key)
            lines.append(toml(value, name))
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping) and "unit" not in value


def _word(key: str) -> str:
    return json.dumps(key, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_word(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def assumed(value: float, unit: str) -> dict[str, Any]:
    """A quantity of the study file."""
    return {"value": value, "unit": unit, "source": "invented for tests"}


def price(base: float, unit: str) -> dict[str, Any]:
    """A line of the cost table."""
    return {
        "low": base / 2, "base": base, "high": 2 * base, "unit": unit, "year": "2025",
        "source": "invented for tests", "tag": "invented",
    }  # fmt: skip


def lives(years: float, **others: float) -> dict[str, Any]:
    """Lives of everything that is bought; as long as the horizon, nothing wears out."""
    names = ("mast", "radio", "microwave", "fibre", "grid", "solar", "satellite")
    given = {name: others.get(name, years) for name in names}
    return {
        name: {**price(life, "year"), "low": life, "high": life} for name, life in given.items()
    }


def study_facts() -> dict[str, Any]:
    """The study file as nested tables."""
    origin = {"source": "invented for tests", "licence": "MIT"}
    operators = (("Nhà mạng A", "mang-a", "#1b6ca8"), ("Nhà mạng B", "mang-b", "#b8860b"))

    def table(name: str) -> dict[str, Any]:
        return {"file": f"{FOLDER}/{name}", **origin}

    return {
        "schema_version": 1,
        "study": {
            "name": "synthetic", "title_en": "Synthetic region", "title_vi": "Vùng thử",
            "practice_data": True, "output": "kết quả",
        },
        "area": {"communes": list(ASKED), "vintage": VINTAGE, "margin_km": MARGIN_KM},
        "grid": {"crs": CRS, "resolution_m": CELL_M},
        "inputs": {
            "terrain": {"files": [f"{FOLDER}/dem.tif"], **origin},
            "towers": table("towers.csv"),
            "boundaries": table("communes.geojson"),
            "population": table("population.tif"),
            "villages": table("villages.csv"),
            "facilities": table("facilities.csv"),
            "roads": table("roads.geojson"),
            "power_lines": table("power.geojson"),
        },
        "operators": [
            {"name": name, "key": key, "colour": colour} for name, key, colour in operators
        ],
        "technologies": {"LTE": {"threshold": assumed(-100.0, "dBm")}},
        "environments": {
            "outdoor": {
                "title_en": "Outdoors", "title_vi": "Ngoài trời",
                "entry_loss": assumed(3.0, "dB"), "receiver_height": assumed(1.5, "m"),
            }
        },
        "propagation": {
            "radius_km": 5.0,
            "delta_n": assumed(45.0, "N/km"), "surface_refractivity_n0": assumed(325.0, "N"),
        },
        "service": {
            "covered": assumed(0.95, "fraction"), "marginal": assumed(0.5, "fraction"),
            "model_error": assumed(8.0, "dB"), "smallest_gap": assumed(0.02, "km2"),
        },
        "towers": {
            "mast_height": assumed(36.0, "m"), "antenna_height": assumed(33.0, "m"),
            "carrier_power": assumed(43.0, "dBm"),
            "antenna_gain_below_1ghz": assumed(15.0, "dBi"),
            "antenna_gain_above_1ghz": assumed(17.0, "dBi"),
            "feeder_loss": assumed(2.0, "dB"), "bandwidth": assumed(20.0, "MHz"),
            "electrical_tilt": assumed(4.0, "deg"), "mechanical_tilt": assumed(1.0, "deg"),
            "horizontal_beamwidth": assumed(65.0, "deg"),
            "vertical_beamwidth": assumed(10.0, "deg"),
        },
        "costs": {
            "currency": "USD", "price_year": 2025,
            "discount_rate": assumed(0.08, "fraction/year"), "horizon": assumed(10.0, "year"),
            "exchange": {
                "currency": "VND", "rate": assumed(25_000.0, "VND/USD"), "date": "2025-01-02",
            },
            "passive_site": price(35_000, "USD/site"), "radio_site": price(35_000, "USD/site"),
            "access_per_road_km": price(0.05, "fraction/km"),
            "access_per_slope_step": price(0.10, "fraction/10deg"),
            "power_grid": price(5_000, "USD/site"), "power_line": price(20_000, "USD/km"),
            "transformer": price(9_000, "USD/site"), "power_solar": price(18_000, "USD/site"),
            "microwave_hop": price(20_000, "USD/hop"), "site_opex": price(12_000, "USD/year"),
        },
        "planning": {
            "candidate_spacing": assumed(500.0, "m"), "candidates_kept": 8,
            "candidate_radius_km": 4.0, "longest_hop": assumed(2.0, "km"),
            "white_zone_weight": assumed(1.0, "1"), "priorities": 6,
            # Enough for quantiles; what more draws give is tested by themselves.
            "stability": {"draws": 10},
            "new_site": {
                "antenna_height": assumed(30.0, "m"), "frequency": assumed(900.0, "MHz"),
                "bandwidth": assumed(10.0, "MHz"), "eirp": assumed(46.0, "dBm"), "sectors": 3,
            },
        },
    }  # fmt: skip
