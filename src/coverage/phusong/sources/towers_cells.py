"""Cells of a tower list as people type them: decimal commas, units, bands, words for nothing."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from phusong.geo.network import Change
from phusong.sources.tables import Columns, Fault, Number
from phusong.sources.towers_words import (
    ERP,
    WATTS,
    band_mhz,
    is_missing,
    operator_of,
    status_of,
    technology_of,
    unit_factor,
    unmarked,
)
from phusong.study import Study

DIPOLE_DBI = 2.15
"""Gain of a half-wave dipole: EIRP = ERP + 2.15 dB."""
MILLIWATTS_PER_WATT = 1000.0

_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_NUMBER = re.compile(r"([+-]?\d[\d., ]*|[+-]?[.,]\d+)\s*(\D*)")
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}[/-]\d{1,2}[/-]\d{2,4}|\d\d:\d\d(?::\d\d)?")
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-"})
_ALL_SECTORS = frozenset({"omni", "360 omni", "vo huong", "da huong", "omni directional"})


@dataclass(frozen=True, slots=True)
class Typed:
    """A number as it was typed.

    Parameters
    ----------
    value
        The number.
    unit
        What stands behind it, folded; empty for none.
    comma
        Whether a comma is its decimal sign.
    grouped
        Whether its thousands are grouped.
    """

    value: float
    unit: str = ""
    comma: bool = False
    grouped: bool = False


def typed_number(cell: str) -> Typed | None:
    """Read a number as people type it.

    Parameters
    ----------
    cell
        For example ``41,5`` or ``2.496.096,0 m``.

    Returns
    -------
    Typed or None
        None when the cell is no number, or its commas and points fit no way of writing one. A
        single comma is a decimal sign, a single point too; where both stand, the last one is.

    Examples
    --------
    >>> typed_number("41,5").value, typed_number("2.496.096,25").value
    (41.5, 2496096.25)
    """
    cell = unicodedata.normalize("NFKC", cell).translate(_DASHES).strip()
    if _PLAIN.fullmatch(cell):
        return Typed(float(cell))
    match = _NUMBER.fullmatch(cell)
    if match is None:
        return None
    digits, unit = match[1].strip(), unmarked(match[2])
    whole, decimals, comma = _split(digits)
    groups = re.split(r"[., ]", whole.lstrip("+-"))
    grouped = len(groups) > 1
    if grouped and not (0 < len(groups[0]) <= 3 and all(len(g) == 3 for g in groups[1:])):
        return None
    if not all(g.isdigit() for g in groups if g) or not (decimals == "" or decimals.isdigit()):
        return None
    sign = "-" if whole.startswith("-") else ""
    value = float(f"{sign}{''.join(groups) or '0'}.{decimals or '0'}")
    return Typed(value, unit, comma=comma, grouped=grouped)


def _split(digits: str) -> tuple[str, str, bool]:
    """Whole part, decimals, and whether a comma parts them."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        sign = max(",.", key=digits.rfind)
        if digits.count(sign) > 1:
            return digits, "x", False  # two decimal signs: no number
    elif commas == 1 or points == 1:
        sign = "," if commas else "."
    else:
        return digits, "", False
    whole, _, decimals = digits.rpartition(sign)
    return whole, decimals, sign == ","


class Repair:
    """Cells of one list on their way to what they mean, with everything that was done.

    Parameters
    ----------
    table
        Text columns under Phusong's names, indexed by line; it is changed in place.
    file
        Where it is from, for messages.
    """

    def __init__(self, table: pd.DataFrame, file: Path) -> None:
        self.table = table
        self.file = file
        self.faults: list[Fault] = []
        self._final: set[tuple[int, str]] = set()
        self._done: dict[tuple[str, str], tuple[int, str, bool]] = {}

    @property
    def changes(self) -> tuple[Change, ...]:
        """What was done, by kind and column."""
        return tuple(
            Change(kind, column, count, example, doubtful)
            for (kind, column), (count, example, doubtful) in self._done.items()
        )

    def note(self, kind: str, column: str, example: str, *, doubtful: bool = False) -> None:
        """Count a change.

        Parameters
        ----------
        kind, column
            What was done, and where.
        example
            The first case in words.
        doubtful
            Whether somebody should look at it.
        """
        count, first, _ = self._done.get((kind, column), (0, example, doubtful))
        self._done[kind, column] = (count + 1, first, doubtful)

    def numbers(self, columns: Columns, units: Mapping[str, str]) -> None:
        """Bring every column of numbers into plain figures of its own unit.

        Parameters
        ----------
        columns
            What each column may hold.
        units
            Unit that a heading states, folded, by column.
        """
        for name, spec in columns.items():
            if isinstance(spec, Number) and name in self.table.columns:
                self._column(name, spec, units.get(name, ""))

    def _column(self, name: str, spec: Number, unit: str) -> None:
        cells = self.table[name]
        plain = pd.to_numeric(cells.where(cells != ""), errors="coerce").notna()
        odd = cells.index[(cells != "") & ~plain]
        for line in odd:
            self.table.loc[line, name] = self._cell(line, name, cells[line], spec)
        stated = _converter(unit, spec.unit)
        if stated is not None:
            values = pd.to_numeric(self.table[name].replace("", np.nan), errors="coerce")
            for line in values.index[values.notna()]:
                if unit != ERP and (line, name) in self._final:
                    continue  # the cell names its own unit
                was = self.table.loc[line, name]
                if unit == WATTS and values[line] <= 0:
                    self._refuse(line, name, was, "W is no power; give watts above 0")
                    continue
                now = f"{stated(float(was)):.10g}"
                self.table.loc[line, name] = now
                example = f"row {line}: {was} {unit} read as {now} {spec.unit}"
                self.note("unit converted", name, example)

    def _cell(self, line: int, name: str, cell: str, spec: Number) -> str:
        """Figures of one cell that is not plain; unchanged when nothing fits."""
        if is_missing(cell):
            self.note("word for missing", name, f"row {line}: {cell!r} read as missing")
            return ""
        if name == "azimuth_deg" and unmarked(cell) in _ALL_SECTORS:
            self.note("omnidirectional", name, f"row {line}: {cell!r} read as no azimuth")
            return ""
        if _DATE.fullmatch(cell):
            self._refuse(
                line, name, cell,
                "is a date or a time: a spreadsheet made it of a number; format the column as "
                "text and type the number again",
            )  # fmt: skip
            return ""
        return self._figures(line, name, cell, spec)

    def _figures(self, line: int, name: str, cell: str, spec: Number) -> str:
        """Plain figures of a band or of a number with commas, groups or a unit."""
        band = band_mhz(cell) if spec.unit == "MHz" else None
        if band is not None:
            self._final.add((line, name))
            self.note("band", name, f"row {line}: {cell!r} read as {band:g} MHz")
            return f"{band:g}"
        typed = typed_number(cell)
        if typed is None:
            return cell
        convert = _converter(typed.unit, spec.unit) if typed.unit else None
        if typed.unit and convert is None and unit_factor(typed.unit, spec.unit) is None:
            return cell
        if typed.unit:
            self._final.add((line, name))
        value = typed.value if convert is None else convert(typed.value)
        kind = "unit converted" if convert else "decimal comma" if typed.comma else "unit removed"
        kind = "thousands" if typed.grouped and not convert else kind
        self.note(kind, name, f"row {line}: {cell!r} read as {value:.12g}")
        return f"{value:.12g}"

    def _refuse(self, line: int, name: str, cell: str, what: str) -> None:
        message = f"{self.file.name} row {line}, column {name} = {cell} {what}"
        self.faults.append(Fault(line, message, name, cell))

    def words(self, study: Study) -> None:
        """Turn words for operators, technologies and status into the study's own.

        Parameters
        ----------
        study
            Operators and technologies that are known.
        """
        self._known("operator", lambda word: operator_of(word, study))
        self._known("technology", lambda word: technology_of(word, study))
        self._known("status", status_of)
        for name in ("status", "owner", "backhaul", "power_source"):
            self._blanked(name)

    def _known(self, name: str, find: Callable[[str], str | None]) -> None:
        if name not in self.table.columns:
            return
        for word in [w for w in self.table[name].unique() if w]:
            found = find(word)
            if found is not None and found != word:
                rows = self.table[name] == word
                line = self.table.index[rows][0]
                self._many("word", name, int(rows.sum()), f"row {line}: {word!r} read as {found!r}")
                self.table.loc[rows, name] = found

    def _blanked(self, name: str) -> None:
        if name not in self.table.columns:
            return
        rows = self.table[name].map(is_missing)
        if rows.any():
            line = self.table.index[rows][0]
            example = f"row {line}: {self.table[name][line]!r} read as missing"
            self._many("word for missing", name, int(rows.sum()), example)
            self.table.loc[rows, name] = ""

    def _many(self, kind: str, column: str, count: int, example: str) -> None:
        before, first, _ = self._done.get((kind, column), (0, example, False))
        self._done[kind, column] = (before + count, first, False)


def _converter(unit: str, wanted: str) -> Callable[[float], float] | None:
    """How a number in a stated unit becomes one in the column's unit; None when it is that."""
    if unit == WATTS and wanted == "dBm":
        return lambda watts: 10.0 * float(np.log10(MILLIWATTS_PER_WATT * max(watts, 1e-9)))
    if unit == ERP and wanted == "dBm":
        return lambda value: value + DIPOLE_DBI
    factor = unit_factor(unit, wanted)
    if factor is None or factor == 1.0:
        return None
    return lambda value: value * factor
