"""What a province would add to maps: official figures, reports, infrastructure, offices."""

from collections.abc import Sequence

import numpy as np

from phusong.sources.practice.antennas import PracticeSector
from phusong.sources.practice.facts import COMMUNES, INVENTED, CommuneFact
from phusong.sources.practice.fields import generator
from phusong.sources.practice.ground import PLAN_CELL_M, Ground
from phusong.sources.practice.lines import Lines
from phusong.sources.practice.settlements import PEOPLE_PER_HOUSEHOLD, Village
from phusong.units import FloatArray

Rows = list[dict[str, object]]

NEW_STANDARD, OLD_STANDARD = "2022-2025", "2016-2020"
WITHOUT_FIGURES = frozenset({"02794"})
"""Communes of which no official population is given: they keep that of the raster."""
OFFICIAL_CHANGE = (-0.06, 0.11)
"""How far official populations lie from the raster, as a share."""
NEAR_POOR = (0.12, 0.30)
"""Near-poor households, as a share of those that are not poor."""

ROAD_M, GRID_M, FIBRE_M = 450.0, 700.0, 1200.0
"""Villages nearer than this have a road for cars, electricity of the grid, fibre along a road."""
NOT_SAID = 0.12
"""Share of answers about infrastructure that nobody gave."""
LANGUAGES = ("Mông", "Nùng", "Dao", "Giáy", "Phù Lá")

TRANG_M, LOM_M = 4500.0, 3200.0
"""Villages farther than this from every site are likely to be reported, wholly or in part."""
SLIPS = 0.15
"""Share of villages of which the list says something else."""
UNPLACED = "03076-12"
"""Village of which nobody gave coordinates."""

_LAN = ("yes", "yes", "yes", "", "no", "yes", "yes", "yes", "yes", "")
_CONNECTION = ("fibre", "microwave", "fibre", "", "mobile", "fibre", "copper", "fibre", "fibre",
               "none")  # fmt: skip
"""By commune, in the order of the facts; empty where nobody said."""


def near_poor_households(villages: tuple[Village, ...], seed: int) -> dict[str, int]:
    """Near-poor households of each village.

    Parameters
    ----------
    villages
        All villages.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    dict
        By ``village_id``; with the poor ones never more than all of them.
    """
    found = {}
    for fact in COMMUNES:
        rng = generator(seed, f"near poor {fact.code}")
        for village in (v for v in villages if v.commune is fact):
            others = village.households - village.poor_households
            found[village.village_id] = int(np.floor(others * rng.uniform(*NEAR_POOR)))
    return found


def village_languages(villages: tuple[Village, ...], seed: int) -> dict[str, str]:
    """Languages spoken in each village, the most common one first; empty where nobody said.

    Parameters
    ----------
    villages
        All villages.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    dict
        By ``village_id``, separated by semicolons.
    """
    found = {}
    for fact in COMMUNES:
        rng = generator(seed, f"languages {fact.code}")
        weight = np.array([0.62, 0.14, 0.12, 0.07, 0.05])
        for village in (v for v in villages if v.commune is fact):
            count = 1 + int(rng.random() < 0.35)
            chosen = rng.choice(len(LANGUAGES), count, replace=False, p=weight)
            said = rng.random() >= NOT_SAID
            words = "; ".join(LANGUAGES[k] for k in chosen)
            found[village.village_id] = f"{words}; Việt" if said else ""
    return found


def official_figures(seed: int) -> Rows:
    """Official population, households and poverty of the communes.

    Parameters
    ----------
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    list of dict
        One row per commune and year; Dìn Chin has its published figures, by both standards.
    """
    rows: Rows = []
    for fact in COMMUNES:
        rng = generator(seed, f"official {fact.code}")
        change = 1.0 + float(rng.uniform(*OFFICIAL_CHANGE))
        if fact.code in WITHOUT_FIGURES:
            rows.append(_figure(fact, poor=round(fact.poor_percent, 1)))
        elif fact.households is not None:
            rows += _published(fact)
        else:
            population = round(fact.population * change)
            rows.append(
                _figure(
                    fact,
                    population=population,
                    households=round(population / PEOPLE_PER_HOUSEHOLD),
                    poor=round(fact.poor_percent, 1),
                )
            )
    return rows


def _figure(
    fact: CommuneFact,
    *,
    population: int | None = None,
    households: int | None = None,
    poor: float,
) -> dict[str, object]:
    return _row(
        fact, population=population, households=households, poverty_standard=NEW_STANDARD,
        poor_rate_percent=poor, source=INVENTED,
    )  # fmt: skip


def _published(fact: CommuneFact) -> Rows:
    """The two reviews of Dìn Chin: rates of two standards, which are never mixed."""
    return [
        _row(
            fact, year=2021, households=713, poverty_standard=NEW_STANDARD, poor_households=497,
            near_poor_households=176, poor_rate_percent=69.71, near_poor_rate_percent=24.68,
            source="th389.vn",
        ),
        _row(
            fact, year=2021, year_status="approximate", population=3830,
            poverty_standard=OLD_STANDARD, poor_households=202, near_poor_households=329,
            poor_rate_percent=28.53, near_poor_rate_percent=46.47, source="baophapluat.vn",
        ),
    ]  # fmt: skip


def _row(fact: CommuneFact, **given: object) -> dict[str, object]:
    columns = (
        "year_status", "population", "households", "poverty_standard", "poor_households",
        "near_poor_households", "poor_rate_percent", "near_poor_rate_percent", "source",
    )  # fmt: skip
    return {
        "commune_code": fact.code, "commune": fact.name, "year": given.get("year", 2024),
        **{name: given.get(name) for name in columns},
    }  # fmt: skip


def infrastructure(
    villages: tuple[Village, ...], ground: Ground, roads: Lines, power: Lines, seed: int
) -> Rows:
    """What villages have, by their distance to roads and power lines; some of it unknown.

    Parameters
    ----------
    villages
        All villages.
    ground
        Cells of the distances.
    roads, power
        Networks.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    list of dict
        One row per village, ``yes``, ``no`` or empty.
    """
    rng = generator(seed, "infrastructure")
    rows: Rows = []
    for village in villages:
        cell = ground.cell_at(village.latitude, village.longitude)
        to_road, to_main, to_power = (
            float(field.ravel()[cell])
            for field in (roads.distance_m, roads.main_distance_m, power.distance_m)
        )
        fibre = to_main < FIBRE_M
        answers = {
            "fibre": fibre,
            "fixed_broadband": fibre and bool(rng.random() < 0.7),
            "grid": to_power < GRID_M,
            "road": to_road < ROAD_M,
        }
        said = rng.random(len(answers)) >= NOT_SAID
        rows.append(
            {
                "village_id": village.village_id,
                "name": village.name,
                **{
                    what: ("yes" if has else "no") if known else ""
                    for (what, has), known in zip(answers.items(), said, strict=True)
                },
            }
        )
    return rows


def offices() -> Rows:
    """Networks and connections of the communes' offices, some of them not known.

    Returns
    -------
    list of dict
        One row per commune of which somebody said something.
    """
    return [
        {
            "commune_code": fact.code, "commune": fact.name, "lan": lan, "connection": connection,
            "date": "2024-10-15", "evidence": INVENTED,
        }
        for fact, lan, connection in zip(COMMUNES, _LAN, _CONNECTION, strict=True)
        if lan or connection
    ]  # fmt: skip


def indicators() -> Rows:
    """What people found about criterion 8 in some communes.

    Returns
    -------
    list of dict
        One row per commune and indicator.
    """
    found = (
        ("02764", "8.1", "met"), ("02764", "8.4", "met"), ("02791", "8.4", "met"),
        ("02842", "8.2", "not_met"), ("02842", "8.4", "not_met"), ("02722", "8.3", "met"),
        ("03076", "8.4", "met"),
    )  # fmt: skip
    names = {fact.code: fact.name for fact in COMMUNES}
    return [
        {
            "commune_code": code, "commune": names[code], "indicator": indicator,
            "status": status, "evidence": INVENTED, "appraiser": "Tổ thẩm định (giả định)",
            "date": "2024-11-20",
        }
        for code, indicator, status in found
    ]  # fmt: skip


def reported(
    villages: tuple[Village, ...], sectors: Sequence[PracticeSector], ground: Ground, seed: int
) -> Rows:
    """A list of villages without signal as communes send it: mostly right, with its slips.

    Parameters
    ----------
    villages
        All villages.
    sectors
        The tower list.
    ground
        Its CRS.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    list of dict
        Villages reported without signal, wholly or in part, a few with one; one name is spelled
        like that of a commune elsewhere, and one is of no village.
    """
    rng = generator(seed, "reported")
    rows: Rows = []
    for village, away_m in zip(villages, _to_site_m(villages, sectors, ground), strict=True):
        likely = "trắng sóng" if away_m > TRANG_M else "lõm sóng" if away_m > LOM_M else ""
        slip, other, day = rng.random(), int(rng.integers(3)), int(rng.integers(1, 29))
        state = ("trắng sóng", "lõm sóng", "có sóng")[other] if slip < SLIPS else likely
        if state:
            rows.append(_report(village, state, day))
    rows += _of_one_operator(villages, rng)
    rows.append(_stranger("02791", "Thôn 5 La Pán Tẩn"))
    rows.append(_stranger("02737", "Thôn 15 Pa Cheo"))
    return rows


def _to_site_m(
    villages: tuple[Village, ...], sectors: Sequence[PracticeSector], ground: Ground
) -> FloatArray:
    """Distance of each village to the nearest site that works [m]."""
    working = [sector for sector in sectors if sector.status == "existing"]
    cols = ground.grid.shape[1]
    cells = (
        np.array([ground.cell_at(p.latitude, p.longitude) for p in places])
        for places in (villages, working)
    )
    here, there = (np.divmod(cell, cols) for cell in cells)
    down = here[0][:, None] - there[0][None, :]
    across = here[1][:, None] - there[1][None, :]
    return np.asarray(PLAN_CELL_M * np.hypot(down, across).min(axis=1))


def _report(village: Village, state: str, day: int, *, operator: str = "") -> dict[str, object]:
    return {
        "village": village.name, "commune_code": village.commune.code,
        "commune": village.commune.name, "district": village.commune.district,
        "operator": operator, "state": state, "date": f"{day:02d}/10/2024",
    }  # fmt: skip


def _of_one_operator(villages: tuple[Village, ...], rng: np.random.Generator) -> Rows:
    """What subscribers of one operator say about some villages."""
    chosen = np.sort(rng.choice(len(villages), 8, replace=False))
    states = rng.choice(2, chosen.size, p=(0.7, 0.3))
    return [
        _report(villages[k], ("trắng sóng", "có sóng")[s], 30, operator="Nhà mạng A")
        for k, s in zip(chosen, states, strict=True)
    ]


def _stranger(code: str, name: str) -> dict[str, object]:
    village = {fact.code: fact for fact in COMMUNES}[code]
    return {
        "village": name, "commune_code": code, "commune": village.name,
        "district": village.district, "operator": "", "state": "trắng sóng",
        "date": "30/10/2024",
    }  # fmt: skip
