"""Headings of a tower list: which column of Phusong each one is, and what is not used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from phusong.errors import DataError
from phusong.geo.network import Change
from phusong.sources.header import listed
from phusong.sources.towers_words import DERIVED, columns, fold, is_unused, meaning, unclear
from phusong.study import TowerInput

KEY = "inputs.towers"


@dataclass(frozen=True)
class Named:
    """A tower list under Phusong's own names.

    Parameters
    ----------
    table
        Text columns; those that are not used are gone.
    units
        Unit that a heading states, by column.
    changes
        Which heading was taken for what.
    """

    table: pd.DataFrame
    units: Mapping[str, str]
    changes: tuple[Change, ...]


def named(table: pd.DataFrame, section: TowerInput, file: Path) -> Named:
    """Put a tower list under Phusong's names.

    Parameters
    ----------
    table
        Text columns under the file's headings.
    section
        The study's own names for them, and values that the file leaves out.
    file
        Where it is from, for messages.

    Returns
    -------
    Named
        The columns that are used.

    Raises
    ------
    DataError
        Two headings mean the same column, or the study names one that is not there.
    """
    own = _own(section, table, file)
    taken: dict[str, tuple[int, str, str]] = {}
    changes: list[Change] = []
    for title in table.columns:
        found = meaning(title, own)
        if found is None:
            changes += _unread(title, table[title])
            continue
        before = taken.get(found.column)
        if before is not None and before[0] == found.rank:
            raise DataError(
                f"{file.name}: columns {before[1]} and {title} both mean {found.column}; take one "
                f"out, or say which it is in {KEY}.columns in the study file"
            )
        loser = title if before is not None and before[0] < found.rank else before and before[1]
        if loser:
            changes.append(_unused(loser, f"column {found.column} is there already"))
        if loser != title:
            taken[found.column] = (found.rank, title, found.unit)
    renamed = table[[title for _, title, _ in taken.values()]].copy()
    renamed.columns = pd.Index(list(taken))
    units = {column: unit for column, (_, _, unit) in taken.items()}
    for column, (_, title, _) in taken.items():
        if title != column:
            example = f"column {title!r} is read as {column}"
            changes.append(Change("heading", column, 1, example))
    _derive(renamed, units, file)
    for column, value in section.values.items():  # noqa: PD011 — a table of the study
        changes.append(_given(renamed, column, value, file))
    return Named(renamed, units, tuple(changes))


def _own(section: TowerInput, table: pd.DataFrame, file: Path) -> dict[str, str]:
    """The study's own headings, folded; each must be in the file and mean a column."""
    known = columns() | set(DERIVED)
    folded = {fold(title): title for title in table.columns}
    for title, column in section.columns.items():
        if column not in known:
            raise DataError(
                f"{KEY}.columns: {title!r} = {column!r} is not a column of a tower list; allowed "
                f"are {', '.join(sorted(known))}"
            )
        if fold(title) not in folded:
            raise DataError(
                f"{KEY}.columns names {title!r}, but the header of {file.name} has "
                f"{listed(table.columns)}; correct the study file"
            )
    return {fold(title): column for title, column in section.columns.items()}


def _unread(title: str, cells: pd.Series) -> list[Change]:
    """What to say about a heading that is no column."""
    maybe = unclear(title)
    if maybe:
        why = f"it may be {' or '.join(maybe)}; say which in {KEY}.columns"
        return [_unused(title, why, doubtful=True)]
    if is_unused(title) or bool((cells == "").all()):
        return []
    return [_unused(title, "its heading is not known; if it is needed, name it in columns")]


def _unused(title: str, why: str, *, doubtful: bool = False) -> Change:
    return Change("not used", title, 1, f"column {title!r} is not used: {why}", doubtful)


def _derive(table: pd.DataFrame, units: dict[str, str], file: Path) -> None:
    """Power in watts and ERP stand in for power in dBm and EIRP."""
    for column, (target, unit) in DERIVED.items():
        if column not in table.columns:
            continue
        if target in table.columns:
            raise DataError(
                f"{file.name}: columns {column} and {target} say the same in two ways; keep one"
            )
        table.columns = pd.Index([target if name == column else name for name in table.columns])
        units[target] = unit


def _given(table: pd.DataFrame, column: str, value: str, file: Path) -> Change:
    if column not in columns():
        raise DataError(
            f"{KEY}.values.{column} is not a column of a tower list; allowed are "
            f"{', '.join(sorted(columns()))}"
        )
    if column in table.columns:
        raise DataError(
            f"{KEY}.values.{column} = {value!r}, but {file.name} has that column; take one out"
        )
    table[column] = value
    return Change("value of the study", column, len(table), f"every row has {column} = {value!r}")
