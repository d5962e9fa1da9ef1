"""The sectors on the practice masts: what stands in a tower list, with a few gaps."""

from dataclasses import dataclass, replace

import numpy as np

from phusong.sources.practice.fields import generator
from phusong.sources.practice.masts import Mast

ROADSIDE_FIBRE_M, GRID_POWER_M = 500.0, 700.0
SHARED_WITHIN_M = 250.0
THIRD_PARTY = "Chủ trạm T"
FULL_BAND_MHZ = 20.0
BROKEN = (("commune", "A", "02737"), ("roadside", "B", ""))
"""Place, operator letter and commune of the sites that are out of order."""


@dataclass(frozen=True, slots=True)
class PracticeSector:
    """One row of the practice tower list; None is an empty cell.

    Parameters
    ----------
    site_id, operator, latitude, longitude
        The site [deg].
    mast_height_m
        Height of the mast above ground [m].
    sector_id
        The sector's own identity.
    antenna_height_m
        Height of the antenna above ground [m].
    technology, frequency_mhz, bandwidth_mhz
        Carrier [MHz].
    eirp_dbm
        Radiated power of the whole carrier in the main direction [dBm].
    azimuth_deg, electrical_tilt_deg, mechanical_tilt_deg, beamwidth_deg
        Main direction from true north, tilts below the horizon, horizontal width [deg].
    owner, status, backhaul, power_source
        Whose mast it is, whether it works, what it hangs on.
    """

    site_id: str
    operator: str
    latitude: float
    longitude: float
    mast_height_m: int | None
    sector_id: str
    antenna_height_m: int | None
    technology: str
    frequency_mhz: int
    bandwidth_mhz: int
    eirp_dbm: float | None
    azimuth_deg: int
    electrical_tilt_deg: int | None
    mechanical_tilt_deg: int | None
    beamwidth_deg: int
    owner: str
    status: str
    backhaul: str
    power_source: str


def practice_sectors(masts: tuple[Mast, ...], seed: int) -> tuple[PracticeSector, ...]:
    """Two or three sectors on every mast, a few of their fields unknown.

    Parameters
    ----------
    masts
        The sites.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of PracticeSector
        Site by site.
    """
    rng = generator(seed, "sectors")
    statuses = _statuses(masts)
    sectors: list[PracticeSector] = []
    for index, mast in enumerate(masts):
        hosts = [other for other in masts[:index] if _shares(mast, other)]
        sectors.extend(_site(mast, statuses[index], hosts, rng))
    return _with_gaps(sectors, rng)


def _statuses(masts: tuple[Mast, ...]) -> list[str]:
    """Existing, but for two that are broken and the last of each operator, which is planned."""
    statuses = []
    left = list(BROKEN)
    for index, mast in enumerate(masts):
        last = index + 1 == len(masts) or masts[index + 1].operator is not mast.operator
        trait = (mast.place, mast.operator.letter, mast.code)
        statuses.append("planned" if last else "broken" if trait in left else "existing")
        if trait in left:
            left.remove(trait)
    return statuses


def _shares(mast: Mast, other: Mast) -> bool:
    apart = np.hypot(mast.easting - other.easting, mast.northing - other.northing)
    return bool(apart < SHARED_WITHIN_M and other.operator is not mast.operator)


def _carrier(mast: Mast, rng: np.random.Generator) -> tuple[int, int]:
    """Frequency and bandwidth [MHz]: low bands in the country more often than in towns."""
    low_share, low_mhz = {"A": (0.35, 900), "B": (0.30, 900), "C": (0.60, 700)}[
        mast.operator.letter
    ]
    if mast.place != "town" and rng.random() < low_share:
        return low_mhz, 10
    wide = {"A": 20, "B": int(rng.choice([15, 20])), "C": 10}[mast.operator.letter]
    return 1800, wide


def _azimuths(mast: Mast, rng: np.random.Generator) -> list[int]:
    """Directions of the sectors, in steps of 5 degrees, the first towards the people."""
    two = mast.place != "town" and rng.random() < (0.5 if mast.operator.letter == "C" else 0.35)
    turns = [0.0, float(rng.integers(28, 41) * 5)] if two else [0.0, 120.0, 240.0]
    return [int(round((mast.people_azimuth_deg + turn) / 5.0) * 5) % 360 for turn in turns]


def _site(
    mast: Mast, status: str, hosts: list[Mast], rng: np.random.Generator
) -> list[PracticeSector]:
    site_id = f"{mast.operator.letter}-{mast.number:03d}"
    mast_height_m = int(rng.choice([24, 30, 36] if mast.place == "town" else [36, 42, 42, 45]))
    below_top_m = int(rng.integers(1, 4))
    frequency_mhz, bandwidth_mhz = _carrier(mast, rng)
    nominal = 61.5 if bandwidth_mhz == FULL_BAND_MHZ else 60.5
    tilts = (2, 9) if mast.place == "town" else (3, 8)
    fibre = mast.place == "town" or (mast.road_distance_m < ROADSIDE_FIBRE_M and rng.random() < 0.7)
    powers = ["grid", "grid+battery"] if mast.power_distance_m < GRID_POWER_M else ["solar"]
    owner = hosts[0].operator.name if hosts else mast.operator.name
    if not hosts and rng.random() < 0.15:
        owner = THIRD_PARTY
    power_source = str(rng.choice(powers))
    azimuths = _azimuths(mast, rng)
    return [
        PracticeSector(
            site_id=site_id,
            operator=mast.operator.name,
            latitude=mast.latitude,
            longitude=mast.longitude,
            mast_height_m=mast_height_m,
            sector_id=f"{site_id}-{number}",
            antenna_height_m=mast_height_m - below_top_m,
            technology="LTE",
            frequency_mhz=frequency_mhz,
            bandwidth_mhz=bandwidth_mhz,
            eirp_dbm=nominal + 0.5 * int(rng.integers(-1, 4)),
            azimuth_deg=azimuth,
            electrical_tilt_deg=int(rng.integers(*tilts)),
            mechanical_tilt_deg=int(rng.integers(0, 4)),
            beamwidth_deg=65 if len(azimuths) > 2 else 90,
            owner=owner,
            status=status,
            backhaul="fibre" if fibre else "microwave",
            power_source=power_source,
        )
        for number, azimuth in enumerate(azimuths, 1)
    ]


def _with_gaps(
    sectors: list[PracticeSector], rng: np.random.Generator
) -> tuple[PracticeSector, ...]:
    """Some cells left empty, so that defaults are needed."""
    sites = list(dict.fromkeys(sector.site_id for sector in sectors))
    unknown_masts = set(rng.choice(sites, size=4, replace=False).tolist())
    chances = {
        "antenna_height_m": 0.05,
        "eirp_dbm": 0.05,
        "electrical_tilt_deg": 0.08,
        "mechanical_tilt_deg": 0.05,
    }
    known = []
    for sector in sectors:
        gaps = {name for name, chance in chances.items() if rng.random() < chance}
        if sector.site_id in unknown_masts:
            gaps.add("mast_height_m")
        known.append(replace(sector, **dict.fromkeys(sorted(gaps), None)))  # type: ignore[arg-type]
    return tuple(known)
