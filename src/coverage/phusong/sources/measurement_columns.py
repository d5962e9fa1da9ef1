"""Columns of measurement files: which heading is what, and which network a row speaks of."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.errors import DataError
from phusong.sources.header import listed
from phusong.sources.towers_words import fold, operator_of
from phusong.study import MeasurementInput, Study
from phusong.units import BoolArray

KEY = "measurements"
OPERATOR = "operator"
LEVELS = frozenset({"rsrp", "rscp", "rxlev", "rxlevel"})
"""Words of headings that hold a level of the network measured."""
NO_SERVING_LEVEL = frozenset(
    {"rsrq", "rssi", "sinr", "neighbor", "neighbour", "nbr", "detected", "gieng", "lan", "can"}
)
"""Words of headings that hold another quantity, or another cell than the one that serves."""
NEIGHBOUR_WORDS = frozenset({"true", "1", "yes", "y", "neighbor", "neighbour"})
MOST_NAMED = 4
_PLMN = re.compile(r"(\d{3})[- ]?(\d{2,3})")


@cache
def words() -> dict[str, dict[str, list[str]]]:
    """Headings and words that are known.

    Returns
    -------
    dict
        By table and column of ``measurements.toml``.
    """
    text = (files("phusong.sources") / "measurements.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def named(table: pd.DataFrame, section: MeasurementInput, file: Path) -> pd.DataFrame:
    """Columns that are used, under Phusong's names.

    Parameters
    ----------
    table
        As the file has it.
    section
        What the user says of headings.
    file
        For messages.

    Returns
    -------
    pandas.DataFrame
        A second column that names operators is ``operator 2`` and so on.

    Raises
    ------
    DataError
        There is no position or no level, or several columns could be the level.
    """
    own = {fold(title): column for title, column in section.columns.items()}
    known = {fold(a): column for column, all_ in words()["columns"].items() for a in all_}
    found: dict[str, str] = {}
    for title in table.columns:
        column = own.get(fold(title)) or known.get(fold(title))
        if column is not None and column not in found:
            found[column] = title
        elif column == OPERATOR:
            found[f"{OPERATOR} {len(found)}"] = title
    if "level_dbm" not in found:
        level = _level_heading(table.columns, file)
        if level:
            found["level_dbm"] = level
    for column in ("latitude", "longitude", "level_dbm"):
        if column not in found:
            raise DataError(
                f"{file.name}: no column is {column}; the header has {listed(table.columns)}: "
                f'say which it is in {KEY}.columns, for example {{ "My heading" = "{column}" }}'
            )
    kept = table[list(found.values())].copy()
    kept.columns = pd.Index(list(found))
    return kept


def _level_heading(titles: Iterable[str], file: Path) -> str:
    """The only heading that speaks of a level of the serving cell; empty without one."""
    told = [
        title
        for title in titles
        if LEVELS & set(fold(title).split()) and not NO_SERVING_LEVEL & set(fold(title).split())
    ]
    if len(told) > 1:
        raise DataError(
            f"{file.name}: {', '.join(told[:MOST_NAMED])} may each be the level; say which it is "
            f'in {KEY}.columns, for example {{ "{told[0]}" = "level_dbm" }}'
        )
    return told[0] if told else ""


def technologies(
    raw: pd.DataFrame, section: MeasurementInput, study: Study
) -> tuple[np.ndarray, BoolArray]:
    """Technology of each row.

    Parameters
    ----------
    raw
        The named columns.
    section
        What the user says.
    study
        Its technologies.

    Returns
    -------
    technology, no_network
        Key in the study, empty where it has none; and rows that say that there was no network.

    Raises
    ------
    DataError
        Nobody says which technology was measured.
    """
    if "technology" not in raw.columns:
        only = section.technology or (
            next(iter(study.technologies)) if len(study.technologies) == 1 else ""
        )
        if not only:
            raise DataError(
                f"{section.file} has no column of technology and the study has several; write "
                f"{KEY}.technology"
            )
        return np.full(len(raw), only, dtype=object), np.zeros(len(raw), dtype=bool)
    meant = {fold(w): key for key, all_ in words()["technologies"].items() for w in all_}
    meant |= {fold(key): key for key in study.technologies}
    none = {fold(w) for w in words()["nothing"]["technology"]}
    codes, unique = pd.factorize(raw["technology"])
    keys = [meant.get(fold(str(u)), "") for u in unique]
    keys = [key if key in study.technologies else "" for key in keys]
    silent = [fold(str(u)) in none for u in unique]
    technology = np.array(keys, dtype=object)[codes]
    no_network = np.array(silent, dtype=bool)[codes]
    technology[no_network] = section.technology or next(iter(study.technologies))
    return technology, no_network


def operators(raw: pd.DataFrame, section: MeasurementInput, study: Study, file: Path) -> np.ndarray:
    """Operator of each row, by the first of its columns that names one of the study.

    Parameters
    ----------
    raw
        The named columns.
    section
        What the user says.
    study
        Its operators.
    file
        For messages.

    Returns
    -------
    array
        Name in the study, empty where it is none of them.

    Raises
    ------
    DataError
        Nobody says whose network was measured.
    """
    columns = _operator_columns(raw)
    if not columns:
        if section.operator:
            return np.full(len(raw), section.operator, dtype=object)
        raise DataError(
            f"{file.name} does not say whose network was measured; write {KEY}.operator (by "
            'phusong add: --set "operator=NAME"), or give a column operator, or mcc and mnc'
        )
    found: np.ndarray = np.full(len(raw), "", dtype=object)
    for column in columns:
        codes, unique = pd.factorize(column)
        meant = np.array([_meant(str(u), study) for u in unique], dtype=object)[codes]
        found = np.where(found == "", meant, found)
    return found


def _meant(word: str, study: Study) -> str:
    plmn = _PLMN.fullmatch(word)
    forms = [word, *([f"{plmn[1]}-{plmn[2].zfill(2)}"] if plmn else [])]
    return next((name for form in forms if (name := operator_of(form, study))), "")


def _operator_columns(raw: pd.DataFrame) -> list[pd.Series]:
    given = [raw[c].str.strip() for c in raw.columns if str(c).startswith(OPERATOR)]
    if {"mcc", "mnc"} <= set(raw.columns):
        mcc, mnc = raw["mcc"].str.strip(), raw["mnc"].str.strip()
        given.append((mcc + "-" + mnc.str.zfill(2)).where((mcc != "") & (mnc != ""), ""))
    return given


def strangers(raw: pd.DataFrame, operator: pd.Series, technology: pd.Series) -> dict[str, str]:
    """Words of a file that name no operator and no technology of the study.

    Parameters
    ----------
    raw
        The named columns.
    operator, technology
        What each row was found to be; empty for none.

    Returns
    -------
    dict of str to str
        ``operator`` and ``technology``, each with its commonest words and their rows.
    """
    columns = {OPERATOR: (_operator_columns(raw)[:1], operator)}
    if "technology" in raw.columns:
        columns["technology"] = ([raw["technology"].str.strip()], technology)
    told = {}
    for what, (given, found) in columns.items():
        if given and (found == "").any():
            counts = given[0][found == ""].value_counts().sort_index(kind="stable")
            counts = counts.sort_values(ascending=False, kind="stable")[:MOST_NAMED]
            told[what] = ", ".join(f"{word or '-'} ({rows:,})" for word, rows in counts.items())
    return told


def neighbours(raw: pd.DataFrame) -> BoolArray:
    """Rows that tell of a cell beside the one that serves.

    Parameters
    ----------
    raw
        The named columns.

    Returns
    -------
    array of bool
        All false in a file that does not say.
    """
    if "neighbouring" not in raw.columns:
        return np.zeros(len(raw), dtype=bool)
    said: BoolArray = raw["neighbouring"].str.strip().str.lower().isin(NEIGHBOUR_WORDS).to_numpy()
    return said
