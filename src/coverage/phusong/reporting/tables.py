"""Tables as they are handed over: rounded by unit, safe in spreadsheets, practice data marked."""

import pandas as pd

from phusong.reporting.escape import spreadsheet_text
from phusong.study import PRACTICE_LABEL

_DECIMALS = {
    "latitude": 6,
    "longitude": 6,
    "_km2": 4,
    "_km": 3,
    "_deg": 2,
    "_m": 1,
    "_mhz": 3,
    "_dbm": 1,
    "_db": 1,
    "_w": 0,
    "_kw": 3,
    "_kwh": 1,
    "_h_per_day": 2,
    "_percent": 2,
    "people": 1,
    "people_sd": 1,
    "kendall_tau": 4,
    "first_ten_open": 3,
    "capex": 0,
    "opex": 0,
    "power_opex": 0,
    "cost": 0,
    "present_value": 0,
    "net_present_value": 0,
    "grant": 0,
    "repurchases": 0,
    "salvage": 0,
    "support": 0,
    "_usd": 0,
    "exchange_rate": 4,
}


def tidy(table: pd.DataFrame, *, practice: bool) -> pd.DataFrame:
    """Make a table ready to be written and read by people.

    Parameters
    ----------
    table
        Any columns; units are read from the end of their names.
    practice
        Add the column ``data_status`` that says it is practice data.

    Returns
    -------
    pandas.DataFrame
        A copy: numbers rounded to what their unit deserves, text that a spreadsheet would take
        for a formula made harmless.
    """
    table = table.drop(columns="geometry", errors="ignore").copy()
    for name in table.columns:
        if pd.api.types.is_float_dtype(table[name]):
            decimals = _decimals(str(name))
            table[name] = table[name].round(decimals) + 0.0
            if decimals == 0 and bool(table[name].notna().all()):
                table[name] = table[name].astype("int64")
        elif not pd.api.types.is_numeric_dtype(table[name]):
            table[name] = table[name].map(spreadsheet_text)
    if practice:
        table["data_status"] = PRACTICE_LABEL
    return table


def _decimals(name: str) -> int:
    ends = [key for key in _DECIMALS if name.endswith(key) or name.startswith(key)]
    return _DECIMALS[max(ends, key=len)] if ends else 6
