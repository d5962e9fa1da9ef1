"""Reading official figures by commune: population, households, poverty."""

import warnings

import pandas as pd

from phusong.errors import DataError, DataWarning
from phusong.geo.people import OfficialFigures
from phusong.geo.places import Communes
from phusong.sources.lists import read_text_table
from phusong.sources.tables import Columns, Number, Text, checked
from phusong.study import StatisticsInput, Study

KEY = "inputs.statistics"
POVERTY = (
    "poor_households", "near_poor_households", "poor_rate_percent", "near_poor_rate_percent",
    "poor_and_near_poor_rate_percent",
)  # fmt: skip
_RATE = Number(0, 100, "%", remedy="give a percentage or leave the cell empty")
_COUNT = Number(0, 1e7, "", remedy="give a number or leave the cell empty")
COLUMNS: Columns = {
    "commune_code": Text(required=True, remedy="give the official code, with its zeros"),
    "vintage": Text(),
    "year": Number(1900, 2100, "year", required=True, remedy="say which year the figures are of"),
    "year_status": Text(),
    "population": _COUNT,
    "households": _COUNT,
    "poverty_standard": Text(),
    "poor_households": _COUNT,
    "near_poor_households": _COUNT,
    "poor_rate_percent": _RATE,
    "poor_rate_relation": Text(allowed=("eq", "gt", "lt"), remedy="write eq, gt, lt or nothing"),
    "near_poor_rate_percent": _RATE,
    "poor_and_near_poor_rate_percent": _RATE,
    "source": Text(required=True, remedy="say where the figures are from"),
}


def read_statistics(section: StatisticsInput, study: Study, communes: Communes) -> OfficialFigures:
    """Read official figures of the study's communes.

    Parameters
    ----------
    section
        A table with one row per commune, year and source: ``commune_code``, ``year``,
        ``source``, and where known ``population``, ``households``, ``poor_households``,
        ``near_poor_households``, ``poor_rate_percent`` (``poor_rate_relation`` gt for "more
        than"), ``near_poor_rate_percent``, ``poor_and_near_poor_rate_percent``. Figures of
        poverty need their ``poverty_standard``: one commune had 28.5 % poor by the old and
        69.7 % by the new one.
    study
        The vintage of the codes.
    communes
        The communes.

    Returns
    -------
    OfficialFigures
        The rows of the study's communes.

    Raises
    ------
    DataError
        A column or value is missing or impossible, a poverty figure has no standard, the
        vintage is another one, or two rows say different things about the same year.

    Warns
    -----
    DataWarning
        Rows are of communes that the study does not ask about.
    """
    file = study.path(section.file)
    table = read_text_table(file, encoding=section.encoding, key=KEY)
    frame = checked(table, COLUMNS, file=file)
    faults = [
        f"{file.name} row {line}: {fault}"
        for line, row in zip(frame.index, frame.to_dict("records"), strict=True)
        if (fault := _fault(row, study))
    ]
    if faults:
        raise DataError("\n".join(faults))
    strangers = ~frame["commune_code"].isin(communes.codes)
    if strangers.any():
        warnings.warn(
            f"{file.name}: {int(strangers.sum())} rows are of communes that the study does not ask "
            f"about (first: row {frame.index[strangers][0]}) and are left out",
            DataWarning,
            stacklevel=2,
        )
    own = frame[~strangers].drop(columns="vintage").astype({"year": "int64"})
    _refuse_contradictions(own, file.name)
    return OfficialFigures(
        own.rename_axis("row").reset_index(), study.area.vintage, section.poverty_standard
    )


def with_village_sums(
    figures: OfficialFigures | None, villages: pd.DataFrame, study: Study, communes: Communes
) -> OfficialFigures | None:
    """Add the sums over villages where a commune has no official figure of its own.

    Parameters
    ----------
    figures
        Official figures by commune; None where there are none.
    villages
        All villages, placed or not, with ``commune_code``, ``population`` and ``households``.
    study
        Says in ``inputs.villages.official_year`` whether their numbers are official, and of when.
    communes
        The communes.

    Returns
    -------
    OfficialFigures or None
        As given where the list of villages is not official. A commune of which one village has
        no number gets no sum.
    """
    section = study.inputs.villages
    if section is None or section.official_year is None:
        return figures
    rows = []
    for code in communes.codes:
        own = villages[villages["commune_code"] == code]
        sums = {
            name: float(own[name].sum())
            for name in ("population", "households")
            if len(own) and own[name].notna().all() and not _has(figures, code, name)
        }
        if sums:
            rows.append(
                {
                    "row": 0, "commune_code": code, "year": section.official_year,
                    "year_status": "sum", "poverty_standard": "", "poor_rate_relation": "",
                    "source": f"{section.source} (tổng {len(own)} thôn / {len(own)} villages)",
                    **sums,
                }
            )  # fmt: skip
    columns = ["row", *(name for name in COLUMNS if name != "vintage")]
    if not rows:
        return figures
    if figures is None:
        return OfficialFigures(pd.DataFrame(rows, columns=columns), study.area.vintage)
    whole = pd.concat([figures.rows, pd.DataFrame(rows)], ignore_index=True)
    return OfficialFigures(whole, figures.vintage, figures.poverty_standard)


def _has(figures: OfficialFigures | None, code: str, name: str) -> bool:
    if figures is None:
        return False
    own = figures.rows[figures.rows["commune_code"] == code]
    return bool(own[name].notna().any())


def _fault(row: dict[str, object], study: Study) -> str:
    if row["vintage"] not in {"", study.area.vintage}:
        return (
            f"vintage = {row['vintage']!r}, the study's is {study.area.vintage}; the same code may "
            "mean another commune, so give the figures by the communes of the study"
        )
    poverty = [key for key in POVERTY if not pd.isna(row[key])]
    if poverty and not row["poverty_standard"]:
        return (
            f"{', '.join(poverty)} without poverty_standard; rates of different standards are "
            "never mixed, so name the standard"
        )
    households = row["households"]
    for key in ("poor_households", "near_poor_households"):
        if not pd.isna(households) and not pd.isna(row[key]) and row[key] > households:  # type: ignore[operator]
            return f"{key} = {row[key]:g} is more than households = {households:g}"
    return ""


def _refuse_contradictions(frame: pd.DataFrame, name: str) -> None:
    """Two rows of one commune and year may add to each other, not contradict."""
    for key in ("population", "households"):
        known = frame[frame[key].notna()]
        groups = known.groupby(["commune_code", "year"])[key]
        for (code, year), values in groups:
            if (values != values.iloc[0]).any():
                rows = ", ".join(map(str, values.index))
                shown = ", ".join(f"{v:g}" for v in values)
                raise DataError(
                    f"{name} rows {rows}: commune {code} has {key} {shown} in {year}; keep the one "
                    "that counts"
                )
    known = frame[frame["poverty_standard"] != ""]
    twins = known.duplicated(["commune_code", "year", "poverty_standard"], keep=False)
    if twins.any():
        rows = ", ".join(map(str, known.index[twins][:10]))
        raise DataError(
            f"{name} rows {rows}: the same commune, year and poverty standard stands twice; keep "
            "the one that counts"
        )
