"""Best sets of a study for its budget and targets, terms of equity, people against money."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from rasterio.features import rasterize
from scipy import sparse

from phusong.analysis.gaps import COVERED, Gaps
from phusong.analysis.reach import ANY
from phusong.analysis.verdicts import TRANG_SONG
from phusong.errors import DataError
from phusong.geo.grid import Grid
from phusong.pipeline.reach_files import load_reach
from phusong.pipeline.session import Session
from phusong.planning.asked import Asked, Communities, Money, Offer, Points
from phusong.planning.budget_tables import (
    OPERATOR_FRONTIER,
    OPERATOR_ORDER,
    best_set_table,
    choices_table,
    frontier_table,
)
from phusong.planning.build_steps import BuildPlan, build_steps
from phusong.planning.chosen_sets import chosen_sets
from phusong.planning.demand import Demand, cover_columns
from phusong.planning.plan_tables import build_order_table
from phusong.planning.priorities import Option
from phusong.planning.rank_intervals import Candidates
from phusong.study import Quantity, Study
from phusong.study.choosing import SHARE
from phusong.units import BoolArray, FloatArray, IntArray

SAME_PLACE_M = 50.0
"""Masts nearer to each other than this are one place: what cuts one cuts the other [m]."""


def budget_tables(  # noqa: PLR0913 — all that a plan has found, each from elsewhere
    session: Session,
    gaps: Gaps,
    found: Candidates,
    demand: Demand,
    order: BuildPlan,
    *,
    people: FloatArray,
    white: BoolArray,
    ranked: Sequence[Option],
    built: Sequence[Option] = (),
) -> dict[str, pd.DataFrame]:
    """Tables of what the money of a study buys.

    Parameters
    ----------
    session
        The study in use; its reach must have been computed.
    gaps
        Who has no signal.
    found
        Options, relays and links.
    demand
        Whom to reach.
    order
        The build order, and the budgets at which it is compared.
    people
        People per cell that the study asks about.
    white
        Cells where no operator has a signal today, but for what counts as built.
    ranked
        Options of the ranking, the best first.
    built
        Planned and agreed sites that count as built.

    Returns
    -------
    dict
        ``frontier``; with a budget or a target also ``best-set`` and ``choices``; with budgets of
        operators also ``operator-frontier`` and ``operator-build-order``.
    """
    study, places, grid = session.study, session.inputs.places, session.inputs.grid
    currency = study.costs.shown_currency
    columns = found.columns(demand)
    tables = {
        "frontier": frontier_table(
            order.points, columns, options=len(found.options), currency=currency
        )
    }  # fmt: skip
    if not study.planning.choice.is_asked:
        return tables
    asked = _asked(study, float(demand.people[-1].sum()))
    communes = session.inputs.communes.frame
    inside = _commune_of_cell(communes, grid)
    offer = Offer(
        found,
        found.padded(
            cover_columns(
                demand, found.covered, site=found.row, operator=found.operator,
                label=inside[demand.cells],
            )
        ),
        _communities(session, inside, people, white),
        _villages(session, gaps, found, built),
        _facilities(session, gaps, found, built),
        *_rows_of_operators(study, found),
    )  # fmt: skip
    sets = chosen_sets(offer, asked)
    names = {op.key: op.name for op in study.operators}
    tables["best-set"] = best_set_table(sets, places, grid, names)
    tables["choices"] = choices_table(
        sets, offer.communities.communes, currency=currency, operators=names
    )
    if offer.own_rows:
        tables |= _of_operators(session, offer, demand, ranked, names)
    return tables


def _rows_of_operators(
    study: Study, found: Candidates
) -> tuple[dict[str, IntArray], dict[str, IntArray]]:
    """Rows that each operator with a budget may plan with, and those that it pays for.

    Options on a site whose owner has not agreed that others read of it are left to the plan of all.
    """
    consent, builder = study.planning.sharing_consent, found.builder
    own, paid = {}, {}
    for number, operator in enumerate(study.operators):
        if operator.key not in study.planning.choice.operators:
            continue
        readable = {"", operator.key, *consent}
        hidden = [
            row
            for row, option in enumerate(found.options)
            if option.layout is not None and option.layout.host not in readable
        ]
        rows = np.flatnonzero(builder == number)
        paid[operator.key] = rows
        own[operator.key] = rows[~np.isin(rows, hidden)]
    return own, paid


def _of_operators(
    session: Session,
    offer: Offer,
    demand: Demand,
    ranked: Sequence[Option],
    names: Mapping[str, str],
) -> dict[str, pd.DataFrame]:
    """Frontier and build order of each operator's own options, one operator after the other."""
    found, places, grid = offer.candidates, session.inputs.places, session.inputs.grid
    columns, currency = found.columns(demand), session.study.costs.shown_currency
    frontiers, orders = [], []
    for key, rows in offer.own_rows.items():
        known = {found.options[row].option_id for row in rows if row < len(found.options)}
        own = [option for option in ranked if option.option_id in known]
        order = build_steps(found, demand, ranked=own, rows=rows)
        frontier = frontier_table(
            order.points, columns, options=len(found.options), currency=currency
        )
        frontier.insert(0, "operator", names[key])
        frontiers.append(frontier)
        orders.append(build_order_table(order, places, grid, names))
    return {
        OPERATOR_FRONTIER: _one_below_the_other(frontiers),
        OPERATOR_ORDER: _one_below_the_other(orders),
    }


def _one_below_the_other(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [table for table in tables if len(table)] or tables[:1]
    return pd.concat(filled, ignore_index=True)


def _asked(study: Study, white_people: float) -> Asked:
    """What the study asks for, money in the shown currency."""
    choice, costs = study.planning.choice, study.costs

    def shown(budget: Quantity | None) -> float | None:
        if budget is None:
            return None
        return budget.value * (1.0 if budget.unit == costs.shown_currency else costs.shown_rate)

    target = choice.target
    share = 1.0
    if target is not None and target.unit == SHARE:
        share = white_people
    floor = choice.commune_floor
    return Asked(
        shown(choice.budget),
        None if target is None else target.value * share,
        choice.every_village,
        choice.poverty_weight.value,
        None if floor is None else floor.value,
        choice.second_server_worth.value if choice.second_server else 0.0,
        choice.most_nodes,
        shown(choice.capex_budget),
        {
            operator.key: Money(shown(own.budget), shown(own.capex_budget))
            for operator in study.operators
            if (own := choice.operators.get(operator.key)) is not None
        },
    )


def _commune_of_cell(communes: gpd.GeoDataFrame, grid: Grid) -> IntArray:
    """Number of the commune of each cell; one after the last outside of all. Flat."""
    count = len(communes)
    numbered = list(zip(communes.geometry, range(count), strict=True))
    found = rasterize(
        numbered[::-1], out_shape=grid.shape, transform=grid.affine, fill=count, dtype="int32"
    )  # the first commune is drawn last and keeps what overlaps
    return np.asarray(found, dtype=np.int64).ravel()


def _communities(
    session: Session, inside: IntArray, people: FloatArray, white: BoolArray
) -> Communities:
    communes = session.inputs.communes
    official = session.inputs.official
    count = len(communes.codes)
    poor = np.full(count + 1, np.nan)
    if official is not None and official.standards:
        rates = official.poverty()["poor_rate_percent"]
        poor[:count] = rates.reindex(list(communes.codes)).to_numpy(dtype=float) / 100.0
    elif session.study.planning.choice.poverty_weight.value > 0:
        raise DataError(
            "planning.choice.poverty_weight needs poverty figures by commune: give a table with "
            "poor_rate_percent as inputs.statistics, or leave the weight out"
        )
    if session.study.planning.choice.poverty_weight.value > 0:
        named = zip(communes.names.values(), poor, strict=False)
        unknown = [name for name, rate in named if np.isnan(rate)]
        if unknown:
            session.study.note(
                f"plan: no share of poor households is known for {', '.join(unknown)}; people "
                "there count once"
            )
    cells = people.ravel()
    return Communities(
        (*communes.names.values(), ""),
        np.bincount(inside, weights=cells, minlength=count + 1).astype(np.float64),
        np.bincount(
            inside, weights=np.where(white.ravel(), cells, 0.0), minlength=count + 1
        ).astype(np.float64),
        poor,
    )  # fmt: skip


def _villages(session: Session, gaps: Gaps, found: Candidates, built: Sequence[Option]) -> Points:
    """Villages without signal at their centre, and which options give them one.

    Those to which a site that counts as built gives a signal are left out.
    """
    technology = next(iter(session.study.technologies)).lower()
    frame = session.inputs.places.villages
    verdict = gaps.villages.set_index("village_id")[f"{ANY}_{technology}_verdict"]
    silent = frame[frame["village_id"].map(verdict).eq(TRANG_SONG).to_numpy(dtype=bool)]
    cells = _cells(silent, session.inputs.grid)
    given = np.zeros(len(silent), dtype=np.bool_)
    for option in built:
        given |= np.isin(cells, option.covers)
    silent, cells = silent[~given], cells[~given]
    none = np.zeros(len(silent), dtype=np.int64)
    return Points(
        tuple(f"{row.name_} ({row.village_id})" for row in silent.rename(
            columns={"name": "name_"}).itertuples()),
        _cover(found, cells),
        none,
    )  # fmt: skip


def _facilities(session: Session, gaps: Gaps, found: Candidates, built: Sequence[Option]) -> Points:
    """Facilities that are to have two servers, those that they have, and what would be another.

    Servers are the best site of every operator that covers the place today, and those that count
    as built and will; sites at one place
    count once, and an option at the place of a server is no second one.
    """
    kinds = session.study.planning.choice.second_server
    frame = session.inputs.places.facilities
    _refuse_unknown_kinds(kinds, frame)
    frame = frame[frame["kind"].isin(kinds)]
    cells = _cells(frame, session.inputs.grid)
    cover = _cover(found, cells).tolil()
    spots = np.array([[o.spot.easting, o.spot.northing] for o in found.options]).reshape(-1, 2)
    servers = np.zeros(len(frame), dtype=np.int64)
    today = _servers(session, gaps, cells) if len(frame) else []
    for option in built:
        for number in np.flatnonzero(np.isin(cells, option.covers)).tolist():
            _add_place(today[number], option.spot.easting, option.spot.northing)
    for number, places in enumerate(today):
        servers[number] = len(places)
        for east, north in places:
            near = np.hypot(spots[:, 0] - east, spots[:, 1] - north) <= SAME_PLACE_M
            cover[np.flatnonzero(near), number] = 0
    names = tuple(str(name) for name in frame["name"])
    return Points(names, sparse.csr_matrix(cover), servers)


def _refuse_unknown_kinds(kinds: Sequence[str], frame: gpd.GeoDataFrame) -> None:
    known = sorted(set(frame["kind"]))
    unknown = [kind for kind in kinds if kind not in known]
    if unknown:
        raise DataError(
            f"planning.choice.second_server names {', '.join(unknown)}, but the facilities of the "
            f"study are of the kinds {', '.join(known) or 'none'}; correct it"
        )


def _servers(session: Session, gaps: Gaps, cells: IntArray) -> list[list[tuple[float, float]]]:
    """Places of the best site of every operator that covers each cell, each place once."""
    technology = next(iter(session.study.technologies))
    reach = load_reach(session)
    sectors = reach.network.sectors
    found: list[list[tuple[float, float]]] = [[] for _ in cells]
    for operator in session.study.operators:
        key = operator.key, technology
        if key not in reach.layers:
            continue
        server = reach.layers[key].server.ravel()
        covered = gaps.classes[key].ravel() == COVERED
        for number, cell in enumerate(cells.tolist()):
            if cell < 0 or not covered[cell] or server[cell] < 0:
                continue
            site = sectors[int(server[cell])]
            _add_place(found[number], site.easting, site.northing)
    return found


def _add_place(places: list[tuple[float, float]], easting: float, northing: float) -> None:
    """Add a place unless one of those that are there is the same."""
    if all(np.hypot(easting - e, northing - n) > SAME_PLACE_M for e, n in places):
        places.append((easting, northing))


def _cells(frame: gpd.GeoDataFrame, grid: Grid) -> IntArray:
    """Flat cell of each point, −1 outside of the grid and without coordinates."""
    found = np.full(len(frame), -1, dtype=np.int64)
    for number, point in enumerate(frame.geometry):
        if point is None or point.is_empty or not bool(grid.contains(point.x, point.y)):
            continue
        row, col = (int(np.floor(v)) for v in grid.pixel_of(point.x, point.y))
        found[number] = row * grid.shape[1] + col
    return found


def _cover(found: Candidates, cells: IntArray) -> sparse.csr_matrix:
    """Rows of the candidates × cells: which option covers which."""
    rows = len(found.options) + len(found.extra)
    cover = np.zeros((rows, len(cells)), dtype=np.int8)
    for number, option in enumerate(found.options):
        cover[number] = np.isin(cells, option.covers)
    return sparse.csr_matrix(cover)
