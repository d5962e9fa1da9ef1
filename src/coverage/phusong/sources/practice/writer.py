"""Writing the practice study: every file whole, deterministic, and named practice data."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import rasterio
from affine import Affine
from shapely.geometry import LineString, Point, Polygon, mapping

from phusong.errors import StoreError
from phusong.geo.terrain import Terrain
from phusong.sources.practice import facts, records
from phusong.sources.practice.antennas import PracticeSector, practice_sectors
from phusong.sources.practice.facilities import Facility, practice_facilities
from phusong.sources.practice.facts import STATEMENT
from phusong.sources.practice.ground import PLAN_CELL_M, Ground
from phusong.sources.practice.homes import (
    POSTCODES,
    Household,
    has_list,
    practice_households,
)
from phusong.sources.practice.lattice import Lattice
from phusong.sources.practice.lines import Lines, practice_power_lines, practice_roads
from phusong.sources.practice.masts import Surroundings, practice_masts
from phusong.sources.practice.measurements import Sample, practice_drive_test
from phusong.sources.practice.outlines import Outline, practice_outlines
from phusong.sources.practice.population import practice_population
from phusong.sources.practice.relief import practice_terrain
from phusong.sources.practice.settlements import (
    Village,
    practice_hamlets,
    practice_towns,
    practice_villages,
)
from phusong.store.files import sha256_of, write_text, write_whole
from phusong.units import Float32Array

GENERATOR_VERSION = 2
"""Raised whenever the same seed gives other files."""

POPULATION_NODATA = -99999.0
BYTE_ORDER_MARK = "\ufeff"
_DEGREES = frozenset({"latitude", "longitude"})


Features = Sequence[tuple[Polygon | LineString | Point, dict[str, str]]]


@dataclass(frozen=True, eq=False)
class _World:
    """Everything that the practice study consists of."""

    seed: int
    terrain: Terrain
    ground: Ground
    lattice: Lattice
    population: Float32Array
    outlines: tuple[Outline, ...]
    villages: tuple[Village, ...]
    households: tuple[Household, ...]
    facilities: tuple[Facility, ...]
    roads: Lines
    power: Lines
    sectors: tuple[PracticeSector, ...]
    drive_test: tuple[Sample, ...]


def write_practice_data(folder: Path, *, seed: int = 20230224) -> list[Path]:
    """Write the practice study's data.

    Parameters
    ----------
    folder
        Where to; made when missing.
    seed
        Seed of all that is invented, >= 0. The same seed gives the same bytes in the same
        environment.

    Returns
    -------
    list of pathlib.Path
        The files, ``provenance.json`` last. Each is written aside and renamed.

    Raises
    ------
    StoreError
        The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error}; choose another folder") from None
    world = _world(seed)
    files = [
        *_write_rasters(folder, world),
        *_write_layers(folder, world),
        *_write_tables(folder, world),
    ]
    provenance = folder / "provenance.json"
    write_text(provenance, _provenance(files, seed))
    return [*files, provenance]


def _world(seed: int) -> _World:
    terrain = practice_terrain(seed)
    ground = Ground.of(terrain)
    outlines = practice_outlines(ground, seed)
    lattice = Lattice.over(terrain, ground)
    towns = practice_towns(lattice)
    villages = practice_villages(lattice, outlines, seed)
    roads = practice_roads(ground, lattice, towns, villages)
    power = practice_power_lines(ground, lattice, towns, villages)
    to_road_m = lattice.sampled(roads.main_distance_m.astype("float32"), PLAN_CELL_M)
    hamlets = practice_hamlets(lattice, outlines, to_road_m, seed)
    around = Surroundings(
        terrain, ground, lattice, outlines, towns, villages, hamlets, roads, power
    )
    population = practice_population(lattice, outlines, villages, towns, hamlets)
    sectors = practice_sectors(practice_masts(around, seed), seed)
    return _World(
        seed=seed,
        terrain=terrain,
        ground=ground,
        lattice=lattice,
        population=population,
        outlines=outlines,
        villages=villages,
        households=practice_households(lattice, outlines, villages, population, seed),
        facilities=practice_facilities(villages, seed),
        roads=roads,
        power=power,
        sectors=sectors,
        drive_test=practice_drive_test(terrain, roads, sectors, seed),
    )


def _write_rasters(folder: Path, world: _World) -> list[Path]:
    terrain = folder / "dem.tif"
    _write_raster(
        terrain, world.terrain.height_amsl_m, world.terrain.grid.affine,
        crs=facts.CRS, nodata=float("nan"), content="ground height above mean sea level [m]",
    )  # fmt: skip
    population = folder / "population.tif"
    _write_raster(
        population, world.population, world.lattice.affine,
        crs="EPSG:4326", nodata=POPULATION_NODATA, content="people per cell",
    )  # fmt: skip
    return [terrain, population]


def _write_raster(
    file: Path, values: Float32Array, affine: Affine, *, crs: str, nodata: float, content: str
) -> None:
    def write(aside: Path) -> None:
        with rasterio.open(
            aside, "w", driver="GTiff", height=values.shape[0], width=values.shape[1], count=1,
            dtype="float32", crs=crs, transform=affine, nodata=nodata, tiled=True,
            blockxsize=256, blockysize=256, compress="deflate", zlevel=3, predictor=3,
        ) as dataset:  # fmt: skip
            dataset.write(values, 1)
            dataset.update_tags(
                data_status=STATEMENT, content=content, TIFFTAG_IMAGEDESCRIPTION=STATEMENT
            )
            dataset.set_band_description(1, content)

    write_whole(file, write)


def _write_layers(folder: Path, world: _World) -> list[Path]:
    layers: dict[str, Features] = {
        "communes.geojson": [
            (outline.geographic, _commune_properties(outline)) for outline in world.outlines
        ],
        "roads.geojson": [(line, {"kind": kind}) for kind, line in world.roads.geographic],
        "power_lines.geojson": [(line, {"kind": kind}) for kind, line in world.power.geographic],
        "buildings.geojson": [
            (Point(home.longitude, home.latitude), {})
            for home in world.households
            if home.has_house
        ],
    }
    for name, features in layers.items():
        write_text(folder / name, _geojson(features))
    return [folder / name for name in layers]


def _commune_properties(outline: Outline) -> dict[str, str]:
    fact = outline.fact
    return {
        "code": fact.code,
        "name": fact.name,
        "vintage": facts.VINTAGE,
        "district": fact.district,
        "district_code": fact.district_code,
        "successor_code": fact.successor_code,
        "successor_name": fact.successor_name,
        "outline": "illustrative",
    }


def _geojson(features: Features) -> str:
    """Feature collection of RFC 7946 in WGS 84, one feature per line."""
    lines = [
        json.dumps(
            {
                "type": "Feature",
                "properties": {**properties, "data_status": STATEMENT},
                "geometry": mapping(shape),
            },
            ensure_ascii=False,
        )
        for shape, properties in features
    ]
    body = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def _write_tables(folder: Path, world: _World) -> list[Path]:
    villages, seed = world.villages, world.seed
    tables: dict[str, Sequence[dict[str, Any]]] = {
        "villages.csv": _village_rows(world),
        "facilities.csv": [asdict(facility) for facility in world.facilities],
        "towers.csv": [
            {field.name: getattr(sector, field.name) for field in fields(sector)}
            for sector in world.sectors
        ],
        "households.csv": [
            _household_row(home) for home in world.households if has_list(home.village.commune)
        ],
        "statistics.csv": records.official_figures(seed),
        "infrastructure.csv": records.infrastructure(
            villages, world.ground, world.roads, world.power, seed
        ),
        "offices.csv": records.offices(),
        "reported.csv": records.reported(villages, world.sectors, world.ground, seed),
        "indicators.csv": records.indicators(),
        "drive-test.csv": [asdict(sample) for sample in world.drive_test],
    }
    for name, rows in tables.items():
        write_text(folder / name, _csv(rows))
    return [folder / name for name in tables]


def _village_rows(world: _World) -> list[dict[str, Any]]:
    near_poor = records.near_poor_households(world.villages, world.seed)
    languages = records.village_languages(world.villages, world.seed)
    rows = []
    for village in world.villages:
        placed = village.village_id != records.UNPLACED
        rows.append(
            {
                "village_id": village.village_id,
                "name": village.name,
                "commune_code": village.commune.code,
                "commune": village.commune.name,
                "latitude": village.latitude if placed else None,
                "longitude": village.longitude if placed else None,
                "households": village.households,
                "population": village.population,
                "poor_households": village.poor_households,
                "near_poor_households": near_poor[village.village_id],
                "languages": languages[village.village_id],
                "source_note": village.note,
            }
        )
    return rows


def _household_row(home: Household) -> dict[str, Any]:
    return {
        "household_id": home.household_id,
        "village_id": home.village.village_id,
        "commune_code": home.village.commune.code,
        "latitude": home.latitude,
        "longitude": home.longitude,
        "postcode": POSTCODES[home.village.commune.code],
    }


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    """Table with a byte order mark, so that spreadsheets show Vietnamese; None is empty."""
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [*rows[0], "data_status"], lineterminator="\n")
    table.writeheader()
    for row in rows:
        shown = {
            name: f"{value:.6f}" if name in _DEGREES and value is not None else value
            for name, value in row.items()
        }
        table.writerow({**shown, "data_status": STATEMENT})
    return BYTE_ORDER_MARK + text.getvalue()


def _provenance(files: Sequence[Path], seed: int) -> str:
    record = {
        "data_status": STATEMENT,
        "statement": (
            "Invented for practice. Real are only the communes' names, codes, districts, "
            "successors and approximate positions, the numbers whose source a village's "
            "source_note names, and the rough position of towns, rivers and ranges. Terrain, "
            "outlines, villages, people, households, languages, official figures of all communes "
            "but Dìn Chin, reports, infrastructure, offices, appraisals, postcodes, roads, power "
            "lines, facilities, operators and sites describe nothing that exists. Nothing is "
            "placed beyond an illustrative northern limit, which is no boundary."
        ),
        "statement_vi": (
            "Dữ liệu mô phỏng để thực hành. Chỉ có tên, mã, huyện, đơn vị kế thừa và vị trí gần "
            "đúng của các xã là thật, cùng các số liệu có ghi nguồn. Địa hình, ranh giới, thôn, "
            "dân số, hộ, ngôn ngữ, số liệu thống kê (trừ Dìn Chin), danh sách phản ánh, hạ tầng, "
            "trụ sở, kết quả thẩm định, mã bưu chính, đường, điện, cơ sở, nhà mạng và trạm đều là "
            "giả định."
        ),
        "generator": "phusong practice study",
        "generator_version": GENERATOR_VERSION,
        "seed": seed,
        "crs": facts.CRS,
        "bounds": [facts.WEST, facts.SOUTH, facts.EAST, facts.NORTH],
        "vintage": facts.VINTAGE,
        "sources": {
            "codes and names": "General Statistics Office, list of 4 January 2025",
            "successors": "resolution 1673/NQ-UBTVQH15 of 16 June 2025",
            "positions": "map-service geocodes, uncertain by about 2 km",
            "areas": "simplified outlines of 2009",
        },
        "files": {file.name: sha256_of(file) for file in files},
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
