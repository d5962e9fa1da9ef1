"""Measurements: drive and walk tests, crowd-sourced samples, the regulator's records.

Nothing is averaged in silence. A row that cannot be true is left out, counted under its reason, and
the first one is named; a row that says that there was no service is kept, as what it is.
"""

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import DataError, DataWarning
from phusong.sources.header import refuse_wide
from phusong.sources.lists import read_list
from phusong.sources.measurement_columns import (
    KEY,
    named,
    neighbours,
    operators,
    strangers,
    technologies,
)
from phusong.sources.towers_workbook import WORKBOOK_SUFFIXES
from phusong.study import MeasurementInput, Study
from phusong.units import BoolArray

LOWEST_DBM, HIGHEST_DBM = -160.0, -20.0
"""Levels that a handset can report."""
COARSE_DEGREES = 0.01
FASTEST_M_S = 100.0
WORST_ACCURACY_M = 100.0
MOST_JUMPS = 0.05
"""A file in which a larger part of the steps are jumps is of several telephones."""
FEW = 0.2
"""A file of which a larger part cannot be true is refused."""
_NO_LEVEL = "no level, and not said to be without service"
_JUMP = "a jump that no car makes"
_UNIT = r"(?i)\s*dBm\s*$"
EARTH_M = 6_371_000.0
MISSING = frozenset({"", "-", "nan", "na", "n/a", "null", "none", "2147483647"})
TIME_FORMATS = (
    "%Y.%m.%d_%H.%M.%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S",
)  # fmt: skip


@dataclass(frozen=True)
class Measurements:
    """Measurements that can be used, and what became of the others.

    Parameters
    ----------
    frame
        Columns ``latitude``, ``longitude`` [degrees, WGS 84], ``time`` (as the file has it,
        without zone), ``operator`` (name in the study), ``technology`` (key in the study),
        ``level_dbm`` (NaN where there was no service), ``cell_id``, ``file``, and ``line``, the
        row of that file.
    left_out
        Rows that are not used: reason, number of rows, and the first of them.
    remarks
        What was noticed of the rows that are used.
    """

    frame: pd.DataFrame
    left_out: pd.DataFrame
    remarks: tuple[str, ...]


def read_measurements(sections: Iterable[MeasurementInput], study: Study) -> Measurements:
    """Read every file of measurements that a study names.

    Parameters
    ----------
    sections
        The files, with what they do not say themselves.
    study
        Its operators and technologies.

    Returns
    -------
    Measurements
        All of them together, in the order of the files.

    Raises
    ------
    DataError
        A file cannot be read, a column is missing, or a large part of it cannot be true.

    Warns
    -----
    DataWarning
        Rows were left out.
    """
    frames, left, remarks = [], [], []
    for section in sections:
        file = study.path(section.file)
        frame, reasons, noticed = _read_one(file, section, study)
        frames.append(frame)
        left.append(reasons)
        remarks += noticed
    together = pd.concat(frames, ignore_index=True)
    twins = (
        together.duplicated(
            subset=[
                "latitude",
                "longitude",
                "time",
                "operator",
                "technology",
                "cell_id",
                "level_dbm",
            ]
        ).to_numpy()
        & (together["time"] != "").to_numpy()
    )
    if twins.any():
        first = together.index[twins][0]
        left.append(
            pd.DataFrame(
                [{"file": together["file"][first], "reason": "the same sample twice",
                  "rows": int(twins.sum()),
                  "first": f"row {together['line'][first]}: {_quoted(together, first)}"}]
            )
        )  # fmt: skip
    table = pd.concat(left, ignore_index=True)
    if len(table):
        reasons = "; ".join(f"{r.reason}: {r.rows:,}" for r in table.itertuples())
        warnings.warn(
            f"{int(table['rows'].sum()):,} measurements are left out: {reasons}",
            DataWarning,
            stacklevel=2,
        )
    return Measurements(together[~twins].reset_index(drop=True), table, tuple(remarks))


def _read_one(
    file: Path, section: MeasurementInput, study: Study
) -> tuple[pd.DataFrame, pd.DataFrame, list[str]]:
    raw = named(_text(file, section), section, file)
    count = len(raw)
    frame = pd.DataFrame(
        {
            "latitude": _numbers(raw["latitude"]),
            "longitude": _numbers(raw["longitude"]),
            "time": _column(raw, "time").str.strip(),
            "cell_id": _column(raw, "cell_id").str.strip(),
        }
    )
    level_text = raw["level_dbm"].str.replace(_UNIT, "", regex=True)
    level = _numbers(level_text)
    nothing = level_text.str.strip().str.lower().isin(MISSING).to_numpy()
    technology, none = technologies(raw, section, study)
    frame["technology"] = technology
    frame["operator"] = operators(raw, section, study, file)
    frame["level_dbm"] = np.where(none, np.nan, level)
    no_service = none | (nothing & section.missing_is_no_service)
    frame["file"] = section.file
    frame["line"] = raw.index
    seconds = parse_times(frame["time"])
    jumps, noticed = _jumps(frame, seconds, file)
    other = _not_asked(frame, raw)
    checks = [*other, *_checks(frame, raw, level, nothing, no_service), (_JUMP, jumps)]
    bad = np.zeros(count, dtype=bool)
    reasons = []
    for reason, hit in checks:
        new = hit & ~bad
        if new.any():
            first = int(np.flatnonzero(new)[0])
            reasons.append(
                {"file": section.file, "reason": reason, "rows": int(new.sum()),
                 "first": f"row {raw.index[first]}: {_quoted(raw, first)}"}
            )  # fmt: skip
        bad |= hit
    asked = ~np.logical_or.reduce([hit for _, hit in other])
    own = ~neighbours(raw)
    unknown = strangers(raw[own], frame.loc[own, "operator"], frame.loc[own, "technology"])
    if not asked.any():
        raise DataError(
            f"{file.name}: none of its {count:,} rows is of an operator and a technology of the "
            f"study; it has {'; '.join(unknown.values())}. Say in inputs.towers.operators what its "
            'words mean, for example { "Viettel Mobile" = "Viettel" }'
        )
    _refuse_untrue(reasons, other, int(asked.sum()), section, file)
    noticed += [f"{file.name}: {rows} are no {what} of the study" for what, rows in unknown.items()]
    kept = frame[~bad].reset_index(drop=True)
    columns = ["file", "reason", "rows", "first"]
    table = pd.DataFrame(reasons, columns=columns)
    return kept, table, [*noticed, *_remarks(kept, seconds[~bad], file)]


def _refuse_untrue(
    reasons: list[dict[str, object]],
    other: list[tuple[str, BoolArray]],
    asked: int,
    section: MeasurementInput,
    file: Path,
) -> None:
    """Refuse a file of which much cannot be true; what is of others is no fault of it."""
    silent = "missing_is_no_service" in section.model_fields_set
    innocent = {reason for reason, _ in other} | ({_NO_LEVEL} if silent else set())
    counted = [r for r in reasons if r["reason"] not in innocent]
    rows = sum(int(str(r["rows"])) for r in counted)
    if rows <= FEW * asked:
        return
    worst = max(counted, key=lambda r: int(str(r["rows"])))
    remedy = (
        "say what an empty level means: missing_is_no_service = true (there was no network), or "
        "false (nothing was measured there)"
        if worst["reason"] == _NO_LEVEL
        else "levels are in dBm, positions in WGS 84 degrees with five decimals: export the file "
        "again, or take these rows out"
    )
    raise DataError(
        f"{file.name}: {rows:,} of {asked:,} rows cannot be used, more than a "
        f"{1 / FEW:.0f}th; mostly: {worst['reason']} ({worst['first']}); {remedy}"
    )


def _not_asked(frame: pd.DataFrame, raw: pd.DataFrame) -> list[tuple[str, BoolArray]]:
    """Rows that may well be true, and are of something that the study does not ask about."""
    return [
        ("a neighbouring cell, not the one that serves", neighbours(raw)),
        ("another operator than the study's", (frame["operator"] == "").to_numpy()),
        ("another technology than the study's", (frame["technology"] == "").to_numpy()),
    ]


def _text(file: Path, section: MeasurementInput) -> pd.DataFrame:
    if not file.is_file():
        raise DataError(f"{file} does not exist; check {KEY}.file in the study file")
    if file.suffix.lower() in WORKBOOK_SUFFIXES:
        return read_list(file)
    try:
        blank, head = _head(file, section.encoding)
        separator = max((",", ";", "\t"), key=head.count)
        refuse_wide(head.count(separator) + 1, line=blank + 1, file=file)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # cells without a heading
            table = pd.read_csv(
                file, sep=separator, dtype=str, keep_default_na=False, encoding=section.encoding,
                engine="c", on_bad_lines="error", index_col=False, skiprows=blank,
                skip_blank_lines=False,
            )  # fmt: skip
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.name} is not {section.encoding} (byte {error.start}); save it as UTF-8, or "
            f"write its encoding into {KEY}.encoding"
        ) from None
    except pd.errors.ParserWarning:
        raise DataError(
            f"{file.name}: rows have more cells than the header has columns; put text that holds "
            f"{separator!r} into quotes, and take separators at the ends of rows away"
        ) from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise DataError(f"{file.name} cannot be read as a table ({error}); export CSV") from None
    table.index = pd.RangeIndex(blank + 2, blank + 2 + len(table), name="line")
    holds = np.zeros(len(table), dtype=bool)
    for column in table:
        holds |= (table[column] != "").to_numpy()
    if not holds.any():
        raise DataError(f"{file.name} has no rows; at least one is needed")
    return table if holds.all() else table[holds]


def _head(file: Path, encoding: str) -> tuple[int, str]:
    """Number of empty lines at the top, and the line of headings after them."""
    with file.open("r", encoding=encoding, errors="strict", newline="") as stream:
        for number, line in enumerate(stream):
            if line.strip():
                return number, line
    return 0, ""


def _column(raw: pd.DataFrame, name: str) -> pd.Series:
    return raw[name] if name in raw.columns else pd.Series("", index=raw.index, dtype=str)


def _numbers(text: pd.Series) -> pd.Series:
    plain = text.str.strip().str.replace(",", ".", regex=False)
    return pd.to_numeric(plain, errors="coerce").astype(float)


def _checks(
    frame: pd.DataFrame,
    raw: pd.DataFrame,
    level: pd.Series,
    nothing: BoolArray,
    no_service: BoolArray,
) -> list[tuple[str, BoolArray]]:
    lat, lon = frame["latitude"].to_numpy(), frame["longitude"].to_numpy()
    level_db = level.to_numpy()
    with np.errstate(invalid="ignore"):
        outside = ~((np.abs(lat) <= 90) & (np.abs(lon) <= 180))
        null_island = (np.abs(lat) < 1e-6) & (np.abs(lon) < 1e-6)
        coarse = _is_multiple(lat) & _is_multiple(lon)
        wild = ~nothing & ~((level_db >= LOWEST_DBM) & (level_db <= HIGHEST_DBM))
    accuracy = _numbers(_column(raw, "accuracy_m")).to_numpy()
    with np.errstate(invalid="ignore"):
        vague = accuracy > WORST_ACCURACY_M
    return [
        ("no position", np.isnan(lat) | np.isnan(lon)),
        ("position outside the globe, or latitude and longitude are swapped", outside),
        ("position 0, 0: the receiver had no fix", null_island),
        ("position rounded to 0.01 degrees, about a kilometre", coarse),
        (f"position worse than {WORST_ACCURACY_M:.0f} m by the receiver's own word", vague),
        (
            f"level outside {LOWEST_DBM:.0f} to {HIGHEST_DBM:.0f} dBm: another unit, or a fault",
            wild & ~no_service,
        ),
        (_NO_LEVEL, nothing & ~no_service),
    ]


def _is_multiple(degrees: np.ndarray) -> BoolArray:
    steps = degrees / COARSE_DEGREES
    rounded: BoolArray = np.asarray(np.abs(steps - np.round(steps)) < 1e-7)
    return rounded


def _jumps(frame: pd.DataFrame, seconds: np.ndarray, file: Path) -> tuple[BoolArray, list[str]]:
    """Rows to which one would have had to travel faster than any car, within one file.

    Samples of many telephones jump all the time: nothing is left out of such a file.
    """
    lat, lon = np.radians(frame["latitude"].to_numpy()), np.radians(frame["longitude"].to_numpy())
    with np.errstate(invalid="ignore", divide="ignore"):
        dy = np.diff(lat, prepend=lat[:1]) * EARTH_M
        dx = np.diff(lon, prepend=lon[:1]) * EARTH_M * np.cos(lat)
        dt = np.diff(seconds, prepend=seconds[:1])
        distance = np.hypot(dx, dy)
        jump: BoolArray = (dt > 0) & (dt < 600) & (distance / dt > FASTEST_M_S) & (distance > 1000)
    if jump.sum() <= MOST_JUMPS * len(jump):
        return jump, []
    return np.zeros(len(jump), dtype=bool), [
        f"{file.name}: {int(jump.sum()):,} steps are faster than any car; it is taken for samples "
        "of several telephones, and wrong positions cannot be told by their jumps"
    ]


def parse_times(text: pd.Series) -> np.ndarray:
    """Seconds since 1970 of times in any of the usual formats, each row by its own.

    Parameters
    ----------
    text
        Times; day before month where both are possible, as in Vietnam.

    Returns
    -------
    array
        Seconds as the file has them, without a zone [s]; NaN where it cannot be read.
    """
    out = np.full(len(text), np.nan)
    left = text.str.slice(0, 19).str.replace("Z", "", regex=False)
    number = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        out = np.where((number > 1e8) & (number < 1e10), number, out)
        out = np.where((number > 1e11) & (number < 1e13), number / 1000.0, out)
    for form in TIME_FORMATS:
        open_ = np.flatnonzero(np.isnan(out) & (text != "").to_numpy())
        if not open_.size:
            break
        read = pd.to_datetime(left.iloc[open_], format=form, errors="coerce")
        values = read.to_numpy().astype("datetime64[s]").astype(np.int64).astype(float)
        out[open_] = np.where(read.isna().to_numpy(), np.nan, values)
    return out


def _remarks(frame: pd.DataFrame, seconds: np.ndarray, file: Path) -> list[str]:
    remarks = []
    given = (frame["time"] != "").to_numpy()
    if not given.any():
        remarks.append(f"{file.name} has no times; the same sample twice cannot be seen")
    else:
        unread = int(np.isnan(seconds[given]).sum())
        if unread:
            remarks.append(f"{file.name}: {unread:,} times cannot be read")
    place = frame["latitude"].round(4).astype(str) + " " + frame["longitude"].round(4).astype(str)
    share = float(place.value_counts(normalize=True).iloc[0]) if len(frame) else 0.0
    if share > 0.5:
        remarks.append(
            f"{file.name}: {share:.0%} of the samples are from one spot; together they count as "
            "one measurement there"
        )
    return remarks


def _quoted(raw: pd.DataFrame, index: int) -> str:
    row = raw.iloc[index]
    return ", ".join(f"{c}={row[c]}" for c in ("latitude", "longitude", "level_dbm"))
