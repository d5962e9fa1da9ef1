"""Reading a cost form: prices that somebody quotes, in the currency of the study."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from phusong.errors import DataError
from phusong.sources.lists import is_form, read_list
from phusong.sources.tables import Columns, Fault, Number, Text, checked, raise_faults
from phusong.sources.towers_workbook import WORKBOOK_SUFFIXES
from phusong.study import CostItem, CostsSection, Study

COLUMNS: Columns = {
    "item": Text(required=True, remedy="keep the names of the form"),
    "low": Number(0, 1e15, "of the unit"),
    "base": Number(0, 1e15, "of the unit"),
    "high": Number(0, 1e15, "of the unit"),
    "unit": Text(),
    "year": Text(),
    "source": Text(),
    "tag": Text(),
}
_PRICES = ("low", "base", "high")
_SHARE = "fraction"


def cost_items() -> tuple[str, ...]:
    """Names of what has a price in a study.

    Returns
    -------
    tuple of str
        In the order of the study file.
    """
    return tuple(
        name
        for name, field in CostsSection.model_fields.items()
        if field.annotation is CostItem or CostItem in get_args(field.annotation)
    )


def is_cost_form(file: Path) -> bool:
    """Whether a file is a cost form.

    Parameters
    ----------
    file
        Any file.

    Returns
    -------
    bool
        True for a form with the columns ``item``, ``base`` and ``unit``.
    """
    if file.suffix.lower() not in WORKBOOK_SUFFIXES or not file.is_file():
        return False
    try:
        return is_form(file) and {"item", "base", "unit"} <= set(read_list(file).columns)
    except DataError:
        return False


def read_cost_form(file: Path, study: Study, *, source: str) -> dict[str, dict[str, Any]]:
    """Read the prices of a cost form.

    A row without a price is passed over; with the base price alone, low and high are the same. A
    price in the currency that the study shows results in is converted by the study's rate, and
    its source says so.

    Parameters
    ----------
    file
        The form.
    study
        Its currency, its rate of exchange and the units of its prices.
    source
        Who quotes the prices, for rows that do not say.

    Returns
    -------
    dict
        ``low``, ``base``, ``high``, ``unit``, ``year``, ``source`` and ``tag`` by item.

    Raises
    ------
    DataError
        An item or unit is not known, prices are not in order, a source or year is missing, or no
        row has a price.
    """
    frame = checked(read_list(file), COLUMNS, file=file)
    found: dict[str, dict[str, Any]] = {}
    faults = []
    for line, row in zip(frame.index, frame.to_dict("records"), strict=True):
        if all(pd.isna(row[name]) for name in _PRICES):
            continue
        try:
            found[str(row["item"])] = _entry(row, study, source, taken=found)
        except DataError as error:
            message = f"{file.name} row {line}, item {row['item']!r}: {error}"
            faults.append(Fault(int(line), message, "item", str(row["item"])))
    raise_faults(faults)
    if not found:
        raise DataError(f"{file.name} has no price; fill in base, or low, base and high, of a row")
    return found


def _entry(
    row: Mapping[Any, Any], study: Study, source: str, *, taken: Mapping[str, object]
) -> dict[str, Any]:
    """One price as the study file has it."""
    if row["item"] in taken:
        raise DataError("stands twice; keep one row")
    if row["item"] not in cost_items():
        raise DataError(f"is no price of a study; allowed are {', '.join(cost_items())}")
    if pd.isna(row["base"]) or pd.isna(row["low"]) != pd.isna(row["high"]):
        raise DataError("give low, base and high, or base alone")
    low, base, high = (row["base"] if pd.isna(row[name]) else row[name] for name in _PRICES)
    if not low <= base <= high:
        raise DataError(f"low {low:g}, base {base:g} and high {high:g} must rise")
    said = row["source"] or source
    if not said or not row["year"]:
        raise DataError("give the source and the year of the price")
    unit, rate, note = _unit(str(row["unit"]), str(row["item"]), study)
    prices = {name: float(value) / rate for name, value in
              zip(_PRICES, (low, base, high), strict=True)}  # fmt: skip
    prices = {name: float(f"{value:.10g}") for name, value in prices.items()}
    return {
        **prices, "unit": unit, "year": row["year"], "source": f"{said}{note}",
        "tag": row["tag"] or "as quoted",
    }  # fmt: skip


def _unit(unit: str, item: str, study: Study) -> tuple[str, float, str]:
    """Unit in the study's currency, what prices are divided by, and a word about it."""
    costs = study.costs
    currency, _, per = unit.partition("/")
    known = getattr(costs, item)
    if known is not None and known.unit.partition("/")[2] != per:
        raise DataError(f"unit = {unit!r}; the study has {known.unit}: give the price per that")
    if known is not None and (known.unit.startswith(_SHARE) != (currency == _SHARE)):
        raise DataError(f"unit = {unit!r}; the study has {known.unit}")
    if currency in {costs.currency, _SHARE}:
        return unit, 1.0, ""
    exchange = costs.exchange
    if exchange is None or exchange.currency != currency:
        raise DataError(
            f"unit = {unit!r} is not in {costs.currency}, the currency of the study's prices; "
            f"convert it, or give costs.exchange with the rate {currency}/{costs.currency}"
        )
    rate = exchange.rate.value
    return f"{costs.currency}/{per}", rate, f"; {currency} at {rate:g} {exchange.rate.unit}"
