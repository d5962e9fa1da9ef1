"""Ways to feed the options of a plan, beside each other."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from phusong.geo.grid import Grid
from phusong.planning.priorities import Priority
from phusong.planning.supply import FED_KINDS, load_w, sun_of, supply
from phusong.study import Study

COLUMNS = (
    "rank", "option_id", "operator", "power", "load_w", "power_line_m", "sun_h_per_day", "panel_w",
    "battery_kwh", "inverter_kw", "cost_grid", "cost_solar", "cost_diesel", "currency",
)  # fmt: skip


def power_table(
    ranked: Sequence[Priority], study: Study, grid: Grid, operators: Mapping[str, str]
) -> pd.DataFrame:
    """Ways to feed the ranked options that need power of their own, beside each other.

    Parameters
    ----------
    ranked
        Priorities.
    study
        Loads, sun, prices.
    grid
        Frame of the options.
    operators
        Operator's name by key.

    Returns
    -------
    pandas.DataFrame
        One row per new mast, new power and small site, with the size of a solar plant and the
        present value of grid, solar and diesel; no row where the cost table has no unit prices.
    """
    section, costs = study.planning.power, study.costs
    rows: list[dict[str, object]] = []
    for priority in ranked if costs.power is not None else ():
        option = priority.option
        if option.layout is None or option.layout.kind not in FED_KINDS:
            continue
        load = load_w(section, sectors=len(option.layout.sectors), hops=1, kind=option.layout.kind)
        sun = sun_of(section, grid.middle[1])
        choice = supply(load, option.power_line_m, sun, costs).choice
        if choice is None:
            continue
        size, rate = choice.solar_size, costs.shown_rate
        line = math.nan if choice.grid is None else choice.grid.total_cost * rate
        values = (
            priority.rank, option.option_id, operators[option.operator], choice.source, load,
            option.power_line_m, sun.peak_hours_per_day, size.panel_w, size.battery_kwh,
            size.inverter_kw, line, choice.solar.total_cost * rate,
            choice.diesel.total_cost * rate, option.cost.currency,
        )  # fmt: skip
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return pd.DataFrame(rows, columns=list(COLUMNS))
