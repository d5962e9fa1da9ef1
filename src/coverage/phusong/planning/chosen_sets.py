"""Best sets of a study: for a budget, for a target, and with terms of equity and resilience.

Each term makes a set of its own for the same budget, so that it stands beside the plain one with
what it costs: people who are not covered for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import sparse

from phusong.planning.asked import Asked, Offer
from phusong.planning.choose import BestSet
from phusong.planning.choose_floors import Floor
from phusong.planning.choose_limits import Limit
from phusong.planning.demand import Columns
from phusong.planning.exact_choice import ExactChoice, exact_choice
from phusong.planning.rank_intervals import Candidates
from phusong.planning.ranking import Built, built_in_order
from phusong.units import BoolArray, FloatArray, IntArray

BUDGET, GREEDY, TARGET = "budget", "budget-greedy", "target"
POVERTY, FLOOR, SECOND, TOGETHER = "poverty", "commune-floor", "second-server", "all-terms"
OWN, EACH = "own-budget", "each-own-budget"
EVERY_VILLAGE, WITHIN_REACH = "every-village", "every-village-within-reach"
PARTS = 10.0
"""Weights of the exact choice are whole tenths of a person."""
DIGITS = 4
"""Digits of the median price that it sees, rounded up."""


@dataclass(frozen=True, eq=False)
class ChosenSet:
    """One set, and what it does.

    Parameters
    ----------
    key
        Which question it answers, such as ``budget``.
    status
        ``optimal``, ``feasible`` or ``infeasible``.
    objective, bound
        What was made large (weighted people) or small (money), and the proven bound on it; NaN
        without an answer.
    gap
        Of the bound, as a share; NaN without an answer.
    built
        Options in the order of their worth for the money, each with what is built with it.
    people, white_zone
        People newly covered for their operators, and those without any operator before.
    poor
        Those of the white zone who are poor, where the rate is known.
    commune_shares
        Share of the people of each commune who then have a signal of anybody; NaN where nobody
        lives.
    villages, facilities
        Villages with a signal at last, and facilities that two places serve.
    lacking
        Names of places or communes that the question cannot be answered for.
    needed
        Least money that would answer it; NaN where that is not the matter.
    operator
        Key of the operator whose options alone it is of; empty where it is of all.
    """

    key: str
    status: str
    objective: float
    bound: float
    gap: float
    built: tuple[Built, ...] = field(repr=False)
    people: float
    white_zone: float
    poor: float
    commune_shares: FloatArray = field(repr=False)
    villages: int
    facilities: int
    lacking: tuple[str, ...] = ()
    needed: float = np.nan
    operator: str = ""

    @property
    def cost(self) -> float:
        """Present value of all that is built."""
        return sum(one.option.cost.present_value for one in self.built)

    @property
    def capex(self) -> float:
        """What building it costs."""
        return sum(one.option.cost.capex for one in self.built)

    @property
    def is_for_money(self) -> bool:
        """Whether the least money was looked for."""
        return self.key in {TARGET, EVERY_VILLAGE, WITHIN_REACH}

    @property
    def is_for_the_budget(self) -> bool:
        """Whether it is for the budget of all operators together."""
        return self.key in {BUDGET, GREEDY, POVERTY, FLOOR, SECOND, TOGETHER}


def chosen_sets(offer: Offer, asked: Asked) -> tuple[ChosenSet, ...]:
    """Every set that a study asks for.

    Parameters
    ----------
    offer
        What can be chosen.
    asked
        What for.

    Returns
    -------
    tuple of ChosenSet
        For the budget: the best set, the greedy one, and one with each term and with all of them;
        for the target; for every village, and where some cannot be reached, for all others.
    """
    return tuple(_Sets(offer, asked).all())


class _Sets:
    """The questions, one after the other."""

    def __init__(self, offer: Offer, asked: Asked) -> None:
        self.offer, self.asked = offer, asked
        plain = exact_choice(offer.candidates, offer.columns, digits=DIGITS, above=True)
        self.plain = replace(plain, weight=np.round(PARTS * offer.columns.weight))

    def all(self) -> Iterator[ChosenSet]:
        asked = self.asked
        if asked.money.is_limited:
            yield from self._for_budget(self._in_units(asked.budget))
        yield from self._for_operators()
        if asked.target_people is not None:
            yield self._for_target(asked.target_people)
        if asked.every_village:
            yield from self._for_villages()

    def _in_units(self, money: float | None) -> float | None:
        return None if money is None else float(np.floor(money / self.plain.unit))

    def _capex_within(self, most: float | None) -> tuple[Limit, ...]:
        """The limit of capex, if any."""
        if most is None:
            return ()
        return (Limit("capex_budget", self.offer.candidates.capex, most),)

    # For budgets of single operators

    def _for_operators(self) -> Iterator[ChosenSet]:
        """Best set of each operator's own options, and a shared one within all these budgets."""
        candidates, limits, starts = self.offer.candidates, [], []
        for key, money in self.asked.operators.items():
            if not money.is_limited:
                continue
            rows = self.offer.own_rows[key]
            own = self.plain.among(rows)
            found = own.best(
                budget=self._in_units(money.present_value),
                limits=[limit.among(rows) for limit in self._capex_within(money.capex)],
                most_nodes=self.asked.most_nodes,
            )
            whole = replace(found, chosen=tuple(rows[np.array(found.chosen, dtype=np.int64)]))
            starts.append(whole.chosen)
            yield replace(self._set(OWN, whole), operator=key)
            is_own = np.isin(np.arange(len(self.plain.price)), self.offer.built_by[key])
            for amount, most in (
                (self.plain.price, self._in_units(money.present_value)),
                (candidates.capex, money.capex),
            ):
                if most is not None:
                    limits.append(Limit(f"operators.{key}", np.where(is_own, amount, 0.0), most))
        if len(starts) > 1:
            together = self.plain.best(limits=limits, most_nodes=self.asked.most_nodes)
            yield self._set(EACH, together)

    # For a budget

    def _for_budget(self, budget: float | None) -> Iterator[ChosenSet]:
        asked, limits = self.asked, self._capex_within(self.asked.capex_budget)
        quick = self.plain.greedy(budget=budget, limits=limits)
        best = self.plain.best(
            budget=budget, limits=limits, starts=(quick.chosen,), most_nodes=asked.most_nodes
        )
        yield self._set(BUDGET, best)
        most = max(best.bound, quick.objective)
        gap = 1.0 - quick.objective / most if most > 0 else 0.0
        yield self._set(GREEDY, replace(quick, bound=most, gap=gap))
        terms = {
            POVERTY: asked.poverty_weight > 0,
            FLOOR: asked.commune_floor is not None,
            SECOND: asked.second_server_worth > 0 and bool(self.offer.facilities.names),
        }
        wanted = [key for key, is_asked in terms.items() if is_asked]
        for key in wanted:
            yield self._with_terms(key, (key,), budget, best)
        if len(wanted) > 1:
            yield self._with_terms(TOGETHER, wanted, budget, best)

    def _with_terms(
        self, key: str, terms: Sequence[str], budget: float | None, start: BestSet
    ) -> ChosenSet:
        choice, twice = self.plain, None
        floors: tuple[Floor, ...] = ()
        if POVERTY in terms:
            rate = np.nan_to_num(self.offer.communities.poor_rate)[self.offer.label]
            worth = self.offer.columns.weight * (1.0 + self.asked.poverty_weight * rate)
            choice = replace(choice, weight=np.round(PARTS * worth))
        if SECOND in terms:
            choice, twice = self._with_facilities(choice)
        if FLOOR in terms:
            floors = self._floors(choice.cover.shape[1])
            lost = self._communes_out_of_reach(floors)
            if lost:
                return self._set(key, _no_answer(), lacking=lost)
        found = choice.best(
            budget=budget, starts=(start.chosen,), floors=floors, twice=twice,
            limits=self._capex_within(self.asked.capex_budget), most_nodes=self.asked.most_nodes,
        )  # fmt: skip
        if found.status != "infeasible":
            return self._set(key, found)
        least = replace(choice, weight=np.zeros_like(choice.weight)).best(
            target=0.0, floors=floors, most_nodes=self.asked.most_nodes
        )
        short = tuple(floor.name for floor in floors)
        return self._set(key, found, lacking=short, needed=least.bound * choice.unit)

    def _with_facilities(self, choice: ExactChoice) -> tuple[ExactChoice, BoolArray]:
        """Facilities as further points; those without a server count with the second one."""
        facilities = self.offer.facilities
        open_ones = np.flatnonzero(facilities.servers < 2)
        worth = np.full(len(open_ones), PARTS * np.round(self.asked.second_server_worth))
        people = choice.cover.shape[1]
        cover = sparse.hstack([choice.cover, facilities.cover[:, open_ones]], format="csr")
        return (
            replace(choice, cover=sparse.csr_matrix(cover), weight=np.append(choice.weight, worth)),
            np.append(np.zeros(people, dtype=np.bool_), facilities.servers[open_ones] == 0),
        )

    def _floors(self, columns: int) -> tuple[Floor, ...]:
        """People of the white zone of each commune that must be covered, where any must."""
        assert self.asked.commune_floor is not None
        where, offer = self.offer.communities, self.offer
        today = where.people - where.white_zone
        least = self.asked.commune_floor * where.people - today
        floors: list[Floor] = []
        for number in np.flatnonzero(least > 1e-9 * where.people).tolist():
            own = offer.columns.white_zone & (offer.label == number)
            weight = np.zeros(columns)
            weight[: len(own)] = np.where(own, offer.columns.people, 0.0)
            floors.append(Floor(where.communes[number], weight, float(least[number])))
        return tuple(floors)

    def _communes_out_of_reach(self, floors: Sequence[Floor]) -> tuple[str, ...]:
        return tuple(
            floor.name for floor in floors if floor.weight.sum() < floor.least * (1.0 - 1e-9)
        )

    # For a target

    def _for_target(self, people: float) -> ChosenSet:
        white = np.where(self.offer.columns.white_zone, self.offer.columns.people, 0.0)
        choice = replace(self.plain, weight=np.floor(PARTS * white))
        found = choice.best(target=float(np.ceil(PARTS * people)), most_nodes=self.asked.most_nodes)
        lost = self.offer.villages.out_of_reach if found.status == "infeasible" else ()
        return self._set(TARGET, found, lacking=lost)

    def _for_villages(self) -> Iterator[ChosenSet]:
        villages = self.offer.villages
        lost = villages.out_of_reach
        if lost:
            yield self._set(EVERY_VILLAGE, _no_answer(), lacking=lost)
        reached = np.flatnonzero(villages.cover.getnnz(axis=0) > 0)
        choice = replace(
            self.plain, cover=villages.cover[:, reached].tocsr(), weight=np.ones(len(reached))
        )
        found = choice.best(target=float(len(reached)), most_nodes=self.asked.most_nodes)
        yield self._set(WITHIN_REACH if lost else EVERY_VILLAGE, found)

    # What a set does

    def _set(
        self, key: str, found: BestSet, *, lacking: tuple[str, ...] = (), needed: float = np.nan
    ) -> ChosenSet:
        offer = self.offer
        chosen = np.array(found.chosen, dtype=np.int64)
        columns, where = offer.columns, offer.communities
        reached = columns.cover[chosen].getnnz(axis=0) > 0
        white = np.where(reached & columns.white_zone, columns.people, 0.0)
        by_commune = np.bincount(offer.label, weights=white, minlength=len(where.communes))
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = (where.people - where.white_zone + by_commune) / where.people
        money = key in {TARGET, EVERY_VILLAGE, WITHIN_REACH}
        unit = self.plain.unit if money else 1.0 / PARTS
        built = built_in_order(
            offer.candidates, columns, in_order(offer.candidates, columns, chosen)
        )
        no_answer = found.status == "infeasible"
        return ChosenSet(
            key, found.status,
            np.nan if no_answer else unit * (found.cost if money else found.objective),
            unit * found.bound, found.gap, built,
            float(columns.people[reached & ~columns.white_zone].sum()), float(white.sum()),
            float((by_commune * np.nan_to_num(where.poor_rate)).sum()), shares,
            int((offer.villages.served(chosen) > 0).sum()),
            int((offer.facilities.served(chosen) > 1).sum()), lacking, needed,
        )  # fmt: skip


def _no_answer() -> BestSet:
    return BestSet((), np.nan, 0.0, np.nan, np.nan, "infeasible")


def in_order(candidates: Candidates, columns: Columns, chosen: IntArray) -> list[int]:
    """Rows of a set in an order in which they can be built.

    Parameters
    ----------
    candidates
        Options, relays and links.
    columns
        Whom each row covers.
    chosen
        Rows of a connected set.

    Returns
    -------
    list of int
        Options by their own worth for the money, each after what it needs; rows that nothing
        needs come first.
    """
    requires, there = candidates.requires, set(chosen.tolist())
    feeder: dict[int, int] = {}
    ready = [row for row in chosen.tolist() if row not in requires]
    for row in ready:  # grows: first come rows that need nothing, then those that they feed
        for other in chosen.tolist():
            if other not in feeder and other in requires and row in requires[other]:
                feeder[other] = row
                ready.append(other)
    worth = np.asarray(columns.cover @ columns.weight) / np.maximum(candidates.price, 1e-6)
    options = [row for row in there if row < len(candidates.options)]
    order: list[int] = []
    for row in sorted(options, key=lambda row: (-worth[row], row)):
        chain = [row]
        while chain[-1] in feeder:
            chain.append(feeder[chain[-1]])
        order += [one for one in reversed(chain) if one not in order]
    spare = sorted(there - set(order))
    return [*spare, *order] if order else []
