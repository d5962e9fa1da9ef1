"""What a household can use now, and how a village can be told something."""

from collections.abc import Mapping

import pandas as pd

from phusong.analysis.gaps import CLASS_NAMES, COVERED, MARGINAL, NO_SIGNAL, UNKNOWN
from phusong.analysis.loudspeakers import KIND
from phusong.analysis.reach import ANY
from phusong.geo.places import Communes

COUNTED = ("households", "poor_households", "near_poor_households")
WAYS: Mapping[tuple[bool, bool], str] = {
    (True, True): "mobile and loudspeaker",
    (True, False): "mobile",
    (False, True): "loudspeaker",
    (False, False): "neither",
}
"""By a mobile signal at the village centre, and by a loudspeaker cluster nearest to it."""
ALL_LANGUAGES, NOT_SAID = "all", "not said"


def support_table(villages: pd.DataFrame, communes: Communes, technology: str) -> pd.DataFrame:
    """Households by the signal at their village's centre: a subsidy helps now, or build first.

    Parameters
    ----------
    villages
        Villages with their classes, ``households`` and, where known, ``poor_households`` and
        ``near_poor_households``.
    communes
        The communes.
    technology
        Technology that devices and services need.

    Returns
    -------
    pandas.DataFrame
        One row per commune: ``villages``; and of villages, households, poor and near-poor
        households the number ``_covered`` (devices and service are of use now), ``_marginal``,
        ``_no_signal`` (build first) and ``_signal_unknown``; ``villages_without_…`` counts the
        villages that give no such number and are in none of its sums.
    """
    classes = villages[f"{ANY}_{technology.lower()}_class"]
    known = [name for name in COUNTED if name in villages.columns]
    rows = []
    for code, commune in communes.names.items():
        inside = villages["commune_code"] == code
        row: dict[str, object] = {"commune_code": code, "commune": commune}
        row |= {"vintage": communes.vintage, "villages": int(inside.sum())}
        for value, end in (
            (COVERED, "covered"), (MARGINAL, "marginal"), (NO_SIGNAL, "no_signal"),
            (UNKNOWN, "signal_unknown"),
        ):  # fmt: skip
            here = inside & (classes == CLASS_NAMES[value])
            row[f"villages_{end}"] = int(here.sum())
            row |= {f"{name}_{end}": float(villages.loc[here, name].sum()) for name in known}
        row |= {f"villages_without_{n}": int(villages.loc[inside, n].isna().sum()) for n in known}
        rows.append(row)
    return pd.DataFrame(rows)


def information_ways(
    villages: pd.DataFrame, facilities: pd.DataFrame, technology: str
) -> pd.Series:
    """How each village can be told something: by mobile, by loudspeaker, by both or by neither.

    Parameters
    ----------
    villages
        Villages with their classes.
    facilities
        Facilities with ``kind`` and the nearest ``village_id``.
    technology
        Technology that reaches a handset.

    Returns
    -------
    pandas.Series
        ``mobile and loudspeaker``, ``mobile``, ``loudspeaker``, ``neither``, or ``unknown``
        where the signal at the centre is not known and no cluster is near.
    """
    classes = villages[f"{ANY}_{technology.lower()}_class"]
    mobile = classes == CLASS_NAMES[COVERED]
    near = set(facilities.loc[facilities["kind"] == KIND, "village_id"])
    loud = villages["village_id"].isin(near)
    ways = [WAYS[bool(m), bool(n)] for m, n in zip(mobile, loud, strict=True)]
    found = pd.Series(ways, index=villages.index, dtype="object")
    return found.mask((classes == CLASS_NAMES[UNKNOWN]) & ~loud, "unknown")


def information_table(villages: pd.DataFrame, communes: Communes) -> pd.DataFrame:
    """Count villages by how they can be told something, and in which languages.

    Parameters
    ----------
    villages
        Villages with ``information_by``, ``population`` and, where known, ``languages``,
        separated by semicolons.
    communes
        The communes.

    Returns
    -------
    pandas.DataFrame
        One row per commune and ``language``: ``all`` first, then each that is spoken there, most
        villages first, then ``not said``. A village counts once for each of its languages:
        ``villages``, those of each way (``villages_by_…``), and ``people`` of them, with
        ``villages_without_population`` that are in no sum of people.
    """
    rows = [
        {"commune_code": code, "commune": communes.names[code], "vintage": communes.vintage}
        | _told(language, villages[group])
        for code, groups in languages_by_commune(villages, communes).items()
        for language, group in groups.items()
    ]
    return pd.DataFrame(rows)


def languages_by_commune(
    villages: pd.DataFrame, communes: Communes
) -> dict[str, dict[str, "pd.Series[bool]"]]:
    """Which villages speak which language.

    Parameters
    ----------
    villages
        Villages with ``commune_code`` and, where known, ``languages``.
    communes
        The communes.

    Returns
    -------
    dict
        By commune and language, in the order of :func:`information_table`: whether each village
        belongs there.
    """
    spoken = villages["languages"] if "languages" in villages else pd.Series("", villages.index)
    lists = spoken.fillna("").map(lambda text: [w.strip() for w in text.split(";") if w.strip()])
    found = {}
    for code in communes.codes:
        inside = villages["commune_code"] == code
        counted = lists[inside].explode().value_counts()
        languages = sorted(counted.index, key=lambda word: (-counted[word], word))
        groups = {ALL_LANGUAGES: inside}
        groups |= {
            word: inside & lists.map(lambda own, word=word: word in own) for word in languages
        }
        unsaid = inside & (lists.map(len) == 0)
        if languages and unsaid.any():
            groups[NOT_SAID] = unsaid
        found[code] = groups
    return found


def _told(language: str, villages: pd.DataFrame) -> dict[str, object]:
    ways = {
        f"villages_by_{way.replace(' ', '_')}": int((villages["information_by"] == way).sum())
        for way in (*WAYS.values(), "unknown")
    }
    return {
        "language": language, "villages": len(villages), **ways,
        "people": float(villages["population"].sum()),
        "villages_without_population": int(villages["population"].isna().sum()),
    }  # fmt: skip
