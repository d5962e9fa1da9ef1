"""Schools, clinics, commune offices, loudspeaker clusters and postal points of the communes."""

from dataclasses import dataclass

import numpy as np

from phusong.sources.practice.fields import generator
from phusong.sources.practice.settlements import Village

SCHOOLS = (2, 4)
LOUDSPEAKERS = (2, 6)
WITHOUT_POSTAL_POINT = frozenset({"02722", "02794", "03076"})
NEAR_DEG = (0.0004, 0.0014)
"""Facilities stand 40 to 150 m from the middle of their village."""


@dataclass(frozen=True, slots=True)
class Facility:
    """A place of one commune that needs a signal.

    Parameters
    ----------
    facility_id, kind, name
        Identity; kind is school, clinic, commune_office, loudspeaker or
        postal_point.
    commune_code
        Official code of the commune.
    latitude, longitude
        WGS 84, rounded to 6 decimals [deg].
    """

    facility_id: str
    kind: str
    name: str
    commune_code: str
    latitude: float
    longitude: float


def practice_facilities(villages: tuple[Village, ...], seed: int) -> tuple[Facility, ...]:
    """Facilities of every commune: office and clinic at the seat, the rest in villages.

    Parameters
    ----------
    villages
        All villages, the seat of each commune first.
    seed
        Seed of the practice study, >= 0.

    Returns
    -------
    tuple of Facility
        Commune by commune.
    """
    facilities: list[Facility] = []
    for code in dict.fromkeys(village.commune.code for village in villages):
        own = [village for village in villages if village.commune.code == code]
        facilities.extend(_of_commune(own, generator(seed, f"facilities {code}")))
    return tuple(facilities)


def _of_commune(villages: list[Village], rng: np.random.Generator) -> list[Facility]:
    code, commune = villages[0].commune.code, villages[0].commune.name
    by_size = sorted(villages, key=lambda village: (-village.population, village.village_id))
    schools = int(rng.integers(SCHOOLS[0], SCHOOLS[1], endpoint=True))
    speakers = int(rng.integers(LOUDSPEAKERS[0], LOUDSPEAKERS[1], endpoint=True))
    places = [
        ("commune_office", "O", "Trụ sở xã", villages[:1]),
        ("clinic", "C", "Trạm y tế", villages[:1]),
        ("school", "S", "Trường học", by_size[:schools]),
        ("loudspeaker", "L", "Cụm loa", by_size[:speakers]),
        ("postal_point", "P", "Điểm bưu điện - văn hóa xã",
         [] if code in WITHOUT_POSTAL_POINT else villages[:1]),
    ]  # fmt: skip
    facilities = []
    for kind, letter, word, hosts in places:
        for number, host in enumerate(hosts, 1):
            away = rng.uniform(*NEAR_DEG)
            turn = rng.uniform(0.0, 2.0 * np.pi)
            label = f"{word} {number} {commune}" if len(hosts) > 1 else f"{word} {commune}"
            facilities.append(
                Facility(
                    facility_id=f"{code}-{letter}{number}",
                    kind=kind,
                    name=label,
                    commune_code=code,
                    latitude=round(host.latitude + float(away * np.cos(turn)), 6),
                    longitude=round(host.longitude + float(away * np.sin(turn)), 6),
                )
            )
    return facilities
