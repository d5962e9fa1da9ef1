"""What a commune's page says in sentences: who has no signal, and what would change it."""

import pandas as pd

from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import LOM_SONG, TRANG_SONG, UNDECIDED, WITH_SIGNAL
from phusong.reporting.facts import Bilingual, same
from phusong.reporting.findings import nobody_is_without
from phusong.reporting.ranges import SURE_PERCENT, ends_of
from phusong.reporting.study_facts import StudyFacts
from phusong.reporting.wording import amount, said

VERDICT_WORDS = {
    TRANG_SONG: said("no signal"),
    LOM_SONG: said("none in a part"),
    WITH_SIGNAL: said("with signal"),
    UNDECIDED: said("unknown"),
}
STATUS_WORDS = {
    "met": said("met"),
    "not_met": said("not met"),
    "unknown": said("unknown"),
}
_OPEN_PERCENT = (20.0, 80.0)
"""A verdict that holds in neither nearly all nor nearly none of the trials is open."""
_MOST_NAMES = 6


def villages_of(facts: StudyFacts, code: str) -> pd.DataFrame:
    """Villages of a commune, in the order of their identifiers.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    pandas.DataFrame
        Rows of the table of villages.
    """
    table = facts.gaps.villages
    if "commune_code" not in table:
        return table.iloc[:0]
    own = table[table["commune_code"] == code]
    return own.sort_values("village_id", kind="stable").reset_index(drop=True)


def options_of(facts: StudyFacts, code: str) -> pd.DataFrame:
    """Ranked options that stand in a commune or cover the centre of a village of it.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    pandas.DataFrame
        Rows of the ranking. A village whose name occurs in several communes tells nothing.
    """
    ranked = facts.ranked
    if ranked.empty:
        return ranked
    names = facts.gaps.villages["name"] if "name" in facts.gaps.villages else pd.Series(dtype=str)
    single = set(names[~names.duplicated(keep=False)])
    own = set(villages_of(facts, code).get("name", pd.Series(dtype=str))) & single
    covers = ranked["villages"].fillna("").map(lambda text: bool(own & set(text.split("; "))))
    return ranked[covers | (ranked["commune_code"] == code)].reset_index(drop=True)


def commune_findings(facts: StudyFacts, code: str) -> tuple[Bilingual, ...]:
    """Who has no signal in a commune.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    tuple of Bilingual
        One sentence each.
    """
    row = facts.commune_row(code)
    silent, people = float(row["people_no_signal"]), float(row["people"])
    ends = ends_of(row, "people_no_signal")
    between = same("")
    if ends is not None:
        between = said(
            " ({SURE_PERCENT} % interval: {low} to {high})",
            SURE_PERCENT=SURE_PERCENT,
            low=amount(ends.low),
            high=amount(ends.high),
        )
    technology, area_km2 = facts.technology, float(row["area_no_signal_km2"])
    if people and not silent and (ends is None or not ends.high):
        return (nobody_is_without(people, 1, area_km2, technology),)
    return (
        said(
            "As modelled, about {silent}{between} of the commune's {people} people have"
            " no {technology} signal of any operator outdoors; there is none on "
            "{area_no_signal_km} of {area_km} km².",
            silent=amount(silent),
            between=between,
            people=amount(people),
            technology=technology,
            area_no_signal_km=amount(area_km2, 1),
            area_km=amount(float(row["area_km2"]), 1),
        ),
    )


def what_would_change(facts: StudyFacts, code: str) -> tuple[Bilingual, ...]:
    """What would change the picture of a commune: levels, measurements, a site, missing data.

    Parameters
    ----------
    facts
        What the reader may see.
    code
        The commune.

    Returns
    -------
    tuple of Bilingual
        One sentence each; none where nothing of the kind is known.
    """
    return (
        *_level_words(facts, code),
        *_measure_words(facts, code),
        *_site_words(facts, code),
        *_missing_words(facts, code),
    )


def _level_words(facts: StudyFacts, code: str) -> list[Bilingual]:
    """Village centres that a common error of the model would turn."""
    villages = villages_of(facts, code)
    column = f"{ANY}_{facts.technology.lower()}_margin_db"
    if column not in villages or villages.empty:
        return []
    error = facts.study.planning.stability.common_error.value
    margin = villages[column].astype("float64")
    gain = villages["name"][(margin < 0) & (margin >= -error)]
    lose = villages["name"][(margin >= 0) & (margin < error)]
    return [
        said(
            "Were all levels {error} dB above the model, {gain} more village centres would have "
            "a signal{gain_names}; {error} dB below, {lose} would lose theirs{lose_names}.",
            error=amount(error, 1),
            gain=len(gain),
            gain_names=_names(gain),
            lose=len(lose),
            lose_names=_names(lose),
        )
    ]


def _measure_words(facts: StudyFacts, code: str) -> list[Bilingual]:
    """Villages of which trials disagree: measurements would decide them."""
    villages = villages_of(facts, code)
    column = f"{ANY}_{facts.technology.lower()}_trang_song_percent"
    if column not in villages or villages.empty:
        return []
    share = villages[column].astype("float64")
    unsure = villages["name"][(share > _OPEN_PERCENT[0]) & (share < _OPEN_PERCENT[1])]
    if unsure.empty:
        return [said("At the village centres the verdict hardly changes between trials.")]
    return [
        said(
            "Measure first at the {count} village centres of which the trials disagree{names}.",
            count=len(unsure),
            names=_names(unsure),
        )
    ]


def _site_words(facts: StudyFacts, code: str) -> list[Bilingual]:
    """What the best-ranked option that serves the commune would do."""
    if facts.priorities is None:
        return []
    options = options_of(facts, code)
    if options.empty:
        return [said("No ranked option covers a village centre of the commune.")]
    first = options.iloc[0]
    own = set(villages_of(facts, code)["name"]) & set(str(first["villages"]).split("; "))
    white = float(first["people_white_zone"])
    return [
        said(
            "Rank {rank} ({operator}, in or near {commune}) would cover {own} village "
            "centres of the commune, and bring a first signal to about {white} people, "
            "those of other communes included.",
            rank=first["rank"],
            operator=first["operator"],
            commune=first["commune"],
            own=len(own),
            white=amount(white),
        )
    ]


def _missing_words(facts: StudyFacts, code: str) -> list[Bilingual]:
    """Indicators of criterion 8 that cannot be judged yet."""
    table = facts.gaps.criterion8
    if "commune_code" not in table:
        return []
    own = table[table["commune_code"] == code]
    unknown = own["indicator"][own["status"] == "unknown"].astype(str)
    if unknown.empty:
        return []
    listed = ", ".join(unknown)
    return [
        said(
            "Criterion 8: {unknown} of {own} indicators cannot be judged ({listed}) for"
            " lack of the province's data; gaps/criterion8.csv says of which.",
            unknown=len(unknown),
            own=len(own),
            listed=listed,
        )
    ]


def _names(names: "pd.Series[str]") -> Bilingual:
    """A few names in brackets, and how many more."""
    if names.empty:
        return same("")
    shown, more = ", ".join(names.astype(str).head(_MOST_NAMES)), len(names) - _MOST_NAMES
    if more > 0:
        return said(" ({names} and {more} more)", names=shown, more=more)
    return same(f" ({shown})")
