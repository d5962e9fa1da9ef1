"""Amounts of plan tables in US dollars beside those in the currency that results are shown in."""

import pandas as pd

from phusong.study import CostsSection

DOLLAR = "USD"
AMOUNTS = {
    "priorities": (
        "capex", "opex_per_year", "repurchases", "salvage", "present_value", "grant",
        "support_per_year", "net_present_value",
    ),
    "best-set": ("present_value",),
    "choices": ("present_value",),
    "build-order": ("cumulative_present_value",),
    "operator-build-order": ("cumulative_present_value",),
    "frontier": ("budget",),
    "operator-frontier": ("budget",),
    "strategies": ("present_value",),
    "backhaul": ("present_value",),
}  # fmt: skip
"""Columns by table that have a twin in dollars; for the others the rate stands beside them."""
RATE, DATE = "exchange_rate", "exchange_date"
LAST = ("rank_second_model",)
"""Columns that stay behind these."""


def with_dollars(name: str, table: pd.DataFrame, costs: CostsSection) -> pd.DataFrame:
    """A plan table with its main amounts in US dollars, the rate and its date.

    Parameters
    ----------
    name
        Of the table's file, without ending.
    table
        Amounts in the currency that results are shown in, with a column ``currency``.
    costs
        The study's cost table.

    Returns
    -------
    pandas.DataFrame
        The same where it holds no money, and where the cost table is not in dollars or is shown
        in them: the study knows no rate then.
    """
    exchange = costs.exchange
    if exchange is None or costs.currency != DOLLAR or exchange.currency == DOLLAR:
        return table
    if "currency" not in table.columns:
        return table
    found = table.copy()
    last = {column: found.pop(column) for column in LAST if column in found}
    for column in AMOUNTS.get(name, ()):
        found[f"{column}_usd"] = found[column].astype("float64") / exchange.rate.value
    found[RATE] = exchange.rate.value
    found[DATE] = exchange.date
    return found.assign(**last)
